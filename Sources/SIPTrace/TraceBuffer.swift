package import Timeline

/// Takes the messages of incidents up to the limits, and hands them over in batches.
///
/// One batch is with the store at a time, but for those that a reader asks for. A disk that hangs holds that one; what
/// comes meanwhile waits here, bounded, and is left out and counted beyond.
package struct TraceBuffer: Hashable, Sendable {
    /// What one write puts on record.
    package struct Batch: Hashable, Sendable {
        /// Stands before the messages: each incident of theirs is in it.
        package let omissions: [Omission]
        package let entries: [Entry]
    }

    /// How many messages of an incident are not kept, all in all.
    package struct Omission: Hashable, Sendable {
        package let incident: String
        package let count: Int
    }

    package struct Entry: Hashable, Sendable {
        package let incident: String
        package let message: TraceMessage
    }

    private struct Tally: Hashable, Sendable {
        let incident: String
        var seen = 0
        var kept = 0
        var octets = 0
        var omitted = 0
        /// Whether the store does not have the present number of omitted messages.
        var isOmissionNew = false
    }

    private struct Call: Hashable, Sendable {
        let callID: String
        let incident: String
    }

    /// The oldest first.
    private var tallies: [Tally] = []
    private var calls: [Call] = []
    private var pending: [Entry] = []
    /// Octets of what is pending or with the store.
    private var octets = 0
    private var underway: [Int: Batch] = [:]
    private var due: Instant?

    package init() {}

    /// When `handOver` is next owed; `nil` while nothing waits, or waits for the store's answer.
    package var nextDeadline: Instant? { self.underway.isEmpty ? self.due : nil }

    /// Goes on with the trace of an incident that an earlier run began: numbers and limits go on where they were.
    ///
    /// `lastNumber` is the number of its last message, `messages` and `octets` are how many are kept.
    package mutating func resumed(_ incident: String, lastNumber: Int, messages: Int, octets: Int, omitted: Int) {
        let index = self.tallyIndex(incident)
        self.tallies[index].seen = lastNumber
        self.tallies[index].kept = messages
        self.tallies[index].octets = octets
        self.tallies[index].omitted = omitted
    }

    /// Remembers whose a call is, from before its first message on.
    package mutating func began(_ callID: String, of incident: String) {
        self.calls.append(Call(callID: callID, incident: incident))
        if self.calls.count > TraceLimits.maximumCalls { self.calls.removeFirst() }
    }

    /// The incident that a call belongs to; `nil` when it is none of those that are remembered.
    package func incident(ofCall callID: String?) -> String? {
        guard let callID else { return nil }
        return self.calls.last { $0.callID == callID }?.incident
    }

    /// Takes a message of an incident as it went over the wire; true when it is the first of it that is not kept.
    package mutating func take(
        _ octets: [UInt8],
        _ direction: TraceMessage.Direction,
        over path: TraceMessage.Path,
        of incident: String,
        at now: Instant,
        wallMilliseconds: Int64?
    ) -> Bool {
        let index = self.tallyIndex(incident)
        self.tallies[index].seen += 1
        if self.due == nil { self.due = now.advanced(by: TraceLimits.batchWait) }
        guard self.hasRoom(for: 1, index) else { return self.omit(index) }
        let masked = SecretMask.masked(octets)
        let kept = Array(masked.prefix(TraceLimits.maximumMessageOctets))
        guard self.hasRoom(for: kept.count, index) else { return self.omit(index) }
        self.tallies[index].kept += 1
        self.tallies[index].octets += kept.count
        self.octets += kept.count
        let message = TraceMessage(
            number: self.tallies[index].seen,
            at: now,
            wallMilliseconds: wallMilliseconds,
            direction: direction,
            path: path,
            length: masked.count,
            octets: kept
        )
        self.pending.append(Entry(incident: incident, message: message))
        return false
    }

    /// The next batch, under the number by which `written` will name it; `nil` when nothing waits.
    package mutating func handOver(as number: Int) -> Batch? {
        var octets = 0
        let end = self.pending.prefix(TraceLimits.maximumBatchMessages).firstIndex { entry in
            octets += entry.message.octets.count
            return octets >= TraceLimits.maximumBatchOctets
        }
        let count = end.map { $0 + 1 } ?? min(self.pending.count, TraceLimits.maximumBatchMessages)
        let entries = Array(self.pending.prefix(count))
        self.pending.removeFirst(count)
        if self.pending.isEmpty { self.due = nil }
        var omissions: [Omission] = []
        for index in self.tallies.indices {
            let tally = self.tallies[index]
            guard tally.isOmissionNew || entries.contains(where: { $0.incident == tally.incident }) else { continue }
            omissions.append(Omission(incident: tally.incident, count: tally.omitted))
            self.tallies[index].isOmissionNew = false
        }
        guard !omissions.isEmpty else { return nil }
        let batch = Batch(omissions: omissions, entries: entries)
        self.underway[number] = batch
        return batch
    }

    /// The store has answered; the number of messages that it has lost, `nil` when the batch is none of a trace.
    package mutating func written(_ number: Int, isLost: Bool) -> Int? {
        guard let batch = self.underway.removeValue(forKey: number) else { return nil }
        self.octets -= batch.entries.reduce(0) { $0 + $1.message.octets.count }
        guard isLost else { return 0 }
        for index in self.tallies.indices {
            let incident = self.tallies[index].incident
            guard batch.omissions.contains(where: { $0.incident == incident }) else { continue }
            // Told to the store with the next message, not by itself: the disk has just failed.
            self.tallies[index].isOmissionNew = true
            self.tallies[index].omitted += batch.entries.count { $0.incident == incident }
        }
        return batch.entries.count
    }

    private func hasRoom(for octets: Int, _ index: Int) -> Bool {
        let tally = self.tallies[index]
        return tally.kept < TraceLimits.maximumMessages && tally.octets + octets <= TraceLimits.maximumOctets
            && self.octets + octets <= TraceLimits.maximumPendingOctets
    }

    private mutating func omit(_ index: Int) -> Bool {
        self.tallies[index].omitted += 1
        self.tallies[index].isOmissionNew = true
        return self.tallies[index].omitted == 1
    }

    private mutating func tallyIndex(_ incident: String) -> Int {
        if let index = self.tallies.firstIndex(where: { $0.incident == incident }) { return index }
        if self.tallies.count == TraceLimits.maximumIncidents {
            let oldest = self.tallies.removeFirst().incident
            self.calls.removeAll { $0.incident == oldest }
            // Nothing would tell the store of whom they are.
            for entry in self.pending where entry.incident == oldest { self.octets -= entry.message.octets.count }
            self.pending.removeAll { $0.incident == oldest }
        }
        self.tallies.append(Tally(incident: incident))
        return self.tallies.count - 1
    }
}
