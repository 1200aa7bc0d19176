private import Glibc
private import NIOConcurrencyHelpers
internal import Timeline

/// What the thread of the lines does: waits for edges, drives outputs, asks again for lines that it does not have.
struct LineService {
    /// How often held lines are compared with what was seen of them, and missing ones are asked for.
    static let period = Duration.seconds(1)
    /// The same at first: whoever held a line until now may be about to give it back.
    static let eagerPeriod = Duration.milliseconds(50)
    static let eagerTime = Duration.seconds(2)
    /// Turns over all lines for one request to read them; a line that still has edges then is flooding, and outputs
    /// and other requests have their turn before it is read on.
    private static let turnsPerRequest = 16
    /// Readings of one line before the others get their turn.
    private static let readingsPerTurn = 4

    private struct Entry {
        var watch: LineWatch
        var line: KernelLine?
        var place: LinePlace?
        /// The name under which its descriptor is kept.
        var keptAs: String?
        var wanted: Level?
    }

    private let bank: KernelLines
    private let deliver: @Sendable (LineEvent) -> Void
    private var entries: [Entry]
    private var inherited: [String: Int32]
    private let begun: Instant
    private var nextRound: Instant
    // Kept from turn to turn, so that nothing is allocated between an edge and its event.
    private var polled: [pollfd] = []
    /// The line of each descriptor in `polled` but the first, which is the waker's.
    private var awaited: [Int] = []
    private var ready: [Int] = []
    private var edges: [KernelEdge] = []
    private var events: [LineEvent] = []

    init(_ bank: KernelLines, _ deliver: @escaping @Sendable (LineEvent) -> Void) {
        self.bank = bank
        self.deliver = deliver
        self.entries = bank.specifications.map { Entry(watch: LineWatch($0)) }
        self.inherited = bank.inherited
        self.begun = bank.now()
        self.nextRound = self.begun
    }

    /// Serves the lines until the bank is stopped.
    mutating func run() {
        self.dropStrangers()
        while true {
            let (wanted, readings, mustReport, isStopping) = self.bank.shared.withLockedValue { shared in
                defer { (shared.wanted, shared.readings, shared.mustReport) = ([:], [], false) }
                return (shared.wanted, shared.readings, shared.mustReport, shared.isStopping)
            }
            for (name, level) in wanted { self.drive(name, level) }
            if isStopping { return self.end() }
            if !readings.isEmpty { self.readAll(for: readings) }
            if mustReport { self.report() }
            self.makeRound()
            self.wait(until: self.nextDeadline)
            for place in self.ready.indices { self.serve(self.ready[place]) }
            self.reopen()
        }
    }

    /// Tells every line anew, as far as it has been seen.
    private mutating func report() {
        for index in self.entries.indices { self.tell(index) { watch, now in watch.report(at: now) } }
    }

    // MARK: Waiting

