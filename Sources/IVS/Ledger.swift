internal import CallControl
internal import ControlSocket
internal import Supervision
internal import Store
internal import Timeline

/// The vehicle's account of itself: numbers the events, gathers what goes on record, and knows who is watching.
struct Ledger: Sendable {
    let boot: String
    var sequence = 0
    var batch = 0
    /// What this step puts on record.
    var records: [VehicleRecord] = []
    /// What of the batches with the store is written again when they fail, by their numbers: that an incident began,
    /// went to 112 or ended, without which a next run would lose a call, or go on with one that is over, and its data.
    private var underway: [Int: Underway] = [:]
    /// What has failed, in order; each is written alone.
    private var unwritten: [VehicleRecord] = []
    /// When the first of them is tried again, if nothing else is written before; `nil` while there is none.
    private(set) var retryAt: Instant?
    /// Whether the store has taken something since the last of them failed.
    private var takesAgain = false
    var watchers: [ControlCall.ID] = []
    var explanation: Explanation?
    /// The incident whose record was opened last.
    private(set) var incident: IncidentID?
    /// The incident that goes on, by its name on record.
    private var openIncident: String?
    /// The last incident of which a center has acknowledged an MSD.
    private var acknowledgedIncident: IncidentID?

    init(boot: String) {
        self.boot = boot
    }

    func stamp(_ now: Moment) -> Stamp {
        Stamp(boot: self.boot, at: now.instant, wallMilliseconds: now.trustedMilliseconds)
    }

    mutating func open(_ incident: Incident, of configuration: VehicleConfiguration, at now: Moment) {
        self.incident = incident.id
        self.openIncident = incident.id.text
        self.records.append(
            .incidentOpened(
                IncidentOpening(
                    id: incident.id.text,
                    profile: configuration.profile.rawValue,
                    trigger: incident.trigger.rawValue,
                    isTest: incident.trigger == .test,
                    started: self.stamp(now),
                    msdTimestamp: now.wall.isSynchronized ? UInt32(clamping: now.wall.seconds) : 0,
                    isSimulated: configuration.isSimulated
                )
            )
        )
    }

    /// Ends the record; `holder` may ring back.
    mutating func close(_ incident: Incident, _ outcome: Outcome, holder: String?, at now: Moment) {
        let state: IncidentState
        switch outcome {
        case .cancelled: state = .cancelled
        case .deliveredDeclined: state = .delivered
        case .cleared, .clearDownFallback, .failed, .superseded, .selfChecked:
            state = self.isAcknowledged(incident.id) ? .delivered : .undelivered
        }
        if self.openIncident == incident.id.text { self.openIncident = nil }
        let ended = self.stamp(now)
        let closing = IncidentClosing(state: state, outcome: outcome.rawValue, ended: ended, holder: holder)
        self.records.append(.incidentClosed(id: incident.id.text, closing))
    }

    /// An incident of an earlier run is this one's now.
    mutating func resume(_ incident: StoredIncident, at now: Moment) {
        let id = IncidentID(incident.opening.id)
        self.incident = id
        self.openIncident = id.text
        if incident.isAcknowledged { self.acknowledgedIncident = id }
        self.change(id, IncidentChange(resumptions: incident.resumptions + 1, seen: self.stamp(now)))
    }

    /// The center rings back: the incident goes on.
    mutating func reopen(_ incident: IncidentID, by center: String, isAcknowledged: Bool, at now: Moment) {
        self.incident = incident
        self.openIncident = incident.text
        if isAcknowledged { self.acknowledgedIncident = incident }
        self.change(incident, IncidentChange(connectedTo: center, isReopened: true, seen: self.stamp(now)))
    }

    /// Whether a center has acknowledged an MSD of the incident, while it is the last one of which that is so.
    func isAcknowledged(_ incident: IncidentID) -> Bool { self.acknowledgedIncident == incident }

    mutating func change(_ incident: IncidentID, _ change: IncidentChange) {
        self.records.append(.incidentChanged(id: incident.text, change))
    }

