import NIOConcurrencyHelpers
package import Timeline

/// Lines without hardware: contacts that a tool or a test moves, and outputs that it can look at.
///
/// The lock in `bank` guards everything that changes. It is never held while events are delivered.
package final class SimulatedLines: LineBank {
    /// As many lines as one request to the kernel can hold (`GPIO_V2_LINES_MAX`).
    package static let maximumLines = 64
    /// Longer than any hold time or window of the call rules, so that a forgotten pulse still ends.
    package static let maximumPulse = Duration.seconds(3600)
    /// More returns than any worn contact makes in one movement.
    package static let maximumBounces = 1000
    /// Beyond a second between two edges nobody speaks of bouncing.
    package static let maximumBouncePeriod = Duration.seconds(1)
    /// As many edges as a kernel buffer of 64 lines holds (16 for each, `GPIO_V2_LINES_MAX` x 16).
    package static let maximumDroppedEdges = 1024

    /// Why a line has vanished that `vanish` took away.
    private static let unplugged = "unplugged"

    /// Runs the closure once after the duration, on any thread.
    package typealias Schedule = @Sendable (Duration, @escaping @Sendable () -> Void) -> Void

    private struct Bank {
        var lines: [LineName: SimulatedLine]
        var deliver: (@Sendable (LineEvent) -> Void)?
        var waiting: [LineEvent] = []
        /// Whether some thread is handing events over; it takes along what others add, which keeps the order.
        var isDelivering = false
    }

    package let specifications: [LineSpecification]
    private let bank: NIOLockedValueBox<Bank>
    private let now: @Sendable () -> Instant
    private let schedule: Schedule

    /// Lines as specified, not yet reporting.
    ///
    /// `now` stamps edges and must not call back into the lines.
    package init(
        _ specifications: [LineSpecification],
        now: @escaping @Sendable () -> Instant,
        schedule: @escaping Schedule
    ) throws(LineError) {
        guard specifications.count <= Self.maximumLines else { throw .tooMany(count: specifications.count) }
        var lines: [LineName: SimulatedLine] = [:]
        for specification in specifications {
            guard lines.updateValue(SimulatedLine(specification), forKey: specification.name) == nil else {
                throw .duplicate(specification.name)
            }
        }
        self.specifications = specifications
        self.bank = NIOLockedValueBox(Bank(lines: lines))
        self.now = now
        self.schedule = schedule
    }

    package func start(_ deliver: @escaping @Sendable (LineEvent) -> Void) {
        self.bank.withLockedValue { bank in
            precondition(bank.deliver == nil, "A bank of lines is started once.")
            bank.deliver = deliver
            let now = self.now()
            bank.waiting = self.specifications.compactMap { bank.lines[$0.name]?.reading(at: now) }
        }
        self.deliverWaiting()
    }

    /// Simulated edges have no kernel to wait in.
    package func handled() {}

    package func report() {
        self.bank.withLockedValue { bank in
            guard bank.deliver != nil else { return }
            let now = self.now()
            bank.waiting += self.specifications.compactMap { bank.lines[$0.name]?.reading(at: now) }
        }
        self.deliverWaiting()
    }

    /// Edges of simulated lines are reported as they are made; a signal that is played may be behind.
    package func read(_ done: @escaping @Sendable (Instant) -> Void) {
        let now = self.bank.withLockedValue { bank -> Instant in
            let now = self.now()
            for name in bank.lines.keys.sorted() where bank.lines[name]?.playsAt != nil {
                let events = bank.lines[name]?.playOn(to: now) ?? []
                if bank.deliver != nil { bank.waiting += events }
            }
            return now
        }
        self.deliverWaiting()
        done(now)
    }

    /// Simulated lines end with their value: there is nothing to give back.
    package func stop() async {}

    package func level(of name: LineName) throws(LineError) -> Level {
        let line = try self.line(name)
        guard line.health == .good else { throw .unusable(name, line.health) }
        return line.level
    }

    package func health(of name: LineName) throws(LineError) -> LineHealth {
        try self.line(name).health
    }

    package func drive(_ name: LineName, _ level: Level) throws(LineError) {
        try self.change(name, .output) { line, now throws(LineError) in
            guard line.health == .good else { throw .unusable(name, line.health) }
            return line.drive(level, at: now)
        }
    }

    private func line(_ name: LineName) throws(LineError) -> SimulatedLine {
        guard let line = self.bank.withLockedValue({ $0.lines[name] }) else { throw self.unknown(name) }
        return line
    }

    private func unknown(_ name: LineName) -> LineError {
        .unknown(name, known: self.specifications.map(\.name))
    }

    /// Changes one line under the lock and delivers what came of it; `direction` is the one the command is for.
    private func change(
        _ name: LineName,
        _ direction: LineSpecification.Direction?,
        _ body: (inout SimulatedLine, Instant) throws(LineError) -> [LineEvent]
    ) throws(LineError) {
        let refusal = self.bank.withLockedValue { bank -> LineError? in
            guard var line = bank.lines[name] else { return self.unknown(name) }
            let actual = line.specification.direction
            guard direction == nil || direction == actual else { return .wrongDirection(name, is: actual) }
            do throws(LineError) {
                let events = try body(&line, self.now())
                bank.lines[name] = line
                if bank.deliver != nil { bank.waiting += events }
                return nil
            } catch {
                return error
            }
        }
        if let refusal { throw refusal }
        self.deliverWaiting()
    }

    private func deliverWaiting() {
        while true {
            let batch = self.bank.withLockedValue { bank -> ([LineEvent], @Sendable (LineEvent) -> Void)? in
                guard !bank.isDelivering, !bank.waiting.isEmpty, let deliver = bank.deliver else { return nil }
                bank.isDelivering = true
                defer { bank.waiting = [] }
                return (bank.waiting, deliver)
            }
            guard let (events, deliver) = batch else { return }
            for event in events {
                deliver(event)
            }
            self.bank.withLockedValue { $0.isDelivering = false }
        }
    }
}

