private import NIOConcurrencyHelpers
package import NIOCore
private import Synchronization
package import Timeline

/// What a `Loop` runs: the single-threaded middle of a daemon.
///
/// Every function is called on the loop's event loop, one at a time; none of them waits.
package protocol LoopBody: AnyObject, SendableMetatype {
    associatedtype Event: Sendable

    func handle(_ event: Event, at now: Instant)
    /// The instant named by `nextDeadline` has come.
    func deadlineReached(at now: Instant)
    /// `count` events found the mailbox full since the last turn and are lost.
    func overflowed(by count: Int, at now: Instant)
    /// When `deadlineReached` is next owed; read after every turn.
    var nextDeadline: Instant? { get }
}

/// The one loop of a daemon: a bounded mailbox in front of a body, both on one event loop of SwiftNIO.
///
/// Events come from any thread and are handled in the order of their arrival. The body is never re-entered: what it
/// posts while it runs waits until it returns.
package final class Loop<Body: LoopBody>: Sendable {
    package let eventLoop: any EventLoop
    private let now: @Sendable () -> Instant
    // Not `Mutex`: Thread Sanitizer does not see that one on Linux, and this is the state threads share.
    private let mail: NIOLockedValueBox<Mail>
    private let confined: NIOLoopBoundBox<Confined>
    private let turnCount = Atomic<UInt64>(0)

    private struct Mail: Sendable {
        var box: Mailbox<Body.Event>
        /// A turn is running or on its way, and will look into the box.
        var isAwake = false
        /// The body is gone; what is posted goes nowhere.
        var isClosed = false
    }

    /// What only the event loop touches.
    private struct Confined {
        var body: Body?
        var timer: (deadline: Instant, wakeUp: Scheduled<Void>)?
        var isTurning = false
        /// A turn for what is left in the mailbox is on its way.
        var isComingBack = false
    }

    /// Makes a loop and, on the event loop, its body; events posted meanwhile wait for it.
    ///
    /// `capacity` bounds the events that wait. `now` is the clock of the deadlines.
    package init(
        on eventLoop: any EventLoop,
        capacity: Int,
        now: @escaping @Sendable () -> Instant = MonotonicClock.now,
        makeBody: @escaping @Sendable (Loop<Body>) -> Body
    ) {
        self.eventLoop = eventLoop
        self.now = now
        self.mail = NIOLockedValueBox(Mail(box: Mailbox(capacity: capacity)))
        self.confined = .makeBoxSendingValue(Confined(), eventLoop: eventLoop)
        let start: @Sendable () -> Void = {
            self.confined.value.body = makeBody(self)
            self.turn()
        }
        if eventLoop.inEventLoop { start() } else { eventLoop.execute(start) }
    }

    /// Turns made so far; a loop that is asked something and does not turn is stuck.
    package var turns: UInt64 {
        self.turnCount.load(ordering: .relaxed)
    }

    /// Hands over an event from any thread; when the mailbox is full it is counted and lost.
    ///
    /// On the event loop, outside a turn, the event is handled before this returns.
    package func post(_ event: Body.Event) {
        let isOnLoop = self.eventLoop.inEventLoop
        let wakes = self.mail.withLockedValue { mail in
            guard !mail.isClosed else { return false }
            mail.box.put(event)
            defer { mail.isAwake = true }
            return isOnLoop || !mail.isAwake
        }
        guard wakes else { return }
        if isOnLoop { self.turn() } else { self.eventLoop.execute { self.turn() } }
    }

    /// Drops the events that wait and those to come, and lets go of the body as soon as it does not run.
    package func stop() {
        self.mail.withLockedValue { mail in
            mail.isClosed = true
            mail.box.removeAll()
        }
        if self.eventLoop.inEventLoop { self.release() } else { self.eventLoop.execute { self.release() } }
    }

    private func release() {
        self.confined.value.timer?.wakeUp.cancel()
        self.confined.value.timer = nil
        self.confined.value.body = nil
    }

    /// Handles what is due and at most `LoopLimits.maximumEventsPerTurn` events, then gives the event loop back.
    private func turn() {
        guard !self.confined.value.isTurning, let body = self.confined.value.body else { return }
        self.confined.value.isTurning = true
        self.turnCount.add(1, ordering: .relaxed)
        let begun = self.now()
        // Events first: an edge that is waiting decides whether a deadline of its line still means anything.
        for _ in 0..<LoopLimits.maximumEventsPerTurn {
            guard let item = self.mail.withLockedValue({ $0.box.take() }) else { break }
            switch item {
            case .event(let event): body.handle(event, at: self.now())
            case .overflow(let count): body.overflowed(by: count, at: self.now())
            }
        }
        let end = self.now()
        if let deadline = body.nextDeadline, deadline <= end { body.deadlineReached(at: end) }
        self.confined.value.isTurning = false
        self.arm(for: body.nextDeadline)
        let hasMore = self.mail.withLockedValue { mail in
            mail.isAwake = !mail.box.isEmpty
            return mail.isAwake
        }
        if hasMore { self.comeBack(after: begun.duration(to: self.now())) }
    }

    /// Goes on with the mailbox when the sockets of the event loop have been looked at; `turn` is how long the last one took.
    ///
    /// SwiftNIO runs every task that is due, and those that these make, before it looks at a socket again: while events
    /// come as fast as they are handled, a turn that was handed over at once would keep it from reading for ever.
    private func comeBack(after turn: Duration) {
        guard !self.confined.value.isComingBack else { return }
        self.confined.value.isComingBack = true
        let pause = max(LoopLimits.minimumPause, min(turn / LoopLimits.pausesPerTurn, LoopLimits.maximumPause))
        self.eventLoop.scheduleTask(in: TimeAmount(pause)) {
            self.confined.value.isComingBack = false
            self.turn()
        }
    }

    /// Keeps at most one wake-up, not later than `deadline`, of a body that is still there.
    ///
    /// One that comes too early finds nothing due and is armed anew. Under load the next deadline moves with every event,
    /// and the event loop looks through all its timers to take one back.
    private func arm(for deadline: Instant?) {
        let armed = self.confined.value.timer
        if let armed, let deadline, armed.deadline <= deadline { return }
        armed?.wakeUp.cancel()
        self.confined.value.timer = nil
        guard let deadline, self.confined.value.body != nil else { return }
        let wait = max(.zero, self.now().duration(to: deadline))
        let wakeUp = self.eventLoop.scheduleTask(in: TimeAmount(min(wait, LoopLimits.maximumWait))) {
            // Whatever it finds due, this wake-up is spent.
            self.confined.value.timer = nil
            self.turn()
        }
        self.confined.value.timer = (deadline, wakeUp)
    }
}

/// The bounds of a loop.
package enum LoopLimits {
    /// Events handled before sockets and timers of the same event loop get their turn.
    package static let maximumEventsPerTurn = 64

    /// How long the event loop is left alone before the next of these turns: enough for the next task to be found not
    /// due yet on a machine that is not held up.
    package static let minimumPause: Duration = .microseconds(50)

    /// How many pauses make up the turn before it, so that one is long enough on a slow machine too.
    package static let pausesPerTurn = 8

    /// Its bound, after a turn in which the whole process stood still: an edge that waits must not wait for long.
    package static let maximumPause: Duration = .milliseconds(5)

    /// The longest wait armed at once; a day, far from where the timer's arithmetic ends.
    package static let maximumWait: Duration = .seconds(86_400)
}
