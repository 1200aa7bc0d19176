import ArgumentParser
import ControlSocket
import IVS

struct Timers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The timers of the standards, and what is left of each.")

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let reply = try await self.connection.call(.timers)
        if self.connection.json { return print(reply.text) }
        for timer in reply["timers"]?.asArray ?? [] {
            let name = timer.shown("name")
            let padding = String(repeating: " ", count: max(1, 5 - name.count))
            print("\(name)\(padding)\(Self.standing(timer)): then \(timer.shown("meaning"))")
        }
    }

    private static func standing(_ timer: JSONValue) -> String {
        guard let length = timer["milliseconds"]?.asInt else { return "not in use here" }
        guard let left = timer["left"]?.asInt else { return "stands, \(Self.text(length)) long" }
        return "\(Self.text(left)) left of \(Self.text(length)), incident \(timer.shown("incident"))"
    }

    /// Milliseconds as a person reads them, tenths of a second below a minute.
    private static func text(_ milliseconds: Int) -> String {
        guard milliseconds >= 60_000 else { return "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s" }
        let seconds = milliseconds / 1_000
        let (hours, minutes) = (seconds / 3_600, seconds % 3_600 / 60)
        return hours > 0 ? "\(hours) h \(minutes) min \(seconds % 60) s" : "\(minutes) min \(seconds % 60) s"
    }
}
