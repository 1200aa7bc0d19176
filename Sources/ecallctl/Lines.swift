import ArgumentParser
import ControlSocket
import IVS

struct Line: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drive a simulated line; refused on real ones.",
        subcommands: [
            LineSet.self, LinePulse.self, LineBounce.self, LinePlay.self, LineStick.self, LineVanish.self,
            LineRestore.self,
        ]
    )
}

/// The level of a line as the command line names it.
enum LevelArgument: String, ExpressibleByArgument, CaseIterable {
    case active
    case inactive
}

struct LineSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Put an input to a level.")

    @OptionGroup var connection: Connection
    @Argument var name: String
    @Argument var level: LevelArgument

    mutating func run() async throws {
        try await self.connection.perform(
            .setLine,
            ["name": .string(self.name), "level": .string(self.level.rawValue)]
        )
    }
}

struct LinePulse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pulse", abstract: "Make an input active for a while.")

    @OptionGroup var connection: Connection
    @Argument var name: String
    @Option(help: "Milliseconds.") var ms: Int

    mutating func run() async throws {
        try await self.connection.perform(.pulseLine, ["name": .string(self.name), "milliseconds": .int(self.ms)])
    }
}

struct LineBounce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bounce", abstract: "Make a contact chatter.")

    @OptionGroup var connection: Connection
    @Argument var name: String
    @Option(help: "How many times it changes and comes back.") var times = 10
    @Option(help: "Milliseconds that each level lasts.") var ms = 1

    mutating func run() async throws {
        try await self.connection.perform(
            .bounceLine,
            ["name": .string(self.name), "times": .int(self.times), "milliseconds": .int(self.ms)]
        )
    }
}

struct LinePlay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play on an input what the unit behind a crash line sends, until another command moves it."
    )

    /// What is played.
    enum Signal: String, ExpressibleByArgument, CaseIterable {
        case idle
        case crash
    }

    @OptionGroup var connection: Connection
    @Argument var name: String
    @Argument(help: "A crash profile of the configuration.") var profile: String
    @Argument(help: "idle, or one crash and then idle.") var signal: Signal

    mutating func run() async throws {
        try await self.connection.perform(
            .playLine,
            [
                "name": .string(self.name), "profile": .string(self.profile),
                "signal": .string(self.signal.rawValue),
            ]
        )
    }
}

struct LineStick: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stick", abstract: "Make a contact stick at a level.")

    @OptionGroup var connection: Connection
    @Argument var name: String
    @Argument var level: LevelArgument

    mutating func run() async throws {
        try await self.connection.perform(
            .stickLine,
            ["name": .string(self.name), "level": .string(self.level.rawValue)]
        )
    }
}

struct LineVanish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "vanish", abstract: "Take a line away.")

    @OptionGroup var connection: Connection
    @Argument var name: String

    mutating func run() async throws {
        try await self.connection.perform(.vanishLine, ["name": .string(self.name)])
    }
}

struct LineRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "End what stick or vanish began."
    )

    @OptionGroup var connection: Connection
    @Argument var name: String

    mutating func run() async throws {
        try await self.connection.perform(.restoreLine, ["name": .string(self.name)])
    }
}
