import ArgumentParser
import Authority
import Foundation
import NIOCore
import NIOPosix
import Net
import SIP
import Supervision

struct TLSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls",
        abstract: "Make the certificates of a rig, and check those of a center.",
        subcommands: [TLSMake.self, TLSCheck.self]
    )

    static let clock: @Sendable () -> TrustedTime = {
        let wall = WallClock.now()
        return TrustedTime(secondsSince1970: wall.seconds, isSynchronized: wall.isSynchronized)
    }
}

struct TLSMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Make an authority, and a certificate for a center and one for a vehicle.",
        discussion: "The folder gets authority.pem, center.pem and vehicle.pem, each with its key beside it in a file"
            + " that nobody else can read. It is for rigs: anybody who has authority-key.pem can pass for a center."
    )

    @Argument(help: "The folder; made when it is not there. Nothing in it is overwritten.") var folder: String
    @Option(help: "A host of the center, a name or a numeric address; may be given again.") var host: [String] = []
    @Option(help: "The name in the vehicle's certificate.") var vehicle = "vehicle"
    @Option(help: "How many days the certificates are valid.") var days: Int64 = 365

    func validate() throws {
        guard !self.host.isEmpty else { throw ValidationError("at least one --host is needed") }
        guard (1...3_650).contains(self.days) else { throw ValidationError("--days takes 1 to 3650") }
    }

    mutating func run() async throws {
        let validity = TestAuthority.Validity(days: self.days, from: TLSCommand.clock().secondsSince1970)
        let authority = try TestAuthority(name: "rig authority", validity)
        let made = [
            ("authority", try authority.issued),
            ("center", try authority.issue("center", hosts: self.host, for: .center, validity)),
            ("vehicle", try authority.issue(self.vehicle, hosts: [], for: .vehicle, validity)),
        ]
        do {
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
            for (name, issued) in made {
                try NewFile.write(Array(issued.certificate.utf8), to: "\(self.folder)/\(name).pem", mode: 0o644)
                try NewFile.write(Array(issued.key.utf8), to: "\(self.folder)/\(name)-key.pem", mode: 0o600)
            }
        } catch {
            throw Complaint("\(error)")
        }
        print("made in \(self.folder): " + made.map { "\($0.0).pem and \($0.0)-key.pem" }.joined(separator: ", "))
    }
}

struct TLSCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Connect to a center over TLS as ecalld would, and tell what was found; exit 1 when it is refused.",
        discussion: "No SIP is sent. Not for the hop of an emergency service, to which nothing goes before a call."
    )

    @Argument(help: "The center, as HOST or HOST:PORT; port 5061 when left out.") var center: String
    @Option(help: "The host that its certificate has to name; the one above when left out.") var name: String?
    @Option(help: "A PEM file of the authorities that are trusted; those of the system when left out.")
    var authorities: String?
    @Option(help: "A PEM file with our certificate.") var certificate: String?
    @Option(help: "The PEM file of its key.") var key: String?

    /// The port of SIP over TLS (RFC 3261 19.1.2).
    private static let standardPort: UInt16 = 5_061

    mutating func run() async throws {
        let (host, port) = try self.place()
        var settings = TLSClient.Settings(host: self.name ?? host, authorities: self.authorities)
        switch (self.certificate, self.key) {
        case (let certificate?, let key?): settings.identity = TLSIdentity(certificate: certificate, key: key)
        case (nil, nil): break
        case (.some, nil), (nil, .some): throw ValidationError("--certificate and --key go together")
        }
        let client: TLSClient
        do { client = try TLSClient(settings, clock: TLSCommand.clock) } catch { throw Complaint("\(error)") }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (events, source) = AsyncStream.makeStream(of: NetEvent.self)
        let transport = SIPTransport(group: group) { source.yield($0) }
        transport.open(
            Flow(number: 1),
            to: Endpoint(transport: .tls, host: host, port: port),
            tls: .success(client)
        )
        let sentence = await Self.verdict(events)
        await transport.shutDown()
        try await group.shutdownGracefully()
        guard let accepted = sentence.accepted else { throw Complaint(sentence.refused) }
        print(accepted)
    }

    private func place() throws -> (host: String, port: UInt16) {
        let parts = self.center.split(separator: ":", omittingEmptySubsequences: false)
        // More than one colon is a bare address of IPv6.
        guard parts.count == 2 else { return (self.center, Self.standardPort) }
        guard let port = UInt16(parts[1]), port > 0 else {
            throw ValidationError("found \"\(self.center)\", expected HOST or HOST:PORT")
        }
        return (String(parts[0]), port)
    }

    private static func verdict(_ events: AsyncStream<NetEvent>) async -> (accepted: String?, refused: String) {
        var security: FlowSecurity?
        for await event in events {
            switch event {
            case .secured(_, let found): security = found
            case .opened(_, _, _, let remote):
                guard let remark = security?.remark else { return ("\(remote) is who it should be", "") }
                return ("\(remote) is used, and what it says ends no emergency: it \(remark)", "")
            case .failed(_, let failure), .closed(_, let failure): return (nil, "\(failure)")
            case .accepted, .received, .securing: continue
            }
        }
        return (nil, "nothing was heard")
    }
}
