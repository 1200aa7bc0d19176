import SIP
import Testing
import Timeline

@testable import SIPTrace

/// What is kept of an incident, and when it goes to the store.
@Suite struct TraceBufferTests {
    /// One buffer with its own clock.
    private struct Desk {
        var buffer = TraceBuffer()
        var now = Instant.boot
        var batches = 0

        mutating func take(_ text: String = "ACK sip:a SIP/2.0\r\n\r\n", of incident: String = "a") -> Bool {
            self.buffer.take(
                Array(text.utf8),
                .sent,
                over: Samples.path,
                of: incident,
                at: self.now,
                wallMilliseconds: nil
            )
        }

        mutating func handOver() -> TraceBuffer.Batch? {
            self.batches += 1
            return self.buffer.handOver(as: self.batches)
        }

        /// Hands over and confirms until nothing waits.
        mutating func drain() -> [TraceBuffer.Batch] {
            var drained: [TraceBuffer.Batch] = []
            while let batch = self.handOver() {
                _ = self.buffer.written(self.batches, isLost: false)
                drained.append(batch)
            }
            return drained
        }
    }

    @Test func messagesOfOneQuarterSecondShareAWrite() throws {
        var desk = Desk()
        #expect(desk.buffer.nextDeadline == nil)
        _ = desk.take()
        desk.now = desk.now.advanced(by: .milliseconds(200))
        _ = desk.take()
        #expect(desk.buffer.nextDeadline == .boot.advanced(by: .milliseconds(250)))
        let handed = desk.handOver()
        let batch = try #require(handed)
        #expect(batch.entries.map(\.message.number) == [1, 2])
        #expect(desk.buffer.nextDeadline == nil)
        #expect(desk.handOver() == nil)
    }

    @Test func anIncidentThatMakesRoomTakesItsWaitingMessagesAlong() throws {
        var desk = Desk()
        _ = desk.take(of: "first")
        _ = desk.handOver()
        _ = desk.take(of: "first")
        for number in 1...TraceLimits.maximumIncidents { _ = desk.take(of: "other\(number)") }
        _ = desk.buffer.written(1, isLost: false)
        let later = desk.drain()
        #expect(!later.flatMap(\.entries).contains { $0.incident == "first" }, "nobody would know whose it is")
        let told = Set(later.flatMap(\.omissions).map(\.incident))
        #expect(later.flatMap(\.entries).allSatisfy { told.contains($0.incident) })
        // The room that it took is free again.
        let large = String(repeating: "x", count: 60_000)
        var kept = 0
        for number in 1...8 { kept += desk.take(large, of: "other\(number)") ? 0 : 1 }
        #expect(kept == 8)
    }

    @Test func nothingIsDueWhileTheStoreHasABatch() throws {
        var desk = Desk()
        _ = desk.take()
        _ = desk.handOver()
        _ = desk.take()
        #expect(desk.buffer.nextDeadline == nil)
        #expect(desk.buffer.written(1, isLost: false) == 0)
        #expect(desk.buffer.nextDeadline != nil)
        #expect(desk.buffer.written(1, isLost: false) == nil, "a batch is answered once")
    }

    @Test func theSecretsAreMaskedBeforeAnythingIsKept() throws {
        var desk = Desk()
        _ = desk.take("ACK sip:a SIP/2.0\r\nAuthorization: Basic abc\r\n\r\n")
        let message = try #require(desk.handOver()?.entries.first?.message)
        let text = String(decoding: message.octets, as: UTF8.self)
        #expect(text == "ACK sip:a SIP/2.0\r\nAuthorization: Basic masked\r\n\r\n")
        #expect(message.length == message.octets.count)
    }

