import Digests
import MSD
import NGECall
import SIP
import Store
import Testing
import Timeline

@testable import Center

/// Late data is taken when it is on disk, and on record as what it is.
@Suite struct LateDataTests {
    @discardableResult
    private static func offer(
        _ bench: CenterBench,
        octets: [UInt8]? = nil,
        on flow: Flow? = nil,
        isBare: Bool = false
    ) throws -> Flow {
        let flow = flow ?? bench.connect()
        let part = MSDPart(octets: try octets ?? CenterBench.msd().encoded(), contentID: CenterBench.reference)
        let content = LateMessage.content(part, boundary: "b")
        let name = NameAddress(uri: try URI(parsing: "sip:car@vehicle.invalid"))
        let plan = UserAgent.MessagePlan(
            requestURI: "sip:sos@center.invalid",
            from: name,
            to: name,
            headers: isBare ? [] : content.headers,
            body: isBare ? [] : content.body,
            callID: "late-\(bench.sent.count)"
        )
        bench.vehicles { $0.message(plan, over: flow, at: $1).1 }
        return flow
    }

    private static func statuses(_ bench: CenterBench) -> [Int] { bench.sent.compactMap(\.message.status) }

    @Test func lateDataIsOnRecordAsACallThatIsOver() throws {
        let bench = CenterBench()
        try Self.offer(bench)
        #expect(Self.statuses(bench) == [200])
        let opening = try #require(
            bench.records.compactMap { if case .callReceived(let opening) = $0 { opening } else { nil } }.first
        )
        #expect(opening.service == "late data" && opening.trigger == "automatic" && opening.state == "ended")
        let message = try #require(
            bench.records.compactMap { if case .messageReceived(let message) = $0 { message } else { nil } }.first
        )
        #expect(message.octets == (try CenterBench.msd().encoded()) && message.carrier == .message)
        #expect(message.subject == opening.id)
        let ending = bench.records.compactMap { if case .callEnded(_, let ending) = $0 { ending } else { nil } }
        #expect(ending.map(\.outcome) == ["lateData"])
        #expect(bench.events.map(\.kind) == [.lateData])
        #expect(bench.center.callCount == 0)
    }

    @Test func theAnswerWaitsForTheDisk() throws {
        let bench = CenterBench()
        bench.disk = .hangs
        try Self.offer(bench)
        #expect(Self.statuses(bench) == [])
        bench.step(.written(batch: 1, nil))
        #expect(Self.statuses(bench) == [200])
    }

    @Test func whatCannotBeWrittenIsNotTaken() throws {
        let bench = CenterBench()
        bench.disk = .fails
        let flow = try Self.offer(bench)
        #expect(Self.statuses(bench) == [500])
        bench.disk = .works
        try Self.offer(bench, on: flow)
        #expect(Self.statuses(bench) == [500, 200])
    }

    @Test func theSameDataAgainIsNotASecondRecord() throws {
        let bench = CenterBench()
        let flow = try Self.offer(bench)
        let count = bench.records.count
        try Self.offer(bench, on: flow)
        #expect(Self.statuses(bench) == [200, 200])
        #expect(bench.records.count == count)
    }

    @Test func aDamagedMSDIsKeptAsItCame() throws {
        let bench = CenterBench()
        let octets = Array(try CenterBench.msd().encoded().prefix(9))
        try Self.offer(bench, octets: octets)
        #expect(Self.statuses(bench) == [200])
        #expect(bench.events.first?.reason.contains("damaged") == true)
        #expect(
            bench.records.contains {
                if case .messageReceived(let message) = $0 { message.octets == octets } else { false }
            }
        )
    }

    @Test func aMessageWithoutAnMSDIsRefused() throws {
        let bench = CenterBench()
        try Self.offer(bench, isBare: true)
        #expect(Self.statuses(bench) == [415])
        #expect(bench.sent.last?.message.headers["Accept"]?.contains("EmergencyCallData.eCall.MSD") == true)
        #expect(bench.records.isEmpty)
    }

    @Test func theMemoryOfWhatCameIsBounded() throws {
        var seen = LateDataSeen()
        for number in 0..<(LateDataSeen.maximum * 2) { seen.add([UInt8(number % 256), UInt8(number / 256)]) }
        let known = (0..<(LateDataSeen.maximum * 2)).count { seen.isKnown([UInt8($0 % 256), UInt8($0 / 256)]) }
        #expect(known <= LateDataSeen.maximum && known > LateDataSeen.maximum / 2)
        #expect(seen.isKnown([0xFF, UInt8((LateDataSeen.maximum * 2 - 1) / 256)]))
    }

    @Test func whereEveryCallNeedsCredentialsLateDataDoesToo() throws {
        let users = try AuthenticatorUsers(lines: "car:secret", realm: "center.invalid", .crypto)
        let bench = CenterBench { $0.authentication = .init(.all, users: users) }
        try Self.offer(bench)
        #expect(Self.statuses(bench) == [401])
        #expect(bench.records.isEmpty)
    }
}
