private import FoundationEssentials
internal import NIOCore
internal import NIOSSL
private import SwiftASN1
internal import X509

/// What connections of ours over TLS need, read from its files once, before the first of them.
package struct TLSClient: Sendable {
    /// What the configuration says of TLS to one center.
    package struct Settings: Hashable, Sendable {
        /// The host that the center's certificate has to name: the configured one, a name or a numeric address.
        package var host: String
        /// The path of a PEM file with the authorities that are trusted; `nil` for those of the system.
        package var authorities: String?
        /// Who we are, for centers that ask; `nil` for nobody.
        package var identity: TLSIdentity?

        package init(host: String, authorities: String? = nil, identity: TLSIdentity? = nil) {
            self.host = host
            self.authorities = authorities
            self.identity = identity
        }
    }

    private let host: String
    private let context: NIOSSLContext
    /// `nil` when whoever answers is taken for the center.
    private let check: CertificateCheck?

    /// Reads the files.
    ///
    /// `clock` tells the time of day for the certificates' dates.
    package init(_ settings: Settings, clock: @escaping @Sendable () -> TrustedTime) throws(TLSFault) {
        try self.init(settings, as: try settings.identity?.load(), clock: clock)
    }

    /// Reads the authorities only; `identity` is who we are instead of what the settings say, `nil` for nobody.
    package init(
        _ settings: Settings,
        as identity: LoadedIdentity?,
        clock: @escaping @Sendable () -> TrustedTime
    ) throws(TLSFault) {
        let authorities = try TLSAuthorities.read(settings.authorities)
        self.host = settings.host
        self.check = CertificateCheck(authorities: authorities, peer: .center(host: settings.host), clock: clock)
        self.context = try Self.context(settings.host, identity, .noHostnameVerification)
    }

    private init(host: String, context: NIOSSLContext) {
        self.host = host
        self.context = context
        self.check = nil
    }

    /// The same without a check of who answers, for the second attempt at an emergency service (RFC 6881 ED-63).
    ///
    /// Any protection is better than none, and no answer is worse. No file can stand in its way.
    package static func unchecked(host: String, as identity: LoadedIdentity? = nil) throws(TLSFault) -> TLSClient {
        TLSClient(host: host, context: try Self.context(host, identity, .none))
    }

    private static func context(
        _ host: String,
        _ identity: LoadedIdentity?,
        _ verification: CertificateVerification
    ) throws(TLSFault) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = verification
        // Trusted are those of `CertificateCheck`, which stands in for the check of the library.
        configuration.trustRoots = .certificates([])
        if let identity {
            configuration.certificateChain = identity.sources
            configuration.privateKey = .privateKey(identity.key)
        }
        do { return try NIOSSLContext(configuration: configuration) } catch { throw TLSFault(host, TLSText.of(error)) }
    }

    /// The handler that encrypts one connection; `judgement` is of its peer.
    func handler(_ judgement: PeerJudgement) throws -> NIOSSLClientHandler {
        // Server name indication takes names only (RFC 6066 3).
        let name = AddressOctets.of(self.host) == nil ? self.host : nil
        guard let check = self.check else {
            return try NIOSSLClientHandler(context: self.context, serverHostname: name)
        }
        return try NIOSSLClientHandler(
            context: self.context,
            serverHostname: name,
            customVerificationCallback: check.callback(judgement)
        )
    }

    /// Whether who answers is checked.
    var isChecked: Bool { self.check != nil }
}

/// What a listening address over TLS needs, read from its files once.
package struct TLSServer: Sendable {
    private let context: NIOSSLContext
    private let check: CertificateCheck?

    /// Reads the files; with `clientAuthorities` only peers with a certificate of one of them are let in.
    package init(
        _ identity: TLSIdentity,
        clientAuthorities: String? = nil,
        clock: @escaping @Sendable () -> TrustedTime
    ) throws(TLSFault) {
        let loaded = try identity.load()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: loaded.sources,
            privateKey: .privateKey(loaded.key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = .certificates([])
        if let clientAuthorities {
            configuration.certificateVerification = .noHostnameVerification
            self.check = CertificateCheck(
                authorities: try TLSAuthorities.read(clientAuthorities),
                peer: .vehicle,
                clock: clock
            )
        } else {
            configuration.certificateVerification = .none
            self.check = nil
        }
        do { self.context = try NIOSSLContext(configuration: configuration) } catch {
            throw TLSFault(identity.certificate, TLSText.of(error))
        }
    }

    /// The handler that encrypts one accepted connection; `judgement` is of its peer.
    func handler(_ judgement: PeerJudgement) -> NIOSSLServerHandler {
        guard let check = self.check else { return NIOSSLServerHandler(context: self.context) }
        return NIOSSLServerHandler(context: self.context, customVerificationCallback: check.callback(judgement))
    }
}

extension CertificateCheck {
    /// The check in the shape that the library asks for; the chain is judged off the event loop.
    ///
    /// A verdict that comes when the connection is gone changes nothing any more.
    fileprivate func callback(_ judgement: PeerJudgement) -> NIOSSLCustomVerificationCallback {
        { certificates, promise in
            let eventLoop = promise.futureResult.eventLoop
            let answer = { @Sendable (verdict: CertificateVerdict) in
                judgement.ended(verdict)
                promise.succeed(verdict.isAccepted ? .certificateVerified : .failed)
            }
            do {
                let chain = try certificates.map { try $0.toDERBytes() }
                let begun = judgement.queue.judge {
                    let verdict = Task.isCancelled ? .refused(.unjudged(waiting: 0)) : await self.verdict(on: chain)
                    eventLoop.execute { answer(verdict) }
                }
                guard let begun else { return answer(.refused(.unjudged(waiting: judgement.queue.places))) }
                judgement.begun(begun)
            } catch {
                answer(.refused(.unreadable(TLSText.of(error))))
            }
        }
    }
}

extension CertificateVerdict {
    fileprivate var isAccepted: Bool {
        switch self {
        case .trusted, .trustedButForDate: true
        case .refused: false
        }
    }
}

/// The authorities that are trusted.
enum TLSAuthorities {
    /// Those of a PEM file, or those of the system.
    static func read(_ path: String?) throws(TLSFault) -> CertificateStore {
        guard let path else { return .systemTrustRoots }
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(path).map {
                try Certificate(derEncoded: try $0.toDERBytes())
            }
            guard !certificates.isEmpty else {
                throw TLSFault(path, "expected a PEM file with the certificates of authorities")
            }
            return CertificateStore(certificates)
        } catch let fault as TLSFault {
            throw fault
        } catch {
            throw TLSFault(path, "expected a PEM file with the certificates of authorities: \(TLSText.of(error))")
        }
    }
}
