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
    /// The ends of incidents, by the batch that tells them: a call that is over must not be gone on with by a next run.
    private var closings: [Int: [VehicleRecord]] = [:]
    /// Those that could not be written, until they are.
    private var unwritten: [VehicleRecord] = []
    var watchers: [ControlCall.ID] = []
    var explanation: Explanation?
    /// The incident whose record was opened last.
    private(set) var incident: IncidentID?
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

    mutating func close(_ incident: Incident, _ outcome: Outcome, at now: Moment) {
        let state: IncidentState
        switch outcome {
        case .cancelled: state = .cancelled
        case .deliveredDeclined: state = .delivered
        case .cleared, .clearDownFallback, .failed, .superseded:
            state = self.acknowledgedIncident == incident.id ? .delivered : .undelivered
        }
        let closing = IncidentClosing(state: state, outcome: outcome.rawValue, ended: self.stamp(now))
        self.records.append(.incidentClosed(id: incident.id.text, closing))
    }

    /// An incident of an earlier run is this one's now.
    mutating func resume(_ incident: StoredIncident, at now: Moment) {
        let id = IncidentID(incident.opening.id)
        self.incident = id
        if incident.isAcknowledged { self.acknowledgedIncident = id }
        self.change(id, IncidentChange(resumptions: incident.resumptions + 1, seen: self.stamp(now)))
    }

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
        self.acknowledgedIncident = incident
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
                    outcome: outcome
                )
            )
        )
    }

    /// What goes on record now, under its number: ends that could not be written go with whatever comes next.
    mutating func takeBatch() -> (number: Int, records: [VehicleRecord])? {
        guard !self.records.isEmpty else { return nil }
        self.batch += 1
        let records = self.unwritten + self.records
        self.unwritten = []
        self.records = []
        let ends = records.filter { if case .incidentClosed = $0 { true } else { false } }
        if !ends.isEmpty { self.closings[self.batch] = ends }
        return (self.batch, records)
    }

    /// A batch is on disk, or could not be written.
    mutating func written(_ batch: Int, hasFailed: Bool) {
        guard let ends = self.closings.removeValue(forKey: batch), hasFailed else { return }
        self.unwritten = Array((self.unwritten + ends).suffix(Self.maximumUnwritten))
    }

    /// Ends that are kept while the disk fails: those of a day of test calls.
    private static let maximumUnwritten = 100

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
