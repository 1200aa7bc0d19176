internal import CallControl
internal import ControlSocket
internal import MSD
internal import SIP
internal import Supervision
internal import Store
internal import Timeline

extension IVS {
    /// Tells everybody what happened: the record, the log and those who watch.
    ///
    /// It is about the incident that is on record last, unless another is named.
    @discardableResult
    mutating func note(
        _ kind: VehicleEvent.Kind,
        _ reason: String,
        at now: Moment,
        severity: VehicleEvent.Severity = .info,
        fields: [String: String] = [:],
        privateFields: [String: String] = [:],
        state: CallState? = nil,
        incident: IncidentID? = nil
    ) -> VehicleEvent {
        self.ledger.sequence += 1
        let event = VehicleEvent(
            sequence: self.ledger.sequence,
            moment: now,
            kind: kind,
            severity: severity,
            incident: incident ?? (self.call.incident == nil ? nil : self.ledger.incident),
            state: state ?? self.call.state,
            reason: reason,
            fields: fields,
            privateFields: privateFields
        )
        self.ledger.keep(event)
        self.outputs.append(.log(event))
        guard !self.ledger.watchers.isEmpty else { return event }
        let told = event.json
        for watcher in self.ledger.watchers { self.outputs.append(.reply(watcher, ["event": told], continues: true)) }
        return event
    }

    /// An entry of the call machine's history, which is what `why` answers with.
    mutating func note(_ record: CallRecord, at now: Moment) {
        var fields = ["from": record.from.rawValue, "to": record.to.rawValue]
        if let guardName = record.reason.guardName { fields["guard"] = guardName }
        if let timer = record.reason.timer {
            fields["timer"] = timer.name
            fields["configured"] = CallReason.text(timer.value)
        }
        if let attempt = self.call.attempt { fields["attempt"] = String(attempt.number) }
        let event = self.note(
            .call(record.event),
            record.reason.sentence,
            at: now,
            fields: fields,
            state: record.to,
            incident: record.incident
        )
        self.ledger.explanation = Explanation(
            event: event,
            from: record.from,
            to: record.to,
            guardName: record.reason.guardName,
            timerName: record.reason.timer?.name,
            timerValue: record.reason.timer?.value
        )
    }

    /// Shows an MSD to those who may see it; the log learns only that it was made.
    mutating func noteMSD(_ msd: MSD, _ octets: [UInt8], at now: Moment) {
        let fields = [
            "messageIdentifier": String(msd.messageIdentifier), "msdVersion": String(msd.msdVersion.rawValue),
            "octets": String(octets.count),
            "positionCanBeTrusted": String(msd.control.positionCanBeTrusted),
        ]
        let shown = ["hex": MSDText.hex(octets), "decoded": msd.summaryLines.joined(separator: "\n")]
        self.note(
            .msd,
            "MSD \(msd.messageIdentifier) encoded, decoded again and equal",
            at: now,
            fields: fields,
            privateFields: shown
        )
    }

    /// Hands this step's records to the store; a trigger's batch is what its INVITE waits for.
    mutating func flushRecords(at now: Moment) {
        let (again, own) = self.ledger.takeBatches(at: now.instant)
        for batch in again { self.outputs.append(self.writing(batch)) }
        guard let own else { return }
        self.unrecorded.handedOver(own.number)
        if self.hold != nil, self.hold?.batch == nil { self.hold?.batch = own.number }
        self.outputs.append(self.writing(own))
    }

    /// A batch goes to the store, or to one that is injected as full.
    private func writing(_ batch: Ledger.Batch) -> VehicleOutput {
        self.selfTest.injected.contains(Injection(.store))
            ? .failWrite(batch: batch.number) : .write(batch: batch.number, batch.records)
    }

    /// A batch is on disk, or could not be written; either lets the call go on.
    mutating func written(_ batch: Int, _ error: StoreError?, at now: Moment) {
        if self.traceWritten(batch, error, at: now) { return }
        self.ledger.written(batch, error, at: now.instant)
        if let error {
            self.unrecorded.failed(batch)
            self.raise(.recordFailing, "the record cannot be written: \(error)", at: now)
            if self.hold?.batch == batch {
                self.note(.recordFailed, "the trigger is not on record; the call goes out", at: now, severity: .error)
            }
        } else {
            self.unrecorded.recorded(batch)
            self.clear(.recordFailing, at: now)
        }
        if self.hold?.batch == batch { self.release(at: now) }
    }

    /// The record is late: the call goes out, and the lateness is an event.
    mutating func releaseHoldIfDue(at now: Moment) {
        guard let hold = self.hold, hold.until <= now.instant else { return }
        let waited = CallReason.text(hold.begun.duration(to: now.instant))
        self.note(
            .recordLate,
            "the trigger was not on record after \(waited); the call goes out",
            at: now,
            severity: .warning,
            fields: ["waited": waited]
        )
        self.release(at: now)
    }

    private mutating func release(at now: Moment) {
        guard let hold = self.hold else { return }
        self.hold = nil
        for held in hold.sends { self.leave(held.message, over: held.flow, at: now) }
    }
}

extension Moment {
    /// The wall clock as RFC 3339, null while it is not trusted.
    var timeText: JSONValue {
        self.wall.isSynchronized ? .string(self.wall.description) : .null
    }
}

extension VehicleEvent {
    /// The event as `watch` and `--json` show it; docs/events.md describes each member.
    var json: JSONValue {
        var fields = self.fields.mapValues(JSONValue.string)
        for (name, value) in self.privateFields { fields[name] = .string(value) }
        return [
            "sequence": .int(self.sequence),
            "at": .int(Int(self.moment.instant.nanosecondsSinceBoot)),
            "time": self.moment.timeText,
            "incident": self.incident.map { .string($0.text) } ?? .null,
            "kind": .string(self.kind.word),
            "state": .string(self.state.rawValue),
            "reason": .string(self.reason),
            "fields": .object(fields),
        ]
    }
}
