import ArgumentParser
import ControlSocket
import IVS
import NIOPosix
import Supervision

struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Every event from now on, until interrupted.",
        discussion:
            "Starts with one line on standard error once it is watching. Exit 0 when --until was seen, 3 when --timeout came first."
    )

    @OptionGroup var connection: Connection

    @Option(help: "End with success at the first event of this kind, such as clearedDown.")
    var until: [String] = []

    @Option(help: "End after so many seconds.")
    var timeout: Int?

    @Flag(
        help:
            "Leave out events that only engineers of this system want: provisional responses, announcements, connections."
    )
    var brief = false

    /// Events that a brief account leaves out.
    private static let details: Set<String> = [
        "provisional", "announcement", "callFlowEnded", "linkOpened",
    ]

    mutating func run() async throws {
        let (connection, until, isBrief) = (self.connection, Set(self.until), self.brief)
        let seconds = self.timeout
        let hasEnded = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await Self.follow(connection, until: until, isBrief: isBrief) }
            if let seconds {
                group.addTask {
                    try await Task.sleep(for: .seconds(seconds))
                    return false
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        guard hasEnded else { throw ExitCode(3) }
    }

    /// Prints events until one of `until` comes.
    private static func follow(_ connection: Connection, until: Set<String>, isBrief: Bool) async throws -> Bool {
        do {
            let client = try await ControlClient.connect(
                path: connection.socket,
                group: MultiThreadedEventLoopGroup.singleton
            )
            let stream = client.stream(ControlMethod.watch.fullName)
            for try await reply in stream {
                guard let event = reply["event"] else { continue }
                if event.shown("kind") == "watching" {
                    var standardError = StandardError()
                    print("watching", to: &standardError)
                    continue
                }
                Self.show(event, asJSON: connection.json, isBrief: isBrief)
                if until.contains(event.shown("kind")) { return true }
            }
        } catch let error as ControlClientError {
            throw Complaint("\(error)")
        }
        throw Complaint("ecalld ended the stream of events")
    }

    private static func show(_ event: JSONValue, asJSON: Bool, isBrief: Bool) {
        if asJSON { return StandardOutput.writeLine(event.text) }
        let kind = event.shown("kind")
        if isBrief, Self.details.contains(kind) { return }
        StandardOutput.writeLine("\(kind): \(event.shown("reason")) [\(event.shown("state"))]")
        for line in event["fields"]?["decoded"]?.asString?.split(separator: "\n") ?? [] {
            StandardOutput.writeLine("    \(line)")
        }
    }
}
