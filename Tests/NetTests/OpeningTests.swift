import Dispatch
import Glibc
import NIOCore
import NIOPosix
import SIP
import Synchronization
import Testing

@testable import Net

@Suite(.timeLimit(.minutes(10))) struct OpeningTests {
    private let flow = Flow(number: 7)

    @Test func namesBothEndsOfANewConnection() async throws {
        var (opener, acceptor) = (TestEnd(), TestEnd())
        let endpoint = try await acceptor.listen()
        opener.transport.open(self.flow, to: endpoint)
        guard case .opened(self.flow, .tcp, let local, let remote) = try await opener.next() else {
            throw UnexpectedEvent()
        }
        #expect(remote == FlowAddress(host: "127.0.0.1", port: endpoint.port))
        let number = SIPTransport.firstAcceptedFlow
        #expect(try await acceptor.next() == .accepted(Flow(number: number), .tcp, local: remote, remote: local))
    }

    @Test func reportsARefusedConnectionWithItsReason() async throws {
        let gone = TestEnd()
        let endpoint = try await gone.listen()
        await gone.transport.shutDown()
        var opener = TestEnd()
        opener.transport.open(self.flow, to: endpoint)
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.operation == .connect)
        #expect(failure.errno == ECONNREFUSED)
        #expect(failure.description == "connection refused by 127.0.0.1:\(endpoint.port)")
    }

    @Test func triesTheAddressesOfANameInTurn() async throws {
        var acceptor = TestEnd()
        let endpoint = try await acceptor.listen()
        var opener = TestEnd(lookup: .answering("127.0.0.2", "127.0.0.1"))
        opener.transport.open(
            self.flow,
            to: Endpoint(transport: .tcp, host: "center.example", port: endpoint.port)
        )
        #expect(try await opener.nextStanding() == self.flow)
        #expect(try await acceptor.nextStanding().number == SIPTransport.firstAcceptedFlow)
    }

    @Test func namesEveryAddressThatFailed() async throws {
        let gone = TestEnd()
        let port = try await gone.listen().port
        await gone.transport.shutDown()
        var opener = TestEnd(lookup: .answering("127.0.0.2", "127.0.0.1"))
        opener.transport.open(self.flow, to: Endpoint(transport: .tcp, host: "center.example", port: port))
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(
            failure.description == "connection refused by 127.0.0.2:\(port); connection refused by 127.0.0.1:\(port)"
        )
    }

    @Test func asksNoMoreAddressesThanItsLimit() async throws {
        let gone = TestEnd()
        let port = try await gone.listen().port
        await gone.transport.shutDown()
        let many = Array(repeating: "127.0.0.1", count: NetLimits.maximumAddresses + 3)
        var opener = TestEnd(lookup: .answering(many))
        opener.transport.open(self.flow, to: Endpoint(transport: .tcp, host: "center.example", port: port))
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.earlier.count == NetLimits.maximumAddresses - 1)
    }

    @Test func reportsANameThatDoesNotExist() async throws {
        // No name server knows a label of more than 63 octets, so none is asked (RFC 1035 2.3.4).
        let host = String(repeating: "a", count: 64) + ".invalid"
        var opener = TestEnd()
        opener.transport.open(self.flow, to: Endpoint(transport: .tcp, host: host, port: 5060))
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.operation == .resolve)
        #expect(failure.description.hasPrefix("name \(host) not found: "))
    }

    @Test func givesUpANameThatIsNotAnsweredInTime() async throws {
        var limits = NetLimits()
        limits.resolveTimeout = .milliseconds(1)
        let answer = DispatchSemaphore(value: 0)
        var opener = TestEnd(limits: limits, lookup: .answering(["127.0.0.1"], after: answer))
        opener.transport.open(self.flow, to: Endpoint(transport: .tcp, host: "slow.example", port: 5060))
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.description == "no address for slow.example within 0.001 seconds")
        answer.signal()
        // The late answer opens nothing: the transport's next event is that of another flow.
        let next = Flow(number: 8)
        opener.transport.open(next, to: Endpoint(transport: .udp, host: "255.255.255.255", port: 5060))
        #expect(try await opener.nextEnd(of: next).errno == EACCES)
    }

    @Test func triesTheAddressesOfTheLastAnswerWhenTheNameServerFails() async throws {
        let acceptor = TestEnd()
        let endpoint = try await acceptor.listen()
        let asked = Counter()
        let lookup = AddressLookup { host, port throws(NetFailure) in
            guard asked.next() == 1 else { throw NetFailure(.resolve, .unresolved(code: EAI_AGAIN), at: host) }
            return [AddressLookup.numeric("127.0.0.1", port: port)].compactMap(\.self)
        }
        var opener = TestEnd(lookup: lookup)
        let named = Endpoint(transport: .tcp, host: "center.example", port: endpoint.port)
        opener.transport.open(self.flow, to: named)
        #expect(try await opener.nextStanding() == self.flow)
        opener.transport.open(Flow(number: 8), to: named)
        #expect(try await opener.nextStanding() == Flow(number: 8))
        opener.transport.open(Flow(number: 9), to: Endpoint(transport: .tcp, host: "other.example", port: 1))
        let failure = try await opener.nextEnd(of: Flow(number: 9))
        #expect(failure.cause == .unresolved(code: EAI_AGAIN), "what was never known is not known now")
    }

    @Test func doesNotWaitForADeadNameServerWhereAddressesAreKnown() async throws {
        let acceptor = TestEnd()
        let endpoint = try await acceptor.listen()
        let (asked, answer) = (Counter(), DispatchSemaphore(value: 0))
        var limits = NetLimits()
        limits.knownNameWait = .milliseconds(1)
        let lookup = AddressLookup { _, port throws(NetFailure) in
            if asked.next() > 1 { answer.wait() }
            return [AddressLookup.numeric("127.0.0.1", port: port)].compactMap(\.self)
        }
        var opener = TestEnd(limits: limits, lookup: lookup)
        let named = Endpoint(transport: .tcp, host: "center.example", port: endpoint.port)
        let count = UInt64(NetLimits.maximumLookups)
        for number in 7...(8 + count) {
            opener.transport.open(Flow(number: number), to: named)
            #expect(try await opener.nextStanding() == Flow(number: number), "beyond the look-ups that hang, too")
        }
        for _ in 0..<count { answer.signal() }
        await opener.transport.shutDown()
    }

    @Test func looksUpNoMoreNamesAtOnceThanItsLimit() async throws {
        let answer = DispatchSemaphore(value: 0)
        var opener = TestEnd(lookup: .answering(["127.0.0.1"], after: answer))
        let count = UInt64(NetLimits.maximumLookups)
        for number in 0...count {
            opener.transport.open(Flow(number: number), to: Endpoint(transport: .tcp, host: "slow.example", port: 1))
        }
        let failure = try await opener.nextEnd(of: Flow(number: count))
        #expect(failure.cause == .lookupsExceeded(limit: NetLimits.maximumLookups))
        for _ in 0..<count { answer.signal() }
        await opener.transport.shutDown()
    }

    @Test func refusesTLSWithoutWhatItNeeds() async throws {
        var opener = TestEnd()
        let endpoint = Endpoint(transport: .tls, host: "127.0.0.1", port: 5061)
        opener.transport.open(self.flow, to: endpoint)
        #expect(try await opener.nextEnd(of: self.flow).cause == .nothingGiven)
        await #expect(throws: NetFailure(.listen, .nothingGiven, at: "127.0.0.1:5061")) {
            _ = try await opener.transport.listen(on: endpoint)
        }
    }

    @Test(arguments: ["127.0.0.1", "slow.example"])
    func closingBeforeItStandsIsReportedOnce(host: String) async throws {
        let acceptor = TestEnd()
        let endpoint = try await acceptor.listen()
        let answer = DispatchSemaphore(value: 0)
        var opener = TestEnd(lookup: .answering(["127.0.0.1"], after: answer))
        let (transport, flow) = (opener.transport, self.flow)
        try await transport.eventLoop.submit {
            transport.open(flow, to: Endpoint(transport: .tcp, host: host, port: endpoint.port))
            transport.close(flow)
        }.get()
        #expect(try await opener.nextEnd(of: flow).cause == .closedHere)
        answer.signal()
        let next = Flow(number: 8)
        transport.open(next, to: Endpoint(transport: .udp, host: "255.255.255.255", port: 5060))
        #expect(try await opener.nextEnd(of: next).errno == EACCES)
    }

    @Test(arguments: ["::1", "[::1]"]) func takesNumericAddressesWithAndWithoutBrackets(host: String) throws {
        let address = try #require(AddressLookup.numeric(host, port: 5060))
        #expect(FlowAddress(address) == FlowAddress(host: "::1", port: 5060))
        #expect(NetFailure.place(address) == "[::1]:5060")
        #expect(AddressLookup.numeric("localhost", port: 5060) == nil)
    }
}

/// Counts from 1.
private final class Counter: Sendable {
    private let count = Atomic(0)

    func next() -> Int { self.count.add(1, ordering: .relaxed).newValue }
}

extension AddressLookup {
    static func answering(_ addresses: String...) -> AddressLookup {
        .answering(addresses)
    }

    /// Answers every name with these addresses, when told to.
    static func answering(_ addresses: [String], after signal: DispatchSemaphore? = nil) -> AddressLookup {
        AddressLookup { _, port throws(NetFailure) in
            signal?.wait()
            return addresses.compactMap { AddressLookup.numeric($0, port: port) }
        }
    }
}
