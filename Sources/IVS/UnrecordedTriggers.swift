internal import CallControl
internal import GPIO
internal import Timeline

/// The lines of which a trigger has come that is not on record yet.
///
/// They are kept over a restart as just that, so that a run that dies before its trigger is on disk does not lose it.
struct UnrecordedTriggers: Hashable, Sendable {
    /// A line that has made a trigger.
    private struct Entry: Hashable {
        let at: Instant
        let incident: IncidentID
        /// How often an earlier run has made the trigger again.
        let remakes: Int
        /// The records that tell of it; `nil` until they have a number.
        var batch: Int?
        /// Whether they could not be written; that the incident began is tried again, and no more is known of it.
        var hasFailed = false
    }

    private var entries: [LineName: Entry] = [:]

    /// A line has opened an incident at `instant`, or become its second cause.
    mutating func opened(_ incident: IncidentID, by line: LineName, at instant: Instant, remakes: Int) {
        self.entries[line] = Entry(at: instant, incident: incident, remakes: remakes)
    }

    /// The records of this step have a number.
    mutating func handedOver(_ batch: Int) {
        for line in self.entries.keys where self.entries[line]?.batch == nil { self.entries[line]?.batch = batch }
    }

    /// Records up to that number are on disk: they are written in their order, also where no answer to one came.
    mutating func recorded(_ batch: Int) {
        self.entries = self.entries.filter { $0.value.hasFailed || $0.value.batch.map { $0 > batch } ?? true }
    }

    /// The records of that number could not be written: their lines stay until their incident is over.
    mutating func failed(_ batch: Int) {
        for line in self.entries.keys where self.entries[line]?.batch == batch { self.entries[line]?.hasFailed = true }
    }

    /// The incident is over, whatever became of its record: nobody is to call for it again.
    mutating func closed(_ incident: IncidentID) {
        self.entries = self.entries.filter { $0.value.incident != incident }
    }

    /// Puts the lines in place of what they are by their levels, as long as that is worth anything.
    func overlay(_ memory: inout InputMemory, at now: Instant) {
        for (line, entry) in self.entries where InputLines.isWorthRemaking(entry.at, at: now) {
            memory.states[line] = .unrecorded(at: entry.at, remakes: entry.remakes)
        }
    }
}
