import CallControl
import Center
import GPIO
import IVS
import MSD
import NGECall
import Positioning
import Seeds
import SIP
import Timeline

/// What one seed decides before the walk begins: the rig, the centers and how bad the world is.
struct Plan {
    /// How bad the world is; percentages and milliseconds.
    struct Faults {
        var lost = 0
        var doubled = 0
        var reset = 0
        var refused = 0
        var stalled = 0
        var delay = 1...5
        var writeFails = 0
        var writeTakes = 0...2
        var edgeLost = 0

        /// What a day without faults looks like.
        static let none = Faults()
    }

    /// How long triggers, operators and faults go on.
    static let storm = Duration.seconds(90)

    /// The transport of the centers.
    let transport: Transport
    /// Whether TCP to the centers works at all, and if not, whether it is swallowed instead of refused.
    let takesTCP: Bool
    let swallowsTCP: Bool
    let vehicle: VehicleConfiguration
    let centers: [CenterConfiguration]
    let faults: Faults
    /// Whether the wall clock is synchronized at the start.
    let isWallTrusted: Bool
    /// By how many microseconds in a second it is too fast.
    let wallDrift: Int
    /// How often the vehicle's process is killed.
    let kills: Int

    init(random: inout SeededGenerator) {
        self.transport = random.chance(50) ? .udp : .tcp
        self.takesTCP = self.transport == .tcp || random.chance(50)
        self.swallowsTCP = random.chance(50)
        let count = Int.random(in: 1...3, using: &random)
        var vehicle = Self.vehicle(centers: count, over: self.transport, random: &random)
        var centers = (0..<count).map { _ in Self.center(random: &random) }
        self.isWallTrusted = random.chance(80)
        self.wallDrift = random.chance(20) ? Int.random(in: -50_000...50_000, using: &random) : 0
        self.kills = random.chance(40) ? Int.random(in: 1...4, using: &random) : 0
        var faults = Faults()
        if random.chance(75) {
            faults.lost = Int.random(in: 0...30, using: &random)
            faults.doubled = Int.random(in: 0...20, using: &random)
            faults.reset = random.chance(50) ? Int.random(in: 0...6, using: &random) : 0
            faults.refused = random.chance(50) ? Int.random(in: 0...60, using: &random) : 0
            faults.stalled = Int.random(in: 0...4, using: &random)
            faults.delay = 1...Int.random(in: 5...900, using: &random)
        }
        if random.chance(50) {
            faults.writeFails = Int.random(in: 0...40, using: &random)
            faults.writeTakes = 0...Int.random(in: 5...400, using: &random)
        }
        faults.edgeLost = random.chance(30) ? 10 : 0
        self.faults = faults
        if vehicle.profile == .privateCenter, random.chance(50) {
            for index in centers.indices where !vehicle.centers[index].isFallback {
                Self.register(&vehicle.centers[index], &centers[index], random: &random)
            }
        }
        Self.watch(&vehicle, random: &random)
        self.vehicle = vehicle
        self.centers = centers
    }

    /// A registration that is refreshed often, with a center that is a registrar, a strict one, or none.
    private static func register(
        _ center: inout VehicleConfiguration.Center,
        _ other: inout CenterConfiguration,
        random: inout SeededGenerator
    ) {
        center.registration = .init(
            address: "sip:car@center.invalid",
            registrar: "sip:center.invalid",
            expires: .seconds(Int.random(in: 20...90, using: &random))
        )
        guard random.chance(80) else { return }
        var limits = RegistrarLimits()
        limits.shortestSeconds = Int.random(in: 10...60, using: &random)
        other.registrar = limits
    }

    private static func vehicle(
        centers: Int,
        over transport: Transport,
        random: inout SeededGenerator
    ) -> VehicleConfiguration {
        guard let vin = try? VIN("ECALLEXAMPLE02026"),  // The constants are valid.
            let position = Position(latitudeDegrees: 48.1515, longitudeDegrees: 11.5779)
        else { preconditionFailure("The constants of the simulation are valid.") }
        var configuration = VehicleConfiguration(
            vehicle: .init(vin: vin),
            centers: (0..<centers).map { index in
                .init(
                    name: "center-\(index + 1)",
                    endpoint: Endpoint(transport: transport, host: "127.0.0.1", port: UInt16(5_061 + index)),
                    uri: "sip:sos@center-\(index + 1).invalid"
                )
            }
        )
        for index in 0..<centers { configuration.centers[index].transfers = ["sip:desk@center.invalid"] }
        configuration.profile = random.chance(40) ? .emergency112 : .privateCenter
        configuration.position = Fix(position: position, radius95Meters: 15, direction: 45, takenAt: nil)
        configuration.lines.cover = "sos-cover"
        configuration.call.cancelWindow = random.chance(30) ? .seconds(Int.random(in: 1...4, using: &random)) : .zero
        configuration.call.maximumAttempts = Int.random(in: 2...8, using: &random)
        configuration.call.answerWait = .seconds(Int.random(in: 10...40, using: &random))
        configuration.call.clearDownFallback = .seconds(random.chance(20) ? 20 : 3_600)
        configuration.call.callbackWindow = .seconds([0, 20, 20, 60, 3_600][Int.random(in: 0..<5, using: &random)])
        if configuration.profile == .privateCenter, centers > 1, random.chance(50) {
            configuration.centers[centers - 1].isFallback = true
            configuration.call.fallback = Fallback(
                hops: (centers - 1)..<centers,
                rounds: Int.random(in: 1...10, using: &random),
                after: .seconds(Int.random(in: 1...30, using: &random))
            )
        }
        if random.chance(70) {
            configuration.actions.lamps = [.hazard: "lamp-hazard"]
            configuration.actions.horn = ActionSettings.Horn()
            configuration.actions.unlock = "door-unlock"
            configuration.actions.showsMessages = true
        }
        if random.chance(50) { configuration.bus.triggers = [.airbags, .fuelCutOff] }
        configuration.isECallOnly = random.chance(30)
        configuration.call.deregistration = .seconds(random.chance(50) ? 30 : 43_200)
        configuration.call.endedHold = .seconds(Int.random(in: 0...5, using: &random))
        return configuration
    }

    private static func center(random: inout SeededGenerator) -> CenterConfiguration {
        var configuration = CenterConfiguration()
        configuration.ringing = random.chance(25) ? nil : .milliseconds(Int.random(in: 0...3_000, using: &random))
        let words = [
            "accept", "accept", "accept", "accept-negative", "accept-silent", "486", "603+ack",
            "302=sip:desk@center.invalid",
        ]
        let word = words[Int.random(in: 0..<words.count, using: &random)]
        configuration.reply = CenterConfiguration.Reply(word) ?? configuration.reply
        return configuration
    }
}

extension SeededGenerator {
    /// Whether something with a probability of so many percent happens.
    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &self) < percent
    }
}