    @Test func anIncidentKeepsABoundedNumberOfMessagesAndCountsTheRest() throws {
        var desk = Desk()
        var told = 0
        var kept = 0
        for _ in 0..<TraceLimits.maximumMessages + 7 {
            if desk.take() { told += 1 }
            kept += desk.drain().reduce(0) { $0 + $1.entries.count }
        }
        #expect(told == 1, "the limit is told once")
        #expect(kept == TraceLimits.maximumMessages)
        #expect(desk.take() == false)
        #expect(desk.drain().last?.omissions == [.init(incident: "a", count: 8)])
        _ = desk.take(of: "b")
        #expect(desk.drain().map { $0.entries.map(\.incident) } == [["b"]], "another incident has its own limits")
    }

    @Test func anIncidentKeepsABoundedNumberOfOctets() {
        var desk = Desk()
        let text = String(repeating: "x", count: 60_000)
        var octets = 0
        for _ in 0..<20 {
            _ = desk.take(text)
            octets += desk.drain().flatMap(\.entries).reduce(0) { $0 + $1.message.octets.count }
        }
        #expect(octets == 8 * 60_000)
        #expect(octets <= TraceLimits.maximumOctets)
    }

    @Test func aLongMessageIsCutAndTellsItsLength() throws {
        var desk = Desk()
        _ = desk.take(String(repeating: "x", count: 100_000))
        let message = try #require(desk.handOver()?.entries.first?.message)
        #expect(message.octets.count == TraceLimits.maximumMessageOctets)
        #expect(message.length == 100_000)
    }

    @Test func aHangingDiskHoldsABoundedNumberOfOctets() {
        var desk = Desk()
        let text = String(repeating: "x", count: 50_000)
        for incident in 0..<TraceLimits.maximumIncidents {
            for _ in 0..<12 { _ = desk.take(text, of: "\(incident)") }
        }
        var waiting = 0
        while let batch = desk.handOver() { waiting += batch.entries.reduce(0) { $0 + $1.message.octets.count } }
        #expect(waiting == TraceLimits.maximumPendingOctets / 50_000 * 50_000)
    }

    @Test func aWriteIsBounded() throws {
        var desk = Desk()
        for _ in 0..<TraceLimits.maximumBatchMessages + 1 { _ = desk.take() }
        #expect(desk.handOver()?.entries.count == TraceLimits.maximumBatchMessages)
        #expect(desk.buffer.written(1, isLost: false) == 0)
        #expect(desk.buffer.nextDeadline != nil, "what is left is due")
        #expect(desk.handOver()?.entries.count == 1)
        #expect(desk.buffer.written(2, isLost: false) == 0)
        for _ in 0..<3 { _ = desk.take(String(repeating: "x", count: 40_000)) }
        #expect(desk.drain().map(\.entries.count) == [2, 1])
    }

    @Test func whatTheDiskLosesIsCountedAndToldWithTheNextMessage() {
        var desk = Desk()
        for _ in 0..<3 { _ = desk.take() }
        _ = desk.handOver()
        #expect(desk.buffer.written(1, isLost: true) == 3)
        #expect(desk.buffer.nextDeadline == nil, "a disk that failed is not asked again at once")
        _ = desk.take()
        let batch = desk.handOver()
        #expect(batch?.omissions == [.init(incident: "a", count: 3)])
        #expect(batch?.entries.map(\.message.number) == [4])
    }

    @Test func aCallIsRememberedWithItsIncident() {
        var desk = Desk()
        desk.buffer.began("1", of: "a")
        for number in 2...TraceLimits.maximumCalls { desk.buffer.began("\(number)", of: "b") }
        #expect(desk.buffer.incident(ofCall: "1") == "a")
        #expect(desk.buffer.incident(ofCall: nil) == nil && desk.buffer.incident(ofCall: "0") == nil)
        desk.buffer.began("last", of: "c")
        #expect(desk.buffer.incident(ofCall: "1") == nil, "the oldest call is forgotten first")
    }

    @Test func anIncidentThatIsForgottenTakesItsCallsAlong() {
        var desk = Desk()
        desk.buffer.began("1", of: "0")
        for incident in 0...TraceLimits.maximumIncidents { _ = desk.take(of: "\(incident)") }
        #expect(desk.buffer.incident(ofCall: "1") == nil)
    }
}