    /// Marks an incident that an earlier run left open.
    mutating func interrupt(_ incident: StoredIncident, at now: Moment) {
        let state: IncidentState = incident.isAcknowledged ? .delivered : .undelivered
        let closing = IncidentClosing(state: state, outcome: "interrupted", ended: self.stamp(now))
        self.records.append(.incidentClosed(id: incident.opening.id, closing))
    }

    /// The center has the data.
    mutating func acknowledged(_ incident: IncidentID) {
        // A late answer to an earlier incident says nothing of the present one.
        if self.openIncident == nil || self.openIncident == incident.text { self.acknowledgedIncident = incident }
        self.records.append(.incidentChanged(id: incident.text, IncidentChange(isAcknowledged: true)))
    }

    mutating func sent(
        _ octets: [UInt8],
        identifier: UInt8,
        incident: IncidentID,
        carrier: MessageRecord.Carrier,
        at now: Moment
    ) {
        self.records.append(
            .messageSent(
                MessageRecord(
                    subject: incident.text,
                    at: self.stamp(now),
                    messageIdentifier: identifier,
                    octets: octets,
                    carrier: carrier
                )
            )
        )
        self.records.append(.incidentChanged(id: incident.text, IncidentChange(messageIdentifier: identifier)))
    }

    mutating func attempt(_ attempt: Attempt, center: String, outcome: String?, at now: Moment) {
        if outcome == nil { self.change(attempt.incident, IncidentChange(seen: self.stamp(now))) }
        self.records.append(
            .attempt(
                AttemptRecord(
                    incident: attempt.incident.text,
                    number: attempt.number,
                    center: center,
                    at: self.stamp(now),
                    outcome: outcome,
                    isCallback: attempt.isCallback
                )
            )
        )
    }

    /// What goes on record now, each write under its number: what failed before, then this step's own.
    ///
    /// What failed goes alone, so that it takes nothing else with it when it fails again, and only to a store that takes
    /// something again; the first of it is tried from time to time.
    mutating func takeBatches(at now: Instant) -> (again: [Batch], own: Batch?) {
        self.unwritten = self.unwritten.filter(self.isStillTrue)
        let isDue = self.retryAt.map { $0 <= now } ?? false
        let count = self.takesAgain ? self.unwritten.count : isDue ? 1 : 0
        let again = self.unwritten.prefix(count).map { self.batch(of: [$0]) }
        self.unwritten.removeFirst(count)
        self.takesAgain = false
        if isDue || self.unwritten.isEmpty { self.retryAt = nil }
        self.rearm(at: now)
        guard !self.records.isEmpty else { return (again, nil) }
        defer { self.records = [] }
        return (again, self.batch(of: self.records))
    }

    /// Whether a record that failed may be written behind what came after it.
    ///
    /// An end not while the incident goes on again; that it goes on not when it has ended.
    private func isStillTrue(_ record: VehicleRecord) -> Bool {
        switch record {
        case .incidentClosed(let id, _): id != self.openIncident
        case .incidentChanged(let id, let change): !change.isReopened || id == self.openIncident
        case .incidentOpened, .event, .attempt, .messageSent, .level, .traceOmission, .traced, .crashRecorded,
            .lateDataKept, .lateDataEnded, .troubleChanged, .troublesCleared, .runBegan, .runEnded:
            true
        }
    }

    /// Whether every beginning and end is on disk.
    var isSettled: Bool {
        self.underway.isEmpty && self.unwritten.isEmpty && !self.records.contains(where: \.mustBeWritten)
    }

    private struct Underway {
        let kept: [VehicleRecord]
        /// Whether the batch is one record and no more.
        let isAlone: Bool
    }

    /// Records under the number by which the store answers them.
    struct Batch {
        let number: Int
        let records: [VehicleRecord]
    }

    private mutating func batch(of records: [VehicleRecord]) -> Batch {
        self.batch += 1
        let kept = records.filter(\.mustBeWritten)
        if !kept.isEmpty { self.underway[self.batch] = Underway(kept: kept, isAlone: records.count == 1) }
        return Batch(number: self.batch, records: records)
    }

