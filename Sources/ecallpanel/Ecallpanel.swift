import ArgumentParser
import Digests
import Logging
import Panel
import Supervision

/// The head unit's page, the page of a simulated rig, and the service page, in a browser.
@main
struct Ecallpanel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecallpanel",
        abstract: "The head unit of an NG eCall rig as web pages. Test and research equipment.",
        discussion: "It reads and asks over the socket of ecalld only. On a real rig run it as group ecall-view with "
            + "control.viewSocket."
    )

    @Option(help: "The socket of ecalld.") var socket = "/run/ecall/ecalld.sock"
    @Option(help: "The address to serve on; another than loopback needs a token, and shuts the 112 gate.")
    var host = "127.0.0.1"
    @Option(help: "The port; 0 for any free one.") var port = 8_080
    @Option(help: "A file with what a browser has to know, readable by nobody else.") var tokenFile: String?

    mutating func run() async throws {
        let token: String?
        do {
            token = try self.tokenFile.map { try SecretFile.password(of: $0) }
        } catch {
            throw ValidationError("\(error)")
        }
        let settings: PanelSettings
        do {
            settings = try PanelSettings(
                socket: self.socket,
                host: self.host,
                port: self.port,
                token: token
            )
        } catch {
            throw ValidationError("\(error)")
        }
        // What ends the server is thrown; what it says besides is of connections that ended.
        let log = Logger(label: "ecallpanel") { _ in JournalLogHandler(level: .critical) }
        let (requests, continuation) = AsyncStream.makeStream(
            of: Signals.Request.self,
            bufferingPolicy: .bufferingNewest(4)
        )
        let signals = Signals { continuation.yield($0) }
        let server = PanelServer(settings, log: log)
        let host = self.host
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                let output = LineWriter()
                try await server.run { port in output.write("the pages are at http://\(host):\(port)/") }
            }
            tasks.addTask { for await request in requests where request != .hangUp { break } }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
        withExtendedLifetime(signals) {}
    }
}
