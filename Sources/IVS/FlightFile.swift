package import CallControl
internal import Dispatch
internal import FoundationEssentials
internal import NIOConcurrencyHelpers
internal import Store
internal import Supervision
package import Timeline

/// The flight recorder's file: the last things that the call machine was told, over all runs, in a ring of slots.
///
/// Beside the store and apart from it: written in the order of the loop, synced by nobody, so that it costs no call
/// anything and tells of a run that died. No VIN and no place is in it; it is kept no longer than a 112 call.
package final class FlightFile: Sendable {
    /// The things of about twenty calls; with `SlotFile.slotOctets` a file of a megabyte.
    package static let slots = 256
    /// Things that wait for a disk that hangs; beyond it the oldest are lost, as they are in the ring.
    private static let maximumWaiting = 256

    /// What a slot holds.
    package struct Slot: Codable, Sendable {
        /// Counts the slots of all runs.
        package let number: UInt64
        /// When the call began that the slot goes with.
        let boot: String
        package let since: Instant
        let wallMilliseconds: Int64?
        /// With what a run begins.
        package var header: FlightHeader?
        package var entry: FlightEntry?

        var stamp: Stamp { Stamp(boot: self.boot, at: self.since, wallMilliseconds: self.wallMilliseconds) }
    }

    private let path: String
    private let queue = DispatchQueue(label: "flight recorder")
    private let waiting = NIOLockedValueBox(0)
    /// Used on the queue only, where nothing waits for it.
    private let writer: NIOLockedValueBox<SlotWriter?>

    /// A recorder beside the store at `storePath`; nothing is opened before the first thing is written.
    package init(besides storePath: String) {
        self.path = Self.path(besides: storePath)
        self.writer = NIOLockedValueBox(nil)
    }

    /// Where the recorder of a store is.
    package static func path(besides storePath: String) -> String { storePath + ".flight" }

    func begin(_ header: FlightHeader, since stamp: Stamp) {
        self.add(stamp) { $0.header = header }
    }

    func add(_ entry: FlightEntry, since stamp: Stamp) {
        self.add(stamp) { $0.entry = entry }
    }

    private func add(_ stamp: Stamp, _ fill: @escaping @Sendable (inout Slot) -> Void) {
        let isTaken = self.waiting.withLockedValue { waiting in
            guard waiting < Self.maximumWaiting else { return false }
            waiting += 1
            return true
        }
        guard isTaken else { return }
        self.queue.async {
            self.waiting.withLockedValue { $0 -= 1 }
            self.writer.withLockedValue { writer in
                writer = writer ?? SlotWriter(path: self.path, slots: Self.slots)
                writer?.write { number in
                    var slot = Slot(
                        number: number,
                        boot: stamp.boot,
                        since: stamp.at,
                        wallMilliseconds: stamp.wallMilliseconds
                    )
                    fill(&slot)
                    return slot
                }
            }
        }
    }

    /// Overwrites what a rule would delete of a 112 call.
    func forget(_ rule: PurgeRule) {
        self.queue.async {
            self.writer.withLockedValue { writer in
                writer?.forget { rule.removes(startedAt: $0.stamp, isEmergency: true) }
            }
        }
    }

    /// Waits until everything handed over so far is written, as far as the disk takes it.
    package func flush() {
        self.queue.sync {}
    }

    /// The slots of a file in their order; those that cannot be read are left out and counted.
    package static func read(_ octets: [UInt8]) -> (slots: [Slot], damaged: Int) {
        var slots: [Slot] = []
        var damaged = 0
        for start in stride(from: 0, to: octets.count, by: SlotFile.slotOctets) {
            let text = octets[start..<min(octets.count, start + SlotFile.slotOctets)]
            guard text.contains(where: { $0 > 0x20 }) else { continue }
            if let slot = try? JSONDecoder().decode(Slot.self, from: Data(text)) {  // What is none is counted.
                slots.append(slot)
            } else {
                damaged += 1
            }
        }
        return (slots.sorted { $0.number < $1.number }, damaged)
    }
}

/// The open file, and where its ring goes on.
private struct SlotWriter {
    private let file: SlotFile
    private var next: UInt64 = 0

    /// `nil` when the file cannot be opened: a recorder that cannot record stops nothing.
    init?(path: String, slots: Int) {
        guard let file = try? SlotFile(path: path, slots: slots) else { return nil }
        self.file = file
        for index in 0..<slots {
            if let slot = self.slot(index) { self.next = max(self.next, slot.number &+ 1) }
        }
    }

    private func slot(_ index: Int) -> FlightFile.Slot? {
        let text = self.file.read(index)
        // What is none is overwritten when its turn comes.
        return text.isEmpty ? nil : try? JSONDecoder().decode(FlightFile.Slot.self, from: Data(text.utf8))
    }

    mutating func write(_ make: (UInt64) -> FlightFile.Slot) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Of strings, numbers and booleans alone; what does not fit a slot leaves a gap in the numbers.
        if let data = try? encoder.encode(make(self.next)) {
            _ = self.file.write(String(decoding: data, as: UTF8.self), to: Int(self.next % UInt64(self.file.slots)))
        }
        self.next += 1
    }

    func forget(_ isOver: (FlightFile.Slot) -> Bool) {
        for index in 0..<self.file.slots where self.slot(index).map(isOver) ?? false {
            _ = self.file.write("", to: index)  // The next round tries again.
        }
    }
}