extension SimulatedLines {
    /// Moves a contact, and ends what is left of an earlier pulse or bounce; unseen while the line sticks or is lost.
    package func set(_ name: LineName, _ level: Level) throws(LineError) {
        try self.change(name, .input) { line, now in
            _ = line.beginMotion()  // The number only matters to movements that go on.
            return line.moveContact(to: level, at: now)
        }
    }

    /// Moves a contact to active and, after `duration`, back to inactive.
    package func pulse(_ name: LineName, _ duration: Duration) throws(LineError) {
        guard duration > .zero, duration <= Self.maximumPulse else {
            throw .outOfRange(
                name,
                quantity: "pulse",
                found: "\(duration)",
                allowed: "above 0 to \(Self.maximumPulse)"
            )
        }
        var motion: UInt64 = 0
        try self.change(name, .input) { line, now in
            motion = line.beginMotion()
            return line.moveContact(to: .active, at: now)
        }
        self.later(duration, name, motion) { line, now in line.moveContact(to: .inactive, at: now) }
    }

    /// Moves a contact to the other level in `2 * times + 1` edges, `period` apart, the first at once.
    package func bounce(_ name: LineName, times: Int, period: Duration) throws(LineError) {
        guard (1...Self.maximumBounces).contains(times) else {
            throw .outOfRange(
                name,
                quantity: "number of bounces",
                found: "\(times)",
                allowed: "1 to \(Self.maximumBounces)"
            )
        }
        guard period > .zero, period <= Self.maximumBouncePeriod else {
            throw .outOfRange(
                name,
                quantity: "bounce period",
                found: "\(period)",
                allowed: "above 0 to \(Self.maximumBouncePeriod)"
            )
        }
        var motion: UInt64 = 0
        try self.change(name, .input) { line, now in
            motion = line.beginMotion()
            return line.moveContact(to: line.oppositeContact, at: now)
        }
        self.chatter(name, motion, edges: 2 * times, period: period)
    }

