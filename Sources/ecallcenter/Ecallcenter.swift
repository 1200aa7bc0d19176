import ArgumentParser
import Center
import Net
import SIP
import Supervision

/// The response center on the command line: answers eCalls, prints events, takes commands on standard input.
@main
struct Ecallcenter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecallcenter",
        abstract: "A response center for NG eCall. Test and research equipment: not for real emergencies.",
        discussion: "Commands on standard input: \(OperatorCommand.help)"
    )

    @Option(help: "The numeric address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port; 0 for any free one.") var port: UInt16 = 5_060
    @Option(help: "A transport to listen over: tcp, udp. May be repeated; without it, both at the same port.")
    var transport: [String] = []
    @Option(help: "The port for TLS; 0 for any free one. Needs --certificate and --key.") var tlsPort: UInt16?
    @Option(help: "A PEM file with the certificate for TLS and its chain.") var certificate: String?
    @Option(help: "The PEM file of its key, readable by nobody else.") var key: String?
    @Option(help: "A PEM file of authorities: over TLS only vehicles with a certificate of theirs are let in.")
    var clientAuthorities: String?
    @Option(help: "Seconds that a call rings before it is answered.") var ringing = 1.0
    @Flag(help: "Leave the answer to the operator.") var manual = false
    @Option(help: "The reply: \(CenterConfiguration.Reply.words.joined(separator: ", ")).") var reply = "accept"
    @Option(help: "The file of the center's record.") var store = "ecallcenter.sqlite"
    @Option(help: "The file of those who may call: lines of user:password or user:realm:key.") var credentials: String?
    @Option(help: "The realm of the challenges.") var realm = "ecallcenter.invalid"
    @Option(help: "Whom a challenge asks for credentials: off, others (all but emergencies), all (eCalls too).")
    var authentication: String?
    @Flag(help: "Be the registrar of vehicles: answer REGISTER, and keep what they register in memory.")
    var registrar = false
    @Flag(help: "Print events as JSON, one object on a line.") var json = false

    mutating func run() async throws {
        var center = CenterConfiguration()
        guard self.ringing >= 0, self.ringing <= 600 else { throw ValidationError("--ringing takes 0 to 600 s") }
        center.ringing = self.manual ? nil : .milliseconds(Int64(self.ringing * 1_000))
        guard let reply = CenterConfiguration.Reply(self.reply) else {
            throw ValidationError("no reply \"\(self.reply)\"; the replies are listed by --help")
        }
        center.reply = reply
        let transports = try self.transports
        center.authentication = try self.readAuthentication()
        center.registrar = self.registrar ? RegistrarLimits() : nil
        let isJSON = self.json
        let output = LineWriter()
        let (requests, continuation) = AsyncStream.makeStream(
            of: Signals.Request.self,
            bufferingPolicy: .bufferingNewest(4)
        )
        let signals = Signals { continuation.yield($0) }
        do {
            let rig = try CenterRig(center, storePath: self.store) {
                output.write(isJSON ? $0.json : $0.text)
            }
            let address = try await rig.listen(over: transports, host: self.host, port: self.port)
            let names = transports.map(\.rawValue)
            let list = names.map { "\"\($0)\"" }.joined(separator: ",")
            output.write(
                isJSON
                    ? "{\"kind\":\"listening\",\"port\":\(address.port),\"transports\":[\(list)]}"
                    : "listening on \(address) over \(names.joined(separator: " and "))"
            )
            if let (port, server) = try self.protection() {
                let endpoint = Endpoint(transport: .tls, host: self.host, port: port)
                let address = try await rig.listen(on: endpoint, tls: server)
                output.write(
                    isJSON ? "{\"kind\":\"listeningTLS\",\"port\":\(address.port)}" : "listening on \(address) over TLS"
                )
            }
            CommandReader.start { rig.command($0) }
            for await request in requests where request != .hangUp { break }
            await rig.stop()
            output.flush()
        } catch {
            throw Complaint("\(error)")
        }
        withExtendedLifetime(signals) {}
    }

    /// Who is asked for credentials; with a file and no policy, everybody but emergencies.
    private func readAuthentication() throws -> CenterConfiguration.Authentication? {
        let word = self.authentication ?? (self.credentials == nil ? "off" : "others")
        guard word != "off" else { return nil }
        guard let policy = CenterConfiguration.Authentication.Policy(rawValue: word) else {
            throw ValidationError("--authentication takes off, others or all")
        }
        guard let path = self.credentials else { throw ValidationError("--authentication \(word) wants --credentials") }
        do {
            return try CenterConfiguration.Authentication(policy, usersIn: path, realm: self.realm)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private var transports: [Transport] {
        get throws {
            guard !self.transport.isEmpty else { return [.tcp, .udp] }
            let transports = self.transport.compactMap(Transport.init(rawValue:)).filter { $0 != .tls }
            guard transports.count == self.transport.count, Set(transports).count == transports.count else {
                throw ValidationError("--transport takes tcp or udp, each once; for TLS there is --tls-port")
            }
            return transports
        }
    }

    /// What listening over TLS takes; `nil` when it is not asked for.
    private func protection() throws -> (port: UInt16, TLSServer)? {
        guard let port = self.tlsPort else {
            guard self.certificate == nil, self.key == nil, self.clientAuthorities == nil else {
                throw ValidationError("--certificate, --key and --client-authorities go with --tls-port")
            }
            return nil
        }
        guard let certificate = self.certificate, let key = self.key else {
            throw ValidationError("--tls-port needs --certificate and --key")
        }
        let identity = TLSIdentity(certificate: certificate, key: key)
        let server = try TLSServer(identity, clientAuthorities: self.clientAuthorities) {
            let wall = WallClock.now()
            return TrustedTime(secondsSince1970: wall.seconds, isSynchronized: wall.isSynchronized)
        }
        return (port, server)
    }
}