    /// A batch is on disk, or could not be written.
    ///
    /// One record that the store refuses takes its whole batch with it, so that each is then tried alone. What is refused
    /// alone is not tried again, unless the beginning that it wants is still to be written.
    mutating func written(_ batch: Int, _ error: StoreError?, at now: Instant) {
        let sent = self.underway.removeValue(forKey: batch)
        guard let error else {
            self.takesAgain = !self.unwritten.isEmpty
            return
        }
        guard let sent else { return }
        let kept = error.isOfRecord && sent.isAlone ? sent.kept.filter(self.owesBeginning) : sent.kept
        self.unwritten = Array((self.unwritten + kept).suffix(Self.maximumUnwritten))
        if error.isOfRecord, !sent.isAlone { self.takesAgain = !self.unwritten.isEmpty }
        self.rearm(at: now)
    }

    /// Answers of the store may have been lost: what they told of is written again, which changes nothing of what is there.
    mutating func answersLost(at now: Instant) {
        let kept = self.underway.sorted { $0.key < $1.key }.flatMap(\.value.kept)
        self.underway = [:]
        self.unwritten = Array((self.unwritten + kept).suffix(Self.maximumUnwritten))
        self.rearm(at: now)
    }

    /// Whether the beginning of the incident that a record tells of is still to be written, or on its way.
    private func owesBeginning(of record: VehicleRecord) -> Bool {
        switch record {
        case .incidentClosed(let id, _), .incidentChanged(let id, _), .lateDataKept(let id, _),
            .lateDataEnded(let id, _):
            (self.unwritten + self.underway.values.flatMap(\.kept)).contains { other in
                if case .incidentOpened(let opening) = other { opening.id == id } else { false }
            }
        case .crashRecorded(let event):
            (self.unwritten + self.underway.values.flatMap(\.kept)).contains { other in
                if case .incidentOpened(let opening) = other { opening.id == event.incident } else { false }
            }
        case .incidentOpened, .event, .attempt, .messageSent, .level, .traceOmission, .traced, .troubleChanged,
            .troublesCleared, .runBegan, .runEnded:
            false
        }
    }

    private mutating func rearm(at now: Instant) {
        guard !self.unwritten.isEmpty, self.retryAt == nil else { return }
        self.retryAt = now.advanced(by: Self.retryInterval)
    }

    /// Writes that are kept while the disk fails: beginning, data and end of fifty incidents, more than a day has.
    private static let maximumUnwritten = 150

    /// How often the first of them is tried: soon after somebody has made room, and no load on a disk that fails.
    private static let retryInterval = Duration.seconds(10)

    /// Puts an event on record; what is only of interest to who watches is not.
    mutating func keep(_ event: VehicleEvent) {
        guard event.severity != .debug else { return }
        let fields = JSONValue.object(
            event.fields.merging(["reason": event.reason]) { old, _ in old }.mapValues(JSONValue.string)
        )
        self.records.append(
            .event(
                EventRecord(
                    subject: event.incident?.text,
                    at: self.stamp(event.moment),
                    kind: event.kind.word,
                    fields: fields.text
                )
            )
        )
    }
}

extension VehicleRecord {
    /// Whether without it a call, a crash or its data would be lost, gone on with that is over, or sent a second time.
    fileprivate var mustBeWritten: Bool {
        switch self {
        case .incidentOpened, .incidentClosed, .lateDataKept, .lateDataEnded: true
        // One that has gone to 112 is kept, and offered, by the rules of 112; who had it may ring back.
        case .incidentChanged(_, let change): change.isReopened || change.profile != nil || change.connectedTo != nil
        // What the sensors saw of a crash exists once.
        case .crashRecorded: true
        case .event, .attempt, .messageSent, .level, .traceOmission, .traced, .troubleChanged, .troublesCleared,
            .runBegan,
            .runEnded:
            false
        }
    }
}
