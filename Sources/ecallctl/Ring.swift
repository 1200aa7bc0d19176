import ArgumentParser
import ControlSocket
import IVS

struct Ring: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The optical ring of the sound system: where it is broken, step by step.",
        subcommands: [
            RingShow.self, RingDiagnose.self, RingNext.self, RingBreak.self, RingMend.self, RingPlug.self,
            RingRestart.self,
        ],
        defaultSubcommand: RingShow.self
    )
}

struct RingShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Each unit, and what is known.")

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let ring = try await self.connection.call(.status)["ring"] ?? .null
        if self.connection.json { return print(ring.text) }
        guard ring.asObject != nil else { throw ValidationError("the configuration has no ring") }
        for unit in ring["units"]?.asArray ?? [] {
            let place = unit["place"]?.asString.map { " (\($0))" } ?? ""
            let loop = unit["bypassed"]?.asBool == true ? ", a loop in its place" : ""
            let says = "supply \(unit.shown("supply")), alive \(unit.shown("alive")), light \(unit.shown("light"))"
            print("unit      \(unit.shown("name"))\(place): \(says)\(loop)")
        }
        print("closed    \(ring.shown("closed")), \(ring.shown("criticalUnlocks")) moments without light")
        print("driver    \(ring.shown("driver"))")
        print("mechanic  \(ring.shown("mechanic"))")
        if let step = ring["step"]?.asString { print("step      \(step)") }
    }
}

struct RingDiagnose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: "Begin the search for its break."
    )

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let reply = try await self.connection.call(.diagnoseRing, ["begin": true])
        print(self.connection.json ? reply.text : reply.shown("sentence"))
    }
}

struct RingNext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Go on: what was asked for is done.",
        discussion: "Where no line tells of the light, --position is what the head unit shows after the restart."
    )

    @OptionGroup var connection: Connection
    @Option(help: "The relative position of the head unit.") var position: Int?

    mutating func run() async throws {
        let parameters: JSONValue = self.position.map { ["position": .int($0)] } ?? [:]
        let reply = try await self.connection.call(.diagnoseRing, parameters)
        print(self.connection.json ? reply.text : reply.shown("sentence"))
    }
}

struct RingBreak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "break",
        abstract: "Break something of a simulated ring."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The unit, counted from 1 in the order of the light.") var unit: Int
    @Argument(help: "supply, dead, transmitter, receiver, fibre or weak.") var fault: String

    mutating func run() async throws {
        try await self.connection.perform(.breakRing, ["unit": .int(self.unit), "fault": .string(self.fault)])
    }
}

struct RingMend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mend", abstract: "Mend all of a simulated ring.")

    @OptionGroup var connection: Connection

    mutating func run() async throws { try await self.connection.perform(.mendRing, [:]) }
}

struct RingPlug: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plug",
        abstract: "Plug a loop in the place of a unit of a simulated ring; without one take it out."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The unit, counted from 1.") var unit: Int?

    mutating func run() async throws {
        try await self.connection.perform(.plugRing, self.unit.map { ["unit": .int($0)] } ?? [:])
    }
}

struct RingRestart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract:
            "Start the units of a simulated ring anew, so that each sends; --over lets the light come round again."
    )

    @OptionGroup var connection: Connection
    @Flag(help: "The restart is over.") var over = false

    mutating func run() async throws {
        try await self.connection.perform(.restartRing, ["restarted": .bool(!self.over)])
    }
}
