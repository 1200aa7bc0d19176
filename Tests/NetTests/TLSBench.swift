import Authority
import Foundation
import SIP
import Testing

@testable import Net

/// Certificates in a folder of their own, and both ends of a connection over TLS.
final class TLSBench {
    /// The instant that the certificates are made at, 2026-01-01, and that clocks here show unless a test says otherwise.
    static let now: Int64 = 1_767_225_600
    static let valid = TestAuthority.Validity(days: 30, from: now)
    /// The host that connections in these tests are opened to by name.
    static let host = "center.test"

    /// No test but that of the limit depends on how busy the machine is.
    static var limits: NetLimits {
        var limits = NetLimits()
        limits.handshakeTimeout = .seconds(500)
        return limits
    }

    let folder: String
    let authority: TestAuthority

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        self.authority = try TestAuthority(name: "authority", Self.valid)
        try self.write(try self.authority.issued.certificate, "authority.pem")
    }

    deinit {
        // What cannot be removed is the system's to clean up.
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    var authorities: String { "\(self.folder)/authority.pem" }

    @discardableResult
    func write(_ text: String, _ name: String, mode: Int = 0o600) throws -> String {
        let path = "\(self.folder)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    func identity(_ issued: TestAuthority.Issued, _ name: String) throws -> TLSIdentity {
        TLSIdentity(
            certificate: try self.write(issued.certificate, "\(name).pem"),
            key: try self.write(issued.key, "\(name)-key.pem")
        )
    }

    /// A certificate of a center by the bench's authority.
    func center(
        hosts: [String] = [TLSBench.host],
        for purpose: TestAuthority.Purpose = .center,
        _ validity: TestAuthority.Validity = TLSBench.valid
    ) throws -> TLSIdentity {
        try self.identity(try self.authority.issue("center", hosts: hosts, for: purpose, validity), "center")
    }

    func vehicle() throws -> TLSIdentity {
        try self.identity(try self.authority.issue("vehicle", hosts: [], for: .vehicle, Self.valid), "vehicle")
    }

    static func clock(_ seconds: Int64 = now, isSynchronized: Bool = true) -> @Sendable () -> TrustedTime {
        { TrustedTime(secondsSince1970: seconds, isSynchronized: isSynchronized) }
    }

    func client(
        host: String = TLSBench.host,
        identity: TLSIdentity? = nil,
        clock: @escaping @Sendable () -> TrustedTime = TLSBench.clock()
    ) throws -> TLSClient {
        try TLSClient(
            TLSClient.Settings(host: host, authorities: self.authorities, identity: identity),
            clock: clock
        )
    }

    /// Opens a connection to a center that listens with an identity, and returns both ends with the endpoint.
    func open(
        _ identity: TLSIdentity,
        clientAuthorities: String? = nil,
        by client: TLSClient,
        to host: String = TLSBench.host,
        limits: NetLimits = TLSBench.limits
    ) async throws -> (opener: TestEnd, acceptor: TestEnd) {
        let server = try TLSServer(identity, clientAuthorities: clientAuthorities, clock: Self.clock())
        let acceptor = TestEnd(limits: limits)
        let address = try await acceptor.transport.listen(
            on: Endpoint(transport: .tls, host: "127.0.0.1", port: 0),
            tls: server
        )
        let opener = TestEnd(limits: limits, lookup: .answering("127.0.0.1"))
        opener.transport.open(
            Flow(number: 1),
            to: Endpoint(transport: .tls, host: host, port: address.port),
            tls: .success(client)
        )
        return (opener, acceptor)
    }
}
