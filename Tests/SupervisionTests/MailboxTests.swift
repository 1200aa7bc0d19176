import Testing

@testable import Supervision

@Suite struct MailboxTests {
    @Test(arguments: [1, 2, 15, 16, 17, 100]) func keepsOrderAndCapacityWhileItsRingTurns(capacity: Int) {
        var box = Mailbox<Int>(capacity: capacity)
        var (next, expected) = (0, 0)
        for round in 0..<(3 * capacity) {
            // Fill up, then empty by a different amount each round, so that the ring's start wanders.
            while next - expected < capacity {
                box.put(next)
                next += 1
            }
            for _ in 0...(round % capacity) {
                guard case .event(expected) = box.take() else {
                    Issue.record("expected \(expected)")
                    return
                }
                expected += 1
            }
        }
    }

    @Test func tellsTheOverflowOnceAndFirst() {
        var box = Mailbox<Int>(capacity: 1)
        for event in 1...3 { box.put(event) }
        guard case .overflow(2) = box.take(), case .event(1) = box.take() else {
            Issue.record("expected the overflow, then the event")
            return
        }
        #expect(box.take() == nil)
        #expect(box.isEmpty)
    }
}
