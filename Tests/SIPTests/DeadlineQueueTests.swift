import Seeds
import Testing
import Timeline

@Suite struct DeadlineQueueTests {
    @Test(arguments: [1, 2, 3, 44, 2026] as [UInt64])
    func agreesWithASortedListInAnyWalk(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = DeadlineQueue<Int>()
        var model: [Int: (due: Int64, order: Int)] = [:]
        for order in 0..<4000 {
            let key = Int.random(in: 0..<60, using: &random)
            let due = Int64.random(in: 0..<40, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                queue.set(key, nil)
                model[key] = nil
            case 1:
                let expected = model.min { ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order) }
                let reached = expected.map { $0.value.due <= due } ?? false
                #expect(queue.takeReached(at: .milliseconds(due)) == (reached ? expected?.key : nil), "seed \(seed)")
                if reached, let expected { model[expected.key] = nil }
            default:
                queue.set(key, .milliseconds(due))
                if model[key]?.due != due { model[key] = (due, order) }
            }
            #expect(queue.count == model.count, "seed \(seed)")
            #expect(queue.next == model.values.map(\.due).min().map { .milliseconds($0) }, "seed \(seed)")
        }
    }
}
