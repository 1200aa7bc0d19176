internal import CallControl
internal import ControlSocket
internal import Net
internal import SIP
internal import SIPTrace
internal import Store
internal import Supervision
internal import Timeline

// The SIP trace of incidents: what leaves and what comes while one is open, and what belongs to its calls.
extension IVS {
    /// Keeps a message for the trace of its incident; one that belongs to none is not kept.
    mutating func trace(
        _ octets: [UInt8],
        _ direction: TraceMessage.Direction,
        callID: String?,
        over flow: Flow,
        at now: Moment
    ) {
        guard let connection = self.connections[flow] else { return }
        let open = self.call.incident == nil ? nil : self.ledger.incident?.text
        guard let incident = self.traces.incident(ofCall: callID) ?? open else { return }
        let path = TraceMessage.Path(
            transport: connection.transport,
            local: connection.local,
            remote: connection.remote
        )
        let isFirstOmitted = self.traces.take(
            octets,
            direction,
            over: path,
            of: incident,
            at: now.instant,
            wallMilliseconds: now.trustedMilliseconds
        )
        guard isFirstOmitted else { return }
        self.note(
            .traceIncomplete,
            "the SIP trace of incident \(incident) has reached its limits; further messages are counted only",
            at: now,
            severity: .warning,
            fields: ["cause": "limit"]
        )
    }

    /// When the trace next has something for the store: not before a trigger that waits for its own record.
    var traceDeadline: Instant? { self.hold == nil ? self.traces.nextDeadline : nil }

    /// Hands the trace's batch to the store when it is due, apart from the records, which never wait for it.
    mutating func flushTraceIfDue(at now: Moment) {
        guard let due = self.traceDeadline, due <= now.instant else { return }
        self.handOverTrace()
    }

    /// Hands over one batch; false when nothing waits.
    @discardableResult
    private mutating func handOverTrace() -> Bool {
        guard let batch = self.traces.handOver(as: self.ledger.batch + 1) else { return false }
        self.ledger.batch += 1
        let omissions = batch.omissions.map { VehicleRecord.traceOmission(incident: $0.incident, count: $0.count) }
        let messages = batch.entries.map { entry in
            VehicleRecord.traced(
                TraceRecord(incident: entry.incident, boot: self.ledger.boot, message: entry.message)
            )
        }
        self.outputs.append(.write(batch: self.ledger.batch, omissions + messages))
        return true
    }

    /// The store has answered a write; false when it was none of the trace.
    ///
    /// A disk that fails takes the trace and nothing else: it is told, and no fault for that alone.
    mutating func traceWritten(_ batch: Int, _ error: StoreError?, at now: Moment) -> Bool {
        guard let lost = self.traces.written(batch, isLost: error != nil) else { return false }
        guard let error, lost > 0, let held = self.traceLosses.pass(at: now.instant) else { return true }
        let more = held > 0 ? ", and \(held) writes more since the last that was told" : ""
        self.note(
            .traceIncomplete,
            "\(lost) messages of the SIP trace are lost: \(error)\(more)",
            at: now,
            severity: .warning,
            fields: ["cause": "disk", "count": String(lost)]
        )
        return true
    }

    /// Answers with a page of a trace, after what waits has gone to the store.
    mutating func readTrace(_ call: ControlCall) {
        while self.hold == nil, self.handOverTrace() {}
        let after = max(0, call.parameters["after"]?.asInt ?? 0)
        self.outputs.append(.readTrace(call.id, incident: call.parameters["incident"]?.asString, after: after))
    }
}