    /// Waits for edges, a wake-up or an instant; `ready` are the lines that have something to read.
    ///
    /// Whether every line was looked at that may be read: none is while the loop has too much to handle.
    @discardableResult
    private mutating func wait(until deadline: Instant) -> Bool {
        let now = self.bank.now()
        self.ready.removeAll(keepingCapacity: true)
        self.awaited.removeAll(keepingCapacity: true)
        self.polled.removeAll(keepingCapacity: true)
        self.polled.append(pollfd(fd: self.bank.waker.descriptor, events: Int16(POLLIN), revents: 0))
        let mayRead = !self.isHeldUp
        for index in self.entries.indices where mayRead {
            guard let line = self.entries[index].line, line.descriptor >= 0,
                self.entries[index].watch.closedUntil.map({ $0 <= now }) ?? true
            else { continue }
            self.awaited.append(index)
            self.polled.append(pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0))
        }
        let timeout = Self.milliseconds(max(.zero, now.duration(to: deadline)))
        let count = unsafe poll(&self.polled, nfds_t(self.polled.count), timeout)
        // An interrupted wait reports nothing, and the loop comes back.
        guard count > 0 else { return mayRead && count == 0 }
        if self.polled[0].revents != 0 { self.bank.waker.clear() }
        for place in self.awaited.indices where self.polled[place + 1].revents != 0 {
            self.ready.append(self.awaited[place])
        }
        return mayRead
    }

    private var nextDeadline: Instant {
        self.entries.reduce(self.nextRound) { earliest, entry in
            min(earliest, entry.watch.closedUntil ?? earliest, entry.watch.recheckAt ?? earliest)
        }
    }

    /// Rounded up, so that a deadline has come when the wait is over.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        return Int32(clamping: seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    // MARK: Edges

    /// Hands over every edge that has happened until now, and says so.
    ///
    /// That is said only when all lines were looked at and none had an edge left. While the loop has too much to handle
    /// nothing is read, and the answer waits too; so it does when a line still has edges after all its turns.
    mutating func readAll(for readings: [@Sendable (Instant) -> Void]) {
        let through = self.bank.now()
        for _ in 0..<Self.turnsPerRequest {
            guard self.wait(until: through) else { break }
            guard !self.ready.isEmpty else {
                for done in readings { done(through) }
                return
            }
            for place in self.ready.indices { self.serve(self.ready[place]) }
        }
        self.bank.shared.withLockedValue { $0.readings += readings }
        // Whoever is held up is woken when that is over.
        if !self.isHeldUp { self.bank.waker.wake() }
    }

    /// Reads the edges of a line that wait, as many as its turn allows.
    private mutating func serve(_ index: Int) {
        for turn in 0..<Self.readingsPerTurn {
            guard let line = self.entries[index].line, self.entries[index].watch.closedUntil == nil else { return }
            // Asked before the first reading by who waited for the line.
            if turn > 0, self.isHeldUp { return }
            do {
                self.edges.removeAll(keepingCapacity: true)
                let count = try line.read(into: &self.edges)
                let now = self.bank.now()
                self.events.removeAll(keepingCapacity: true)
                self.entries[index].watch.pass(self.edges, at: now, into: &self.events)
                self.tell(self.events, of: index, at: now)
                guard count == KernelLine.edgesPerReading else { return self.compare(index) }
            } catch {
                return self.lose(index, error)
            }
        }
    }

    /// Whether the loop has too much to handle, so that edges stay in the kernel; it wakes this thread when that is over.
    private var isHeldUp: Bool {
        let now = self.bank.now()
        return self.bank.shared.withLockedValue { shared in
            shared.isHeldUp = shared.backlog.isFull(at: now)
            return shared.isHeldUp
        }
    }

    /// Reads the level of an input of which no edge waits.
    private mutating func compare(_ index: Int) {
        guard let line = self.entries[index].line, line.descriptor >= 0,
            self.entries[index].watch.closedUntil == nil
        else { return }
        do {
            let level = try line.level()
            self.tell(index) { watch, now in watch.settled(level, at: now) }
        } catch {
            self.lose(index, error)
        }
    }

    /// Lets lines that flooded go on, without what has queued up.
    private mutating func reopen() {
        let now = self.bank.now()
        for index in self.entries.indices where self.entries[index].watch.opened(at: now) {
            guard let line = self.entries[index].line else { continue }
            do {
                _ = try Self.allEdges(of: line)  // They queued up while nobody listened.
                let level = try line.level()
                self.tell(index) { watch, now in watch.resumed(level, at: now) }
            } catch {
                self.lose(index, error)
            }
        }
    }

    // MARK: Rounds

    /// Compares held lines with what was seen of them and asks for those that are missing, when it is time.
    private mutating func makeRound() {
        let now = self.bank.now()
        for index in self.entries.indices where self.entries[index].watch.recheckAt.map({ $0 <= now }) ?? false {
            if !self.isHeldUp { self.serve(index) }
        }
        guard self.nextRound <= now else { return }
        for index in self.entries.indices {
            guard let line = self.entries[index].line else {
                self.ask(index)
                continue
            }
            if line.descriptor < 0 {
                self.check(index, line)
            } else if !self.isHeldUp {
                self.serve(index)
            }
        }
        let isEager = now < self.begun.advanced(by: Self.eagerTime) && self.entries.contains { $0.line == nil }
        self.nextRound = now.advanced(by: isEager ? Self.eagerPeriod : Self.period)
    }

    /// Notices that the chip of an output is gone.
    private mutating func check(_ index: Int, _ line: KernelLine) {
        do {
            _ = try line.level()  // Only whether it can still be read counts; the level is our own.
        } catch {
            self.lose(index, error)
        }
    }

    // MARK: Outputs

    private mutating func drive(_ name: LineName, _ level: Level) {
        guard let index = self.entries.firstIndex(where: { $0.watch.specification.name == name }) else { return }
        self.entries[index].wanted = level
        guard let line = self.entries[index].line else { return }
        do {
            try line.drive(level)
            self.tell(index) { watch, now in watch.driven(level, at: now) }
        } catch {
            self.lose(index, error)
        }
    }

    /// Leaves every output as it is to be without us, and gives all lines back.
    private mutating func end() {
        for index in self.entries.indices where self.entries[index].watch.specification.direction == .output {
            // A line that refuses its last level is lost either way.
            try? self.entries[index].line?.drive(self.entries[index].watch.specification.initial)
        }
        for index in self.entries.indices { self.entries[index].line = nil }
        self.bank.shared.withLockedValue { $0.whenStopped }?()
    }

    // MARK: Asking

    /// Closes what an earlier run left behind and nobody here wants, so that its lines can be asked for.
    private mutating func dropStrangers() {
        var fitting: Set<String> = []
        for entry in self.entries {
            guard let wiring = self.bank.wiring[entry.watch.specification.name] else { continue }
            // A line without a place has no name to be kept under; that is told when it is asked for.
            guard let place = try? LinePlace.find(wiring) else { continue }
            fitting.insert(Self.keptName(entry.watch.specification, wiring, place))
        }
        for (name, descriptor) in self.inherited where !fitting.contains(name) {
            close(descriptor)
            self.inherited[name] = nil
            self.bank.keep(.forget(name: name))
        }
    }

    private mutating func ask(_ index: Int) {
        let specification = self.entries[index].watch.specification
        guard let wiring = self.bank.wiring[specification.name] else { return }
        do throws(LineAbsence) {
            let place = try LinePlace.find(wiring)
            self.entries[index].place = place
            let name = Self.keptName(specification, wiring, place)
            if let descriptor = self.inherited.removeValue(forKey: name) {
                self.resume(index, descriptor, place, keptAs: name)
            } else {
                try self.request(index, specification, wiring, place, keptAs: name)
            }
        } catch {
            self.tell(index) { watch, _ in watch.refused(.missing(reason: error.description)) }
        }
    }

    private mutating func request(
        _ index: Int,
        _ specification: LineSpecification,
        _ wiring: LineWiring,
        _ place: LinePlace,
        keptAs name: String
    ) throws(LineAbsence) {
        let line: KernelLine
        let (level, waiting): (Level, [KernelEdge])
        do {
            line = try KernelLine(
                specification,
                wiring,
                on: place.chip,
                offset: place.offset,
                consumer: self.bank.consumer
            )
            (level, waiting) =
                specification.direction == .output ? (specification.initial, []) : try Self.beginning(of: line)
        } catch {
            guard error.isBusy else { throw .refused(path: "\(place)", error) }
            return self.busy(index, place, error, keptAs: name)
        }
        if specification.direction == .input {
            self.entries[index].keptAs = name
            self.bank.keep(.keep(descriptor: line.descriptor, name: name))
        }
        self.take(index, line, self.traits(place, isResumed: false), level: level, waiting)
        // What an output was told while it was away.
        if let wanted = self.entries[index].wanted, wanted != level { self.drive(specification.name, wanted) }
    }

    /// Takes a line over from an earlier run, with the edges that have waited since.
    private mutating func resume(_ index: Int, _ descriptor: Int32, _ place: LinePlace, keptAs name: String) {
        do throws(GPIOError) {
            let line = try KernelLine(adopting: descriptor)
            self.entries[index].line = line
            self.entries[index].keptAs = name
            let (level, waiting) = try Self.beginning(of: line)
            self.take(index, line, self.traits(place, isResumed: true), level: level, waiting)
        } catch {
            self.lose(index, error)
        }
    }

    /// Begins to serve a line; `level` is the one before the first edge that waits.
    mutating func take(
        _ index: Int,
        _ line: KernelLine,
        _ traits: LineTraits,
        level: Level,
        _ waiting: [KernelEdge] = []
    ) {
        self.entries[index].line = line
        self.tell(index) { watch, now in
            watch.taken(level: level, traits: traits, at: waiting.first?.at ?? now) + watch.edges(waiting, at: now)
        }
    }

    /// The level of an input before the first edge that waits, and the edges that do.
    ///
    /// The level is read between two readings of edges: what changes meanwhile is an edge of the second.
    private static func beginning(of line: KernelLine) throws(GPIOError) -> (Level, [KernelEdge]) {
        var waiting = try Self.allEdges(of: line)
        let level = try line.level()
        waiting += try Self.allEdges(of: line)
        return (waiting.first?.level.opposite ?? level, waiting)
    }

    /// The edges that wait, as many as the kernel can have kept.
    private static func allEdges(of line: KernelLine) throws(GPIOError) -> [KernelEdge] {
        var edges: [KernelEdge] = []
        while edges.count < KernelLine.queueCapacity {
            if try line.read(into: &edges) < KernelLine.edgesPerReading { break }
        }
        return edges
    }

    /// Another program has the line, or an earlier run of this one whose descriptor the manager still has.
    private mutating func busy(_ index: Int, _ place: LinePlace, _ error: GPIOError, keptAs name: String) {
        // Who holds it is a courtesy; that it is held is certain.
        let holder = (try? place.chip.holder(of: place.offset)) ?? ""
        if holder == self.bank.consumer { self.bank.keep(.forget(name: name)) }
        self.bank.whenBusy(self.entries[index].watch.specification.name)
        let health = LineHealth.busy(
            holder: holder.isEmpty ? "a program that does not give its name" : holder,
            detail: "\(place): \(error.text); end that program or configure another line"
        )
        self.tell(index) { watch, _ in watch.refused(health) }
    }

    private func traits(_ place: LinePlace, isResumed: Bool) -> LineTraits {
        // A chip that does not answer any more is noticed when its line is read.
        let isDebounced = (try? place.chip.debounces(place.offset)) ?? false
        return LineTraits(
            isKernelDebounced: isDebounced,
            lossDetection: KernelLine.numbersEdges ? .sequence : .levels,
            isResumed: isResumed
        )
    }

    /// The line does not answer any more.
    private mutating func lose(_ index: Int, _ error: GPIOError) {
        self.entries[index].line = nil
        if let name = self.entries[index].keptAs {
            self.entries[index].keptAs = nil
            self.bank.keep(.forget(name: name))
        }
        let place = self.entries[index].place.map(\.description) ?? "the line"
        let reason = "\(error.operation.rawValue) \(place): \(error.text); it is asked for again every second"
        self.tell(index) { watch, _ in watch.refused(.vanished(reason: reason)) }
    }

    // MARK: Telling

    /// Changes what is known of a line and hands over what is new.
    private mutating func tell(_ index: Int, _ change: (inout LineWatch, Instant) -> [LineEvent]) {
        let now = self.bank.now()
        let events = change(&self.entries[index].watch, now)
        self.tell(events, of: index, at: now)
    }

    private func tell(_ events: [LineEvent], of index: Int, at now: Instant) {
        let (health, level) = (self.entries[index].watch.health, self.entries[index].watch.level)
        self.bank.shared.withLockedValue { shared in
            shared.health[index] = health
            shared.levels[index] = level
            shared.backlog.handedOver(events.count, at: now)
        }
        for event in events { self.deliver(event) }
    }

    /// A name for a descriptor: the same only for the same line, asked for in the same way.
    private static func keptName(_ specification: LineSpecification, _ wiring: LineWiring, _ place: LinePlace) -> String
    {
        let request =
            "\(KernelLine.api) \(place.chip.path) \(place.chip.label) \(place.offset) \(specification.isActiveLow)"
            + " \(wiring.bias.rawValue) \(wiring.kernelDebounce)"
        // FNV-1a: tells requests apart, and is no secret.
        let digest = request.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "line-\(specification.name)-\(String(digest, radix: 16))"
    }
}
