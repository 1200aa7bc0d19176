import ArgumentParser
import ControlSocket
import IVS

struct Garage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the SOS button start test calls for a while; a crash ends that.",
        subcommands: [GarageOn.self, GarageOff.self]
    )
}

struct GarageOn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "on", abstract: "Begin, or go on for longer.")

    @OptionGroup var connection: Connection
    @Option(help: "For how long, 1 to 480.") var minutes = 30

    mutating func run() async throws {
        guard (1...480).contains(self.minutes) else { throw ValidationError("--minutes takes 1 to 480") }
        try await self.connection.perform(.setGarageMode, ["milliseconds": .int(self.minutes * 60_000)])
    }
}

struct GarageOff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "off", abstract: "End it.")

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        try await self.connection.perform(.setGarageMode, [:])
    }
}
