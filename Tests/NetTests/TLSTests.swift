import Authority
import Foundation
import Glibc
import NIOCore
import NIOPosix
import SIP
import Synchronization
import Testing

@testable import Net

/// Connections over TLS, with the right certificate and with each wrong one; all on loopback.
@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    private let flow = Flow(number: 1)
    private let day: Int64 = 86_400

    /// Why a connection to a center with this identity is not there.
    private func failure(
        _ identity: TLSIdentity,
        by client: TLSClient,
        to host: String = TLSBench.host
    ) async throws -> NetFailure {
        let bench = try TLSBench()
        var (opener, _) = try await bench.open(identity, by: client, to: host)
        return try await opener.nextEnd(of: self.flow)
    }

    @Test func theRightCertificateGivesAVerifiedConnectionThatCarriesOctetsBothWays() async throws {
        let bench = try TLSBench()
        var (opener, acceptor) = try await bench.open(try bench.center(), by: try bench.client())
        #expect(try await opener.next() == .secured(self.flow, FlowSecurity(isVerified: true)))
        guard case .opened(self.flow, .tls, _, _) = try await opener.next() else { throw UnexpectedEvent() }
        #expect(opener.securing == [self.flow])
        guard case .secured(let accepted, FlowSecurity(isVerified: false)) = try await acceptor.next(),
            case .accepted(accepted, .tls, _, _) = try await acceptor.next()
        else { throw UnexpectedEvent() }
        opener.transport.send(Array("there".utf8), over: self.flow)
        #expect(try await acceptor.nextOctets(5, of: accepted) == Array("there".utf8))
        acceptor.transport.send(Array("back".utf8), over: accepted)
        #expect(try await opener.nextOctets(4, of: self.flow) == Array("back".utf8))
    }

    @Test(arguments: [["127.0.0.1"], ["center.test", "127.0.0.1"]])
    func aNumericHostIsFoundAmongTheAddressesOfTheCertificate(hosts: [String]) async throws {
        let bench = try TLSBench()
        let client = try bench.client(host: "127.0.0.1")
        var (opener, _) = try await bench.open(try bench.center(hosts: hosts), by: client, to: "127.0.0.1")
        #expect(try await opener.next() == .secured(self.flow, FlowSecurity(isVerified: true)))
    }

    @Test func aHostIsFoundAsASIPURIAndInAnyCase() async throws {
        let bench = try TLSBench()
        let identity = try bench.center(hosts: ["other.test", "sip:CENTER.test"])
        var (opener, _) = try await bench.open(identity, by: try bench.client())
        #expect(try await opener.next() == .secured(self.flow, FlowSecurity(isVerified: true)))
    }

    @Test func anUnknownAuthorityIsRefused() async throws {
        let (bench, stranger) = (try TLSBench(), try TLSBench())
        let failure = try await self.failure(try stranger.center(), by: try bench.client())
        #expect(failure.isCertificateRefused && failure.operation == .secure)
        #expect(failure.description.contains("shows a certificate of an unknown authority: "))
    }

    @Test func aWrongNameIsRefusedWithTheNamesThatWereFound() async throws {
        let bench = try TLSBench()
        let failure = try await self.failure(try bench.center(hosts: ["a.test", "192.0.2.1"]), by: try bench.client())
        let refusal = CertificateRefusal.wrongName(expected: "center.test", found: ["a.test", "192.0.2.1"])
        #expect(failure.cause == .certificate(refusal))
    }

    @Test func aWildcardNamesNobody() async throws {
        let bench = try TLSBench()
        let failure = try await self.failure(try bench.center(hosts: ["*.test"]), by: try bench.client())
        #expect(failure.cause == .certificate(.wrongName(expected: "center.test", found: ["*.test"])))
    }

    @Test func aNameIsNoAddressAndAnAddressNoName() async throws {
        let bench = try TLSBench()
        let byName = try await self.failure(try bench.center(hosts: ["127.0.0.1"]), by: try bench.client())
        #expect(byName.cause == .certificate(.wrongName(expected: "center.test", found: ["127.0.0.1"])))
        let numeric = try bench.client(host: "127.0.0.1")
        let byAddress = try await self.failure(try bench.center(), by: numeric, to: "127.0.0.1")
        #expect(byAddress.cause == .certificate(.wrongName(expected: "127.0.0.1", found: ["center.test"])))
    }

    @Test func aCommonNameAloneIsRefused() async throws {
        let bench = try TLSBench()
        let failure = try await self.failure(try bench.center(hosts: []), by: try bench.client())
        #expect(failure.cause == .certificate(.unnamed))
    }

    @Test func anExpiredCertificateIsRefusedWithItsDate() async throws {
        let bench = try TLSBench()
        let past = TestAuthority.Validity(begin: TLSBench.now - 3_000, end: TLSBench.now - 10)
        let failure = try await self.failure(try bench.center(past), by: try bench.client())
        #expect(failure.cause == .certificate(.expired("2025-12-31")))
    }

    @Test func aCertificateOfTheFutureIsRefusedWithItsDate() async throws {
        let bench = try TLSBench()
        let future = TestAuthority.Validity(begin: TLSBench.now + 2 * self.day, end: TLSBench.now + 9 * self.day)
        let failure = try await self.failure(try bench.center(future), by: try bench.client())
        #expect(failure.cause == .certificate(.notYetValid("2026-01-03")))
    }

    @Test(arguments: [-3_000, 900_000]) func aDateAloneIsNoReasonToRefuseWhileTheClockIsNotSet(off: Int64) async throws
    {
        let bench = try TLSBench()
        let validity = TestAuthority.Validity(begin: TLSBench.now + off, end: TLSBench.now + off + 2_000)
        let client = try bench.client(clock: TLSBench.clock(isSynchronized: false))
        var (opener, _) = try await bench.open(try bench.center(validity), by: client)
        guard case .secured(_, let security) = try await opener.next() else { throw UnexpectedEvent() }
        #expect(security.proof == .dated && !security.isVerified)
        #expect(security.remark?.contains("the clock here is not set") == true)
        let stranger = try TLSBench()
        let failure = try await self.failure(try stranger.center(validity), by: client)
        #expect(failure.isCertificateRefused, "more than a date is wrong with it")
    }

    @Test func aShortKeyIsRefused() async throws {
        let bench = try TLSBench()
        let weak = TLSIdentity(
            certificate: try bench.write(WeakCertificate.certificate, "weak.pem"),
            key: try bench.write(WeakCertificate.key, "weak-key.pem")
        )
        let failure = try await self.failure(weak, by: try bench.client())
        let reason = "a key of RSA with 1024 bits, where 2048 are the least"
        #expect(failure.cause == .certificate(.weak(reason)))
    }

    @Test func aCertificateForAnotherPurposeIsRefused() async throws {
        let bench = try TLSBench()
        for purpose in [TestAuthority.Purpose.other, .vehicle] {
            let failure = try await self.failure(try bench.center(for: purpose), by: try bench.client())
            #expect(failure.cause == .certificate(.wrongPurpose))
        }
    }

    @Test func withoutACheckAnyCertificateIsTakenAndSaidToBeUnprotected() async throws {
        let (bench, stranger) = (try TLSBench(), try TLSBench())
        let client = try TLSClient.unchecked(host: TLSBench.host)
        var (opener, _) = try await bench.open(try stranger.center(hosts: ["a.test"]), by: client)
        let security = FlowSecurity(isVerified: false, remark: "who answers has not been checked")
        #expect(try await opener.next() == .secured(self.flow, security))
    }

    @Test func aCenterThatWantsCertificatesTakesAVehicleOfItsAuthority() async throws {
        let bench = try TLSBench()
        let client = try bench.client(identity: try bench.vehicle())
        var (_, acceptor) = try await bench.open(try bench.center(), clientAuthorities: bench.authorities, by: client)
        guard case .secured(_, let security) = try await acceptor.next() else { throw UnexpectedEvent() }
        #expect(security == FlowSecurity(isVerified: true))
    }

    @Test func aMissingCertificateOfOursIsNamedAsTheCause() async throws {
        let bench = try TLSBench()
        var (opener, _) = try await bench.open(
            try bench.center(),
            clientAuthorities: bench.authorities,
            by: try bench.client()
        )
        // With TLS 1.3 the center refuses after our side has finished its handshake.
        var end: NetFailure?
        while end == nil {
            switch try await opener.next() {
            case .failed(_, let failure), .closed(_, let failure): end = failure
            case .securing, .secured, .opened, .accepted, .received: continue
            }
        }
        #expect(end?.description.contains("wants a certificate of ours, and there is none to show") == true)
    }

    @Test func aPeerThatDoesNotSpeakTLSIsNamedAsTheCause() async throws {
        let bench = try TLSBench()
        var plain = TestEnd()
        let endpoint = try await plain.listen()
        var opener = TestEnd(limits: TLSBench.limits, lookup: .answering("127.0.0.1"))
        let place = Endpoint(transport: .tls, host: TLSBench.host, port: endpoint.port)
        opener.transport.open(self.flow, to: place, tls: .success(try bench.client()))
        let accepted = try await plain.nextStanding()
        plain.transport.send(Array("SIP/2.0 400 Bad Request\r\n\r\n".utf8), over: accepted)
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.description.contains("does not speak TLS on this port"))
    }

    @Test func aPeerThatNeverFinishesTheHandshakeIsGivenUp() async throws {
        let bench = try TLSBench()
        let silent = TestEnd()
        let endpoint = try await silent.listen()
        var limits = NetLimits()
        limits.handshakeTimeout = .milliseconds(50)
        var opener = TestEnd(limits: limits, lookup: .answering("127.0.0.1"))
        let place = Endpoint(transport: .tls, host: TLSBench.host, port: endpoint.port)
        opener.transport.open(self.flow, to: place, tls: .success(try bench.client()))
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.cause == .timedOut(after: .milliseconds(50)) && failure.operation == .secure)
        #expect(opener.securing == [self.flow], "that somebody is there is told before")
    }

    @Test func filesThatCannotBeUsedAreNamed() async throws {
        let bench = try TLSBench()
        let good = try bench.center()
        let other = try bench.identity(
            try bench.authority.issue("x", hosts: ["x.test"], for: .center, TLSBench.valid),
            "x"
        )
        let open = TLSIdentity(certificate: good.certificate, key: try bench.write("key", "open.pem", mode: 0o644))
        let wrong = [
            (TLSIdentity(certificate: "/nowhere.pem", key: good.key), "/nowhere.pem: "),
            (TLSIdentity(certificate: good.key, key: good.key), good.key + ": expected a PEM file with a certificate"),
            (open, open.key + ": others can use this private key (mode 644)"),
            (TLSIdentity(certificate: good.certificate, key: other.key), "does not belong to the certificate"),
        ]
        for (identity, part) in wrong {
            let fault = #expect(throws: TLSFault.self) { try TLSServer(identity, clock: TLSBench.clock()) }
            #expect(fault?.description.contains(part) == true, "\(String(describing: fault))")
        }
        let client = TLSClient.Settings(host: TLSBench.host, authorities: good.key)
        #expect(throws: TLSFault.self) { try TLSClient(client, clock: TLSBench.clock()) }
        var opener = TestEnd()
        let place = Endpoint(transport: .tls, host: "127.0.0.1", port: 9)
        opener.transport.open(self.flow, to: place, tls: .failure(TLSFault("a.pem", "is not there")))
        #expect(try await opener.nextEnd(of: self.flow).cause == .unprepared("a.pem: is not there"))
    }

    @Test func aConnectionThatEndsBeforeItBeginsGivesItsPlaceBack() async throws {
        let gone = TestEnd()
        let closed = try await gone.listen()
        await gone.transport.shutDown()
        let bench = try TLSBench()
        let server = try TLSServer(try bench.center(), clock: TLSBench.clock())
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let held = Mutex(-1)
        let ended = loop.makePromise(of: Void.self)
        let table = try await loop.submit { NIOLoopBoundBox(Self.table(on: loop), eventLoop: loop) }.get()
        // A channel that is made ready like an accepted one, and then is refused what makes it active.
        let connecting = ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.closeFuture.cascade(to: ended)
                return channel.eventLoop.makeCompletedFuture {
                    try table.value.accept(channel, server)
                    held.withLock { $0 = table.value.handshakes.count }
                }
            }
            .connect(host: closed.host, port: Int(closed.port))
        await #expect(throws: (any Error).self) { _ = try await connecting.get() }
        try await ended.futureResult.get()
        #expect(held.withLock { $0 } == 1)
        #expect(try await loop.submit { table.value.handshakes.count }.get() == 0)
    }

    private static func table(on loop: any EventLoop) -> FlowTable {
        FlowTable(
            eventLoop: loop,
            limits: NetLimits(),
            lookup: .system,
            judgements: JudgementQueue(NetLimits()),
            refused: RefusedCount(),
            lost: RefusedCount(),
            deliver: { _ in }
        )
    }
}
