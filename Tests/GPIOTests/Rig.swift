import GPIO
import NIOConcurrencyHelpers
import Timeline

/// Simulated lines on a clock that moves only when told, with everything they reported.
final class Rig: Sendable {
    private struct Step {
        let due: Instant
        let action: @Sendable () -> Void
    }

    private struct World {
        var now = Instant.boot
        var steps: [Step] = []
        var events: [LineEvent] = []
    }

    /// The clock, the timers and the reports; shared with the closures that the lines hold.
    private final class Shared: Sendable {
        let world = NIOLockedValueBox(World())
    }

    let lines: SimulatedLines
    private let shared = Shared()

    init(_ specifications: [LineSpecification] = Rig.bench) throws(LineError) {
        let shared = self.shared
        self.lines = try SimulatedLines(specifications) {
            shared.world.withLockedValue(\.now)
        } schedule: { delay, action in
            shared.world.withLockedValue { world in
                world.steps.append(Step(due: world.now.advanced(by: delay), action: action))
            }
        }
        self.lines.start { event in
            shared.world.withLockedValue { $0.events.append(event) }
        }
    }

    static let bench: [LineSpecification] = [
        LineSpecification(name: "sos-button", direction: .input),
        LineSpecification(name: "sos-cover", direction: .input, initial: .active),
        LineSpecification(name: "green-led", direction: .output, isActiveLow: true),
    ]

    /// What has been reported since the last call.
    func reports() -> [LineEvent] {
        self.shared.world.withLockedValue { world in
            defer { world.events = [] }
            return world.events
        }
    }

    var now: Instant { self.shared.world.withLockedValue(\.now) }

    /// Moves the clock, running what is due on the way in its order.
    func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        while let action = self.nextAction(until: end) {
            action()
        }
        self.shared.world.withLockedValue { $0.now = end }
    }

    /// Moves the clock; the timers are late.
    func skip(_ duration: Duration) {
        self.shared.world.withLockedValue { $0.now = $0.now.advanced(by: duration) }
    }

    private func nextAction(until end: Instant) -> (@Sendable () -> Void)? {
        self.shared.world.withLockedValue { world in
            let due = world.steps.indices.filter { world.steps[$0].due <= end }
            guard let index = due.min(by: { world.steps[$0].due < world.steps[$1].due }) else { return nil }
            let step = world.steps.remove(at: index)
            world.now = max(world.now, step.due)
            return step.action
        }
    }
}
