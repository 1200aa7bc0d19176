import ArgumentParser
import ControlSocket
import IVS

struct Button: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The simulated SOS button.",
        subcommands: [ButtonPress.self]
    )
}

struct ButtonPress: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "press", abstract: "Press and hold the button.")

    @OptionGroup var connection: Connection
    @Option(help: "Seconds.") var hold = 1.2

    mutating func run() async throws {
        guard self.hold > 0, self.hold <= 600 else {
            throw ValidationError("--hold takes more than 0 and at most 600 s")
        }
        try await self.connection.perform(
            .pressButton,
            ["holdMilliseconds": .int(Int((self.hold * 1_000).rounded()))]
        )
    }
}

struct PositionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "position",
        abstract: "The position of a simulated rig.",
        subcommands: [PositionSet.self, PositionClear.self]
    )
}

struct PositionSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Move the rig.")

    @OptionGroup var connection: Connection
    @Argument(help: "Degrees, north positive.") var latitude: Double
    @Argument(help: "Degrees, east positive.") var longitude: Double
    @Option(help: "Degrees from north.") var direction: Double?
    @Option(help: "Meters that hold the true place with 95 %.") var error: Double?

    mutating func run() async throws {
        guard (-90...90).contains(self.latitude), (-180...180).contains(self.longitude) else {
            throw ValidationError("latitude is -90 to 90 degrees, longitude -180 to 180")
        }
        var parameters: [String: JSONValue] = [
            "latitudeMilliarcseconds": .int(Int((self.latitude * 3_600_000).rounded())),
            "longitudeMilliarcseconds": .int(Int((self.longitude * 3_600_000).rounded())),
        ]
        if let direction = self.direction { parameters["directionDegrees"] = .double(direction) }
        if let error = self.error { parameters["errorMeters"] = .double(error) }
        try await self.connection.perform(.setPosition, .object(parameters))
    }
}

struct PositionClear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "clear", abstract: "Lose the position.")

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        try await self.connection.perform(.clearPosition, [:])
    }
}

struct TestCall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Start a test call, never an emergency.")

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let reply = try await self.connection.call(.testCall)
        print(self.connection.json ? reply.text : reply.shown("reason"))
        guard reply["started"]?.asBool == true else { throw ExitCode.failure }
    }
}
