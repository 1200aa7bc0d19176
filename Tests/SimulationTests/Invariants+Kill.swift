import CallControl
import Store
import Timeline

@testable import IVS

// A killed process: what was going on goes on, and what it had put on record is what the next run knows.
extension Invariants {
    /// What a killed run would have put on record next; the octets may be on air already.
    mutating func wanted(_ records: [VehicleRecord]) {
        for case .messageSent(let message) in records { self.sent(message.octets) }
    }

    /// The store has said that these records are on disk.
    mutating func promised(_ records: [VehicleRecord]) {
        for record in records {
            switch record {
            case .incidentOpened(let opening): self.promises[opening.id] = false
            case .incidentClosed(let id, _): self.promises[id] = true
            case .incidentChanged(let id, let change): if change.isReopened { self.promises[id] = false }
            case .event, .attempt, .messageSent, .level, .traceOmission, .traced, .crashRecorded, .lateDataKept,
                .lateDataEnded, .troubleChanged, .troublesCleared, .runBegan, .runEnded:
                break
            }
        }
    }

    /// What is kept no longer is promised no longer.
    mutating func purged(_ store: VehicleStore) {
        for id in self.promises.keys where (try? store.incident(id: id)) == .some(nil) {  // A failure is no deletion.
            self.mark("purged")
            self.promises[id] = nil
        }
    }

    /// What the store said was on disk is there, whatever ended the run.
    mutating func keepsPromises(_ store: VehicleStore, at now: Instant) {
        for (id, isClosed) in self.promises.sorted(by: { $0.key < $1.key }) {
            do throws(StoreError) {
                guard let incident = try store.incident(id: id) else {
                    self.fail("incident \(id) was on disk and is gone", at: now)
                    continue
                }
                // Behind it a commit may have been made that nobody was told of.
                if isClosed, incident.state == .open, self.accounts[id]?.hadCallback != true {
                    self.fail("the end of incident \(id) was on disk and is gone", at: now)
                }
            } catch {
                self.fail("the disk cannot be read: \(error)", at: now)
            }
        }
    }

    /// The process is gone; these incidents are open on disk.
    ///
    /// `hasKept` says whether what it had read of its lines was kept, without which a trigger of this moment is lost.
    mutating func killed(_ vehicle: IVS, durable: [StoredIncident], hasKept: Bool) {
        switch vehicle.call.state {
        case .idle, .ended: break  // What an earlier kill left may not have been taken over yet.
        case .triggered, .connecting, .voiceSession:
            let latest = durable.filter { !$0.opening.isTest }.max { $0.began(before: $1) }
            let isUsedUp = latest.map { $0.resumptions >= Resumption.maximum } ?? false
            // That a callback opened it again may not have come to the disk; its center knows, and rings again.
            let id = vehicle.call.incident?.id.text ?? ""
            let hadCallback = self.accounts[id]?.hadCallback == true || vehicle.call.attempt?.isCallback == true
            let isOfCallback = hadCallback && !durable.contains { $0.opening.id == id }
            self.isCallOwed = vehicle.call.incident?.trigger != .test && !isUsedUp && !isOfCallback && hasKept
        }
        self.suspendAll(but: durable)
    }

    /// The power is cut, and what would have had to be gone on with is in no memory and on no disk.
    mutating func nothingIsOwed() {
        self.isCallOwed = false
    }

    /// Long enough after the start for the store to be read.
    ///
    /// A call that went on at the kill goes on, or another one does: it was made again, or a trigger came first.
    mutating func callWasOwed(isKnown: Bool, at now: Instant) {
        guard self.isCallOwed else { return }
        self.isCallOwed = false
        guard isKnown else { return }
        self.fail("a call that went on when the process was killed does not go on", at: now)
    }

    /// A run begins, and with it a recording.
    mutating func recorderStarts(_ header: FlightHeader, at now: Instant) {
        do throws(ReplayError) {
            self.replay = try Replay(header)
        } catch {
            self.fail("a recording cannot be replayed: \(error.sentence)", at: now)
        }
    }

    /// The flight recorder tells the same story to another call machine.
    mutating func replays(_ entry: FlightEntry, at now: Instant) {
        do throws(ReplayError) {
            switch try self.replay?.tell(entry) {
            case .same?: self.mark("replayed")
            case .different(let did)?: self.fail("a replay wants \(did) in place of \(entry.did)", at: now)
            case .skipped?, nil: self.fail("a replay skips \(entry.told.word)", at: now)
            }
        } catch {
            self.fail("a replay breaks off: \(error.sentence)", at: now)
        }
    }
}
