import ArgumentParser
import ControlSocket
import IVS

struct SelfTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Every part of the system: whether it works, what was measured, and what to do.",
        subcommands: [SelfTestRun.self, SelfTestList.self, SelfTestInject.self, SelfTestHeal.self],
        defaultSubcommand: SelfTestRun.self
    )
}

struct SelfTestRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask anew what can be asked, and show the board.",
        discussion:
            "Rings nowhere and touches no call. --lamps lights LED and lamp for 2 s, --audible sounds the buzzer."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "One item, such as memory or line:crash; all of them when left out.") var item: String?
    @Flag(help: "Light LED and lamp, for a person to look at.") var lamps = false
    @Flag(help: "Sound the buzzer, for a person to listen to.") var audible = false

    mutating func run() async throws {
        var parameters: [String: JSONValue] = [
            "run": true, "lamps": .bool(self.lamps), "audible": .bool(self.audible),
        ]
        if let item = self.item { parameters["item"] = .string(item) }
        let reply = try await self.connection.call(.selfTest, .object(parameters))
        let items = reply["items"]?.asArray ?? []
        for item in items { print(self.connection.json ? item.text : item.boardLine) }
        if items.contains(where: { $0["verdict"] == "faulty" }) { throw ExitCode.failure }
    }
}

struct SelfTestList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "injections",
        abstract: "The faults that a simulated rig can be given."
    )

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let reply = try await self.connection.call(.injections)
        for injection in reply["injections"]?.asArray ?? [] {
            guard !self.connection.json else {
                print(injection.text)
                continue
            }
            let mark = injection["injected"] == true ? "  (injected)" : ""
            print("\(injection.shown("item")) \(injection.shown("unit"))\(mark)")
        }
    }
}

struct SelfTestInject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject",
        abstract: "Give a simulated rig a fault, in the place of a measurement."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The item, as ecallctl selftest injections lists it.") var item: String
    @Argument(help: "The center, the line or the wire, where the item is about one.") var unit = ""

    mutating func run() async throws {
        try await self.connection.perform(.injectFault, ["item": .string(self.item), "unit": .string(self.unit)])
    }
}

struct SelfTestHeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal",
        abstract: "Take an injected fault away, or all of them."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The item; every one when left out.") var item: String?
    @Argument(help: "The center, the line or the wire.") var unit = ""

    mutating func run() async throws {
        let parameters: JSONValue =
            self.item.map { ["item": .string($0), "unit": .string(self.unit)] } ?? [:]
        try await self.connection.perform(.healFault, parameters)
    }
}

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a periodic inspection asks for: ready or not and why, versions, a fresh MSD, every component.",
        discussion: "Nothing is sent anywhere. It shows VIN and place. Exits with 1 when the system is not ready."
    )

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let reply = try await self.connection.call(.inspect)
        let isReady = reply["ready"] == true
        guard !self.connection.json else {
            print(reply.text)
            if !isReady { throw ExitCode.failure }
            return
        }
        print("ready          \(isReady ? "yes" : "no")\(reply["simulated"] == true ? ", on simulated lines" : "")")
        for reason in reply["reasons"]?.asArray ?? [] { print("  because      \(reason.asString ?? "")") }
        for note in reply["notes"]?.asArray ?? [] { print("  note         \(note.asString ?? "")") }
        print("version        ecalld \(reply.shown("version"))")
        print("program        \(reply.shown("program"))")
        print("configuration  \(reply.shown("configuration"))")
        print("time           \(reply.shown("time"))")
        print("MSD            \(reply.shown("msd"))")
        for line in reply.shown("msdText").split(separator: "\n") { print("  \(line)") }
        for item in reply["items"]?.asArray ?? [] { print(item.boardLine) }
        if !isReady { throw ExitCode.failure }
    }
}

extension JSONValue {
    /// A line of the board, for a person.
    fileprivate var boardLine: String {
        let word =
            switch self["verdict"]?.asString {
            case "notMonitored": "not monitored"
            case "notTested": "not tested"
            case "noCoverage": "no coverage"
            case let verdict: verdict ?? "-"
            }
        let padded = word.padding(to: 14)
        let limit = self["limit"]?.asString.map { " (\($0))" } ?? ""
        let measured = self["measured"]?.asString.map { ": \($0)" } ?? ""
        let advice = self["advice"]?.asString.map { " \($0)" } ?? ""
        return "\(padded) \(self.shown("name").padding(to: 20)) \(self.shown("title"))\(measured)\(limit)\(advice)"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - self.count))
    }
}
