/// The light of a ring that is not there: what its lines would say with each fault, for a simulated rig and for tests.
package struct RingModel: Hashable, Sendable {
    /// What can be broken; units by their numbers in the order of the light, 0 the head unit.
    package enum Fault: Hashable, Sendable {
        case supply(Int)
        case dead(Int)
        case transmitter(Int)
        case receiver(Int)
        /// The light guide from this unit to the next.
        case fibre(from: Int)
        /// Light from this unit arrives, and no longer when it is dimmed.
        case weak(from: Int)
    }

    package let count: Int
    package var faults: Set<Fault> = []
    /// Whether light goes out for a moment every now and then: a weak link does that.
    package var isFlickering: Bool {
        self.faults.contains { if case .weak = $0 { true } else { false } } && self.reading.isClosed == true
    }
    /// The units in whose place a loop is.
    package var bypassed: Set<Int> = []
    /// The unit whose light is dimmed by 3 dB.
    package var attenuated: Int?
    /// Whether the units were started anew: then each sends, whether light comes to it or not.
    package var isRestarted = false
    /// Whether the vehicle is off: no unit sends.
    package var isAsleep = false

    package init(count: Int) {
        precondition(count >= 2, "A ring has a head unit and another.")
        self.count = count
    }

    package var reading: RingReading {
        let light = self.isRestarted ? self.lightOfRestart : self.lightOfOperation
        return RingReading(
            units: (0..<self.count).map { unit in
                RingReading.Unit(
                    hasSupply: !self.faults.contains(.supply(unit)),
                    isAlive: self.isAlive(unit),
                    hasLight: light[unit],
                    isBypassed: self.bypassed.contains(unit)
                )
            }
        )
    }

    private func isAlive(_ unit: Int) -> Bool {
        !self.isAsleep && !self.bypassed.contains(unit) && !self.faults.contains(.dead(unit))
            && !self.faults.contains(.supply(unit))
    }

    private func next(_ unit: Int) -> Int { (unit + 1) % self.count }

    /// Whether what a unit sends comes to the next, through its own transmitter and the light guide.
    private func passes(_ unit: Int) -> Bool {
        let isLost = self.faults.contains(.weak(from: unit)) && self.attenuated == unit
        return !self.faults.contains(.fibre(from: unit)) && !isLost
    }

    private func sees(_ unit: Int) -> Bool { self.isAlive(unit) && !self.faults.contains(.receiver(unit)) }

    private func sends(_ unit: Int) -> Bool { self.isAlive(unit) && !self.faults.contains(.transmitter(unit)) }

    /// Every unit that lives sends.
    private var lightOfRestart: [Bool] {
        var light = Array(repeating: false, count: self.count)
        for unit in 0..<self.count where self.sends(unit) && !self.bypassed.contains(unit) {
            self.carry(from: unit, &light)
        }
        return light
    }

    /// The head unit sends, and every other one that gets light.
    private var lightOfOperation: [Bool] {
        var light = Array(repeating: false, count: self.count)
        guard self.sends(0) else { return light }
        var sender: Int? = 0
        while let unit = sender {
            sender = self.carry(from: unit, &light)
            if sender == 0 || sender.map({ !self.sends($0) }) == true { sender = nil }
        }
        return light
    }

    /// Carries the light of a unit to the next one that is no loop; that one, if it sees it.
    @discardableResult
    private func carry(from unit: Int, _ light: inout [Bool]) -> Int? {
        var place = unit
        repeat {
            guard self.passes(place) else { return nil }
            place = self.next(place)
        } while self.bypassed.contains(place) && place != unit
        guard self.sees(place) else { return nil }
        light[place] = true
        return place
    }
}