    /// Moves a contact as a signal says, until another command moves it.
    package func play(_ name: LineName, _ signal: LineSignal) throws(LineError) {
        let parts = signal.once + signal.again
        guard parts.count <= LineSignal.maximumParts, parts.allSatisfy({ $0.length >= LineSignal.minimumPart }) else {
            throw .outOfRange(
                name,
                quantity: "signal",
                found: "\(parts.count) parts, the shortest \(parts.map(\.length).min() ?? .zero)",
                allowed: "up to \(LineSignal.maximumParts) parts of at least \(LineSignal.minimumPart)"
            )
        }
        var motion: UInt64 = 0
        try self.change(name, .input) { line, now in
            motion = line.beginMotion()
            return line.play(signal, at: now)
        }
        self.playOn(name, motion)
    }

    /// Goes on playing when the next part is due.
    private func playOn(_ name: LineName, _ motion: UInt64) {
        let wait = self.bank.withLockedValue { bank -> Duration? in
            guard let line = bank.lines[name], line.motion == motion, let due = line.playsAt else { return nil }
            return max(.zero, self.now().duration(to: due))
        }
        guard let wait else { return }
        self.later(wait, name, motion) { line, now in
            line.playOn(to: now)
        } then: { lines in
            lines.playOn(name, motion)
        }
    }

    /// Holds a line at `level` whatever its contact does, as a welded or broken contact would, until `restore`.
    package func stick(_ name: LineName, _ level: Level) throws(LineError) {
        try self.change(name, .input) { line, now in line.stick(at: level, at: now) }
    }

    /// Makes a line disappear, as when its chip is unplugged, until `restore`.
    package func vanish(_ name: LineName) throws(LineError) {
        try self.change(name, nil) { line, _ in line.lose(as: .vanished(reason: Self.unplugged)) }
    }

    /// Lets another program hold a line, until `restore`.
    package func occupy(_ name: LineName, holder: String) throws(LineError) {
        try self.change(name, nil) { line, _ in line.lose(as: .busy(holder: holder)) }
    }

    /// Ends sticking, dropping and absence; a line that was away comes back with its present level.
    package func restore(_ name: LineName) throws(LineError) {
        try self.change(name, nil) { line, now in line.restore(at: now) }
    }

    /// Loses the next `count` edges of a line, so that its sequence shows a gap.
    package func drop(_ name: LineName, count: Int) throws(LineError) {
        guard (1...Self.maximumDroppedEdges).contains(count) else {
            throw .outOfRange(
                name,
                quantity: "number of lost edges",
                found: "\(count)",
                allowed: "1 to \(Self.maximumDroppedEdges)"
            )
        }
        try self.change(name, .input) { line, _ in
            line.dropEdges(count)
            return []
        }
    }

    private func chatter(_ name: LineName, _ motion: UInt64, edges: Int, period: Duration) {
        guard edges > 0 else { return }
        self.later(period, name, motion) { line, now in
            line.moveContact(to: line.oppositeContact, at: now)
        } then: { lines in
            lines.chatter(name, motion, edges: edges - 1, period: period)
        }
    }

    /// Changes a line after `delay` unless another command has moved it since.
    private func later(
        _ delay: Duration,
        _ name: LineName,
        _ motion: UInt64,
        _ body: @escaping @Sendable (inout SimulatedLine, Instant) -> [LineEvent],
        then next: @escaping @Sendable (SimulatedLines) -> Void = { _ in }
    ) {
        self.schedule(delay) { [weak self] in
            guard let self else { return }
            let isCurrent = self.bank.withLockedValue { bank in
                guard var line = bank.lines[name], line.motion == motion else { return false }
                let events = body(&line, self.now())
                bank.lines[name] = line
                if bank.deliver != nil {
                    bank.waiting += events
                }
                return true
            }
            guard isCurrent else { return }
            self.deliverWaiting()
            next(self)
        }
    }
}
