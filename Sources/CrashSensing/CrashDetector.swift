package import Timeline

/// Finds events in accelerations, and says which of them call.
///
/// Feed every sample once, in its order; a batch may come late, because every rule works on the samples' own times.
package struct CrashDetector: Sendable {
    /// What the accelerations mean.
    package enum Sign: Hashable, Sendable {
        /// Something is felt that may become an event.
        case woke(at: Instant)
        /// It was none.
        case calmed(at: Instant)
        /// An event: the change of velocity over the long window has reached its limit.
        case event(CrashRecord)
        /// So severe that a call is made, whatever any crash line says; once in each event.
        case severe(CrashRecord, because: Severity)
        /// The event is over; its largest change is known.
        case ended(CrashRecord)
        /// Everything that is kept of the event is there.
        case recorded(CrashRecord)
        /// The vehicle rolls over.
        case rollover(at: Instant)
        /// A sample that no sensor can have measured, or older than the one before; nothing else is made of it.
        case badSample(at: Instant)
    }

    package enum Severity: String, Hashable, Sendable {
        case deltaV
        case lateralDeltaV
    }

    /// Whether something is felt.
    private enum State {
        case asleep
        case awake(Event)
        /// What woke it has ended by its length, and it is not calm yet; `nil` behind what was no event.
        case settling(behind: Ended?)
    }

    /// An event of which nothing counts for another one.
    private struct Ended {
        let at: Instant
        let hasCalled: Bool
    }

    private struct Event {
        var record: CrashRecord
        let start: PlanarVector
        var isEvent = false
        var isSevere = false
        /// Since when the change over the short window is below the limit.
        var calmSince: Instant?
    }

    /// How long it may not be calm, and a crash still be felt: longer than the hardest braking lasts.
    private static let longestUnrest = Duration.seconds(10)

    private let limits: CrashLimits
    private var state = State.asleep
    private var bias: BiasEstimate
    private var filters: (x: ChannelFilter, y: ChannelFilter)
    private var decided: VelocityWindow
    private var felt: VelocityWindow
    private var roll: RolloverDetector
    private var recent: SampleRing
    /// Events that have ended, or not, and whose record is not whole yet.
    private var unfinished: [UnfinishedRecord] = []
    private var last: Instant?
    private var lastEnd: Instant?
    /// When it was calm last.
    private var calmAt: Instant?
    private var count = 0

    /// A detector for samples at about `rate` hertz, in the place of an `earlier` one whose sensor has come back.
    package init(rate: Double, limits: CrashLimits = CrashLimits(), behind earlier: CrashDetector? = nil) {
        self.limits = limits
        self.bias = BiasEstimate(rate: rate)
        let filter = ChannelFilter(frequencyClass: 60, rate: rate)
        self.filters = (filter, filter)
        self.decided = VelocityWindow(length: limits.longWindow)
        self.felt = VelocityWindow(length: limits.longWindow)
        self.recent = SampleRing(length: CrashRecord.before + limits.longWindow)
        self.roll = RolloverDetector(limits: limits, behind: earlier?.roll)
    }

    /// Whether an event may be going on, for which a call waits a moment.
    package var isAwake: Bool {
        switch self.state {
        case .awake: true
        case .asleep, .settling: false
        }
    }

    /// When the last sample came that follows the one before closely enough to be integrated; `nil` before the first.
    package private(set) var lastWholeAt: Instant?

    package var quarterTurns: Int { self.roll.quarterTurns }

    /// How the vehicle lies; `nil` while it moves.
    package var orientation: RolloverDetector.Orientation? { self.roll.orientation }

    package mutating func take(_ sample: AccelerationSample) -> [Sign] {
        guard sample.isPlausible, self.last.map({ $0 < sample.at }) ?? true else { return [.badSample(at: sample.at)] }
        self.last = sample.at
        var signs: [Sign] = []
        if self.roll.take(sample) { signs.append(.rollover(at: sample.at)) }
        // Before it is known the sensor counts as mounted level: what is not is too little for an event.
        let bias = self.bias.value ?? .zero
        let felt = PlanarVector(x: sample.x - bias.x, y: sample.y - bias.y)
        let smooth = PlanarVector(x: self.filters.x.filter(felt.x), y: self.filters.y.filter(felt.y))
        let isWhole = self.decided.take(smooth, at: sample.at)
        if !self.felt.take(felt, at: sample.at) || !isWhole {
            self.markIncomplete()
        } else {
            self.lastWholeAt = sample.at
        }
        self.recent.append(sample)
        signs += self.judge(sample)
        signs += self.keep(sample)
        return signs
    }

    private mutating func markIncomplete() {
        for index in self.unfinished.indices { self.unfinished[index].record.isIncomplete = true }
        if case .awake(var event) = self.state {
            event.record.isIncomplete = true
            self.state = .awake(event)
        }
    }

    private mutating func judge(_ sample: AccelerationSample) -> [Sign] {
        let short = self.decided.change(over: self.limits.shortWindow)
        let isCalm = abs(short.x) < self.limits.wake && abs(short.y) < self.limits.wake
        if isCalm || self.calmAt == nil { self.calmAt = sample.at }
        switch self.state {
        case .settling(let ended):
            if isCalm {
                self.state = .asleep
                return []
            }
            // A crash may come while it is not calm: whoever brakes hard, or scrapes along, is not yet through.
            let window = sample.at.advanced(by: .zero - self.limits.longWindow)
            // What has called is on its record: only what came behind it is another.
            let begin = ended.map { $0.hasCalled ? max(window, $0.at) : window } ?? window
            // But not for ever: an axis that is stuck is never calm.
            let isStuck = self.calmAt.map { $0.advanced(by: Self.longestUnrest) < sample.at } ?? false
            guard !isStuck, self.beginsAnother(at: begin, behind: ended) else { return [] }
            return self.wake(sample, zero: begin)
        case .asleep:
            guard !isCalm else {
                self.bias.take(sample)
                return []
            }
            self.bias.restart()
            return self.wake(sample, zero: sample.at.advanced(by: .zero - self.limits.shortWindow))
        case .awake(let event):
            return self.goOn(event, sample, isCalm: isCalm)
        }
    }

    /// Whether what was felt since `begin`, a long window ago at the most, is an event beside the one before.
    private func beginsAnother(at begin: Instant, behind ended: Ended?) -> Bool {
        let change = self.decided.sum - self.decided.sum(at: begin)
        guard let ended, begin < ended.at else { return change.magnitude >= self.limits.event }
        // Of one that did not call the end may be the begin of what does.
        return self.severity(of: change, lateral: change.y) != nil
    }

    private mutating func wake(_ sample: AccelerationSample, zero: Instant) -> [Sign] {
        var record = CrashRecord(timeZero: zero, number: self.nextNumber(at: zero))
        let begin = zero.advanced(by: .zero - CrashRecord.before)
        record.samples = self.recent.samples.filter { $0.at >= begin }
        record.isSaturated = record.samples.contains { $0.isSaturated && $0.at >= zero }
        let event = Event(record: record, start: self.decided.sum(at: zero))
        let start = self.felt.sum(at: zero)
        var felt = record
        while felt.changes.count < CrashRecord.count {
            let due = zero.advanced(by: CrashRecord.interval * felt.changes.count)
            guard due <= sample.at else { break }
            felt.changes.append(self.felt.sum(at: due) - start)
        }
        self.unfinished.append(UnfinishedRecord(record: felt, start: start))
        return [.woke(at: sample.at)] + self.goOn(event, sample, isCalm: false)
    }

    /// An event soon behind another belongs to the same crash.
    private func nextNumber(at zero: Instant) -> Int {
        guard let lastEnd = self.lastEnd, lastEnd.duration(to: zero) <= self.limits.multipleWithin else { return 1 }
        return self.count + 1
    }

    private mutating func goOn(_ known: Event, _ sample: AccelerationSample, isCalm: Bool) -> [Sign] {
        var event = known
        let after = event.record.timeZero.duration(to: sample.at)
        event.record.take(self.decided.sum - event.start, after: after)
        event.record.isSaturated = event.record.isSaturated || sample.isSaturated
        event.record.rollAngle = self.roll.angle == nil ? nil : self.roll.largestAngle
        event.calmSince = isCalm ? event.calmSince ?? sample.at : nil
        var signs: [Sign] = []
        if !event.isEvent, self.decided.change(over: self.limits.longWindow).magnitude >= self.limits.event {
            event.isEvent = true
            self.count = event.record.number
            signs.append(.event(event.record))
        }
        if event.isEvent, !event.isSevere,
            let severity = self.severity(of: event.record.maximum, lateral: event.record.maximumLateral)
        {
            event.isSevere = true
            signs.append(.severe(event.record, because: severity))
        }
        let isOver = event.calmSince.map { $0.advanced(by: self.limits.shortWindow) <= sample.at } ?? false
        // What has become no event within its window is not in the way of one that begins later.
        let isLong = after >= (event.isEvent ? self.limits.longestEvent : self.limits.longWindow)
        guard isOver || isLong else {
            self.state = .awake(event)
            return signs
        }
        let ended = event.isEvent ? Ended(at: sample.at, hasCalled: event.isSevere) : nil
        self.state = isOver ? .asleep : .settling(behind: ended)
        return signs + self.end(event, after: after)
    }

    private func severity(of change: PlanarVector, lateral: Double) -> Severity? {
        if change.magnitude >= self.limits.call { return .deltaV }
        return abs(lateral) >= self.limits.callLateral ? .lateralDeltaV : nil
    }

    private mutating func end(_ known: Event, after: Duration) -> [Sign] {
        guard known.isEvent,
            let index = self.unfinished.lastIndex(where: { $0.record.timeZero == known.record.timeZero })
        else {
            self.unfinished.removeAll { $0.record.timeZero == known.record.timeZero }
            return [.calmed(at: known.record.timeZero.advanced(by: after))]
        }
        var record = known.record
        record.endAfter = after
        self.lastEnd = record.timeZero.advanced(by: after)
        self.unfinished[index].ended = record
        return [.ended(record)]
    }

    /// Fills the records of events up to their end, and gives out those that are whole.
    private mutating func keep(_ sample: AccelerationSample) -> [Sign] {
        var signs: [Sign] = []
        for index in self.unfinished.indices {
            self.unfinished[index].take(sample, change: self.felt.sum)
            if let whole = self.unfinished[index].whole(at: sample.at, roll: self.roll) {
                signs.append(.recorded(whole))
            }
        }
        self.unfinished.removeAll { $0.whole(at: sample.at, roll: self.roll) != nil }
        return signs
    }
}
