import ArgumentParser
import ControlSocket
import IVS

struct Faults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The fault memory: what is wrong, what was, and how often.",
        subcommands: [FaultList.self, FaultShow.self, FaultClear.self],
        defaultSubcommand: FaultList.self
    )
}

struct FaultList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "A line for each, those there first."
    )

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let reply = try await self.connection.call(.faults)
        let faults = reply["faults"]?.asArray ?? []
        guard !self.connection.json else {
            for fault in faults { print(fault.text) }
            return
        }
        if faults.isEmpty { return print("nothing has failed since the memory was cleared") }
        for fault in faults {
            let unit = fault.shown("unit").isEmpty ? "" : " \(fault.shown("unit"))"
            let state =
                fault["present"]?.asBool == true
                ? "there"
                : fault["confirmed"]?.asBool == true ? "gone, \(fault.shown("cleanCycles")) clean cycles" : "aged out"
            print(
                "\(fault.shown("code")) \(fault.shown("fault"))\(unit): \(state), \(fault.shown("occurrences")) times"
            )
        }
    }
}

struct FaultShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One fault with its status byte, its times and what was so when it began."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The fault by its name or code.") var fault: String
    @Argument(help: "The unit; every one when left out.") var unit: String?

    mutating func run() async throws {
        let reply = try await self.connection.call(.faults)
        let found = (reply["faults"]?.asArray ?? []).filter { fault in
            let isIt = fault["fault"]?.asString == self.fault || fault["code"]?.asString == self.fault
            return isIt && (self.unit == nil || fault["unit"]?.asString == self.unit)
        }
        guard !found.isEmpty else {
            throw ValidationError("the memory has no fault \(self.fault)\(self.unit.map { " of \($0)" } ?? "")")
        }
        for fault in found { if self.connection.json { print(fault.text) } else { Self.show(fault) } }
    }

    private static func show(_ fault: JSONValue) {
        let status = fault["status"]?.asInt ?? 0
        let digits = String(status, radix: 16, uppercase: true)
        print("fault       \(fault.shown("code")) \(fault.shown("fault")) \(fault.shown("unit"))")
        print("says        \(fault.shown("sentence"))")
        print("status      0x\(digits.count < 2 ? "0" : "")\(digits): \(Self.words(fault))")
        print("occurrences \(fault.shown("occurrences")), clean cycles since \(fault.shown("cleanCycles"))")
        print("first       \(Self.time(fault["first"]))")
        print("last        \(Self.time(fault["last"]))")
        for (name, value) in (fault["frame"]?.asObject ?? [:]).sorted(by: { $0.key < $1.key }) {
            print("then        \(name): \(value.asString ?? value.text)")
        }
    }

    /// The wall clock's time, or where that was not known so many seconds into which boot.
    private static func time(_ moment: JSONValue?) -> String {
        if let time = moment?["time"]?.asString { return time }
        let seconds = (moment?["at"]?.asInt ?? 0) / 1_000_000_000
        return "\(seconds) s into the boot \(moment?.shown("boot") ?? "-")"
    }

    private static func words(_ fault: JSONValue) -> String {
        let words = ["present", "pending", "confirmed", "warning"].filter { fault[$0]?.asBool == true }
        return words.isEmpty ? "it has failed once, and counts no more" : words.joined(separator: ", ")
    }
}

struct FaultClear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear",
        abstract: "Forget what was seen to; what is still there is found anew at once."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The fault by its name or code; everything when left out.") var fault: String?
    @Argument(help: "The unit; every one when left out.") var unit: String?

    mutating func run() async throws {
        var parameters: [String: JSONValue] = [:]
        if let fault = self.fault { parameters["fault"] = .string(fault) }
        if let unit = self.unit { parameters["unit"] = .string(unit) }
        try await self.connection.perform(.clearFaults, .object(parameters))
    }
}
