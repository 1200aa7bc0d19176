/// What is wrong with the ring, as far as its lines, its light and a loop in the place of a unit can tell; units by their
/// numbers in the order of the light, 0 the head unit.
package enum RingVerdict: Hashable, Sendable {
    case closed
    /// These units have no voltage behind their fuse.
    case noSupply([Int])
    /// It has voltage and does not live.
    case dead(Int)
    /// It does not live, and no line tells whether it has voltage.
    case deadOrUnpowered(Int)
    /// A loop in its place closes the ring, and the unit behind it sees no light: it does not send.
    case transmitter(Int)
    /// A loop in its place closes the ring, and it sees no light itself.
    case receiver(Int)
    /// No loop closes the ring.
    case fibre(from: Int, to: Int)
    /// The same next to the head unit, which no loop can take the place of.
    case fibreOrHeadUnit(from: Int, to: Int)
    /// The ring runs, and breaks when the light of the first is dimmed.
    case weakLink(from: Int, to: Int)
    /// Light comes to every unit now: it breaks at times, or did when the units were started.
    case intermittent
    /// Several units see no light: it is broken in more than one place, each of which has to be looked for alone.
    case severalBreaks(zeroUnits: [Int])
    /// Too few lines tell of it.
    case notMonitored
}

extension RingVerdict {
    /// The units that the verdict points at.
    package var culprits: [Int] {
        switch self {
        case .closed, .intermittent, .notMonitored: []
        case .noSupply(let units): units
        case .dead(let unit), .deadOrUnpowered(let unit), .transmitter(let unit), .receiver(let unit): [unit]
        case .fibre(let from, let to), .fibreOrHeadUnit(let from, let to), .weakLink(let from, let to): [from, to]
        case .severalBreaks(let units): units
        }
    }

    /// What the driver is told.
    package func driverSentence(_ units: [RingUnit]) -> String {
        switch self {
        case .closed: "The units of the sound system are connected."
        case .notMonitored: "Nothing watches the connection of the sound system."
        case .intermittent:
            "SOS call malfunction: the connection of the sound system breaks at times. An emergency call is possible. "
                + "Have the vehicle looked at."
        case .noSupply, .dead, .deadOrUnpowered, .transmitter, .receiver, .fibre, .fibreOrHeadUnit, .weakLink,
            .severalBreaks:
            "SOS call malfunction: \(self.culprit(units)). An emergency call is possible, perhaps without the vehicle's "
                + "loudspeakers. Have the vehicle looked at."
        }
    }

    private func culprit(_ units: [RingUnit]) -> String {
        let names = self.culprits.filter(units.indices.contains).map { "the \(units[$0].name)" }
        switch self {
        case .fibre, .fibreOrHeadUnit, .weakLink:
            return "the light guide between \(names.joined(separator: " and ")) fails"
        case .severalBreaks: return "the sound system is broken in several places"
        case .closed, .noSupply, .dead, .deadOrUnpowered, .transmitter, .receiver, .intermittent, .notMonitored:
            return "\(names.joined(separator: ", ")) \(names.count == 1 ? "does" : "do") not answer"
        }
    }

    /// What the mechanic is told: the culprit, where it sits, and what to do.
    package func mechanicSentence(_ units: [RingUnit]) -> String {
        let name = { (number: Int) in units.indices.contains(number) ? units[number].description : "unit \(number)" }
        switch self {
        case .closed: return "The ring is closed."
        case .notMonitored: return "Not monitored: no line tells whether light comes back to the head unit."
        case .intermittent:
            return "The ring is closed now and was broken: look at plugs and bends while it is shaken, warm and cold."
        case .noSupply(let numbers) where numbers.count == units.count:
            return "No unit of the ring has voltage: look at the fuse, or the relay, that all of them share."
        case .noSupply(let numbers):
            let each = numbers.map { number in
                let fuse = units.indices.contains(number) ? units[number].fuse : nil
                return "\(name(number)): \(fuse.map { "fuse \($0)" } ?? "its fuse")"
            }
            return "No voltage behind the fuse of \(each.joined(separator: "; ")). Replace it once; if it blows again, "
                + "look for the short circuit behind it."
        case .dead(let unit):
            return "\(name(unit)) has voltage and does not live.\(Self.remedy(unit, units))"
        case .deadOrUnpowered(let unit):
            let fuse = units.indices.contains(unit) ? units[unit].fuse : nil
            return "\(name(unit)) does not live: look at \(fuse.map { "fuse \($0)" } ?? "its fuse") first, then at the "
                + "unit.\(Self.remedy(unit, units))"
        case .transmitter(let unit):
            return "\(name(unit)) sends no light: the ring runs with a loop in its place.\(Self.remedy(unit, units))"
        case .receiver(let unit):
            return "\(name(unit)) sees no light that comes to it: the ring runs with a loop in its place."
                + Self.remedy(unit, units)
        case .fibre(let from, let to):
            return "The light guide from \(name(from)) to \(name(to)) is broken, bent or unplugged: no loop closes the "
                + "ring. Look at both plugs and along the way for bends below 50 mm."
        case .fibreOrHeadUnit(let from, let to):
            return
                "The light guide from \(name(from)) to \(name(to)), or the optics of the head unit, which no loop can "
                + "take the place of: exchange the light guide first, and the head unit if that is no help."
        case .weakLink(let from, let to):
            return
                "The light from \(name(from)) to \(name(to)) is weak: the ring breaks when it is dimmed by 3 dB. Clean "
                + "both plugs and look along the light guide for bends below 50 mm."
        case .severalBreaks(let numbers):
            return "Broken in several places, in front of \(numbers.map(name).joined(separator: ", ")): mend one and "
                + "look again."
        }
    }

    private static func remedy(_ unit: Int, _ units: [RingUnit]) -> String {
        guard units.indices.contains(unit) else { return "" }
        let optics = units[unit].hasController ? " Its optical interface: the controller in it lives." : ""
        return optics + (units[unit].remedy.map { " Remedy: \($0)." } ?? "")
    }
}
