import ArgumentParser
import CallControl
import Foundation
import IVS
import Timeline

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Tell the call machine of this build what a flight recorder holds, and compare what it wants done."
    )

    @Argument(help: "The recorder's file: the store's path with .flight behind it.") var file: String
    @Flag(help: "Only what differs.") var differences = false

    func run() throws {
        let octets: [UInt8]
        do {
            octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: self.file)))
        } catch {
            throw ValidationError("\(self.file) cannot be read: \(error.localizedDescription)")
        }
        let (slots, damaged) = FlightFile.read(octets)
        guard !slots.isEmpty else {
            throw ValidationError(
                "\(self.file): found \(damaged) damaged slots and no other, expected a flight recorder"
            )
        }
        var session = ReplaySession(showsAll: !self.differences)
        for slot in slots { session.take(slot) }
        print(
            "\(session.same) the same, \(session.different) different, \(session.skipped) skipped"
                + (damaged > 0 ? ", \(damaged) slots damaged" : "")
        )
        guard session.different == 0 else { throw ExitCode.failure }
    }
}

/// A replay under way, run by run.
private struct ReplaySession {
    let showsAll: Bool
    private(set) var same = 0
    private(set) var different = 0
    private(set) var skipped = 0
    private var replay: Replay?
    private var last: UInt64?

    init(showsAll: Bool) {
        self.showsAll = showsAll
    }

    mutating func take(_ slot: FlightFile.Slot) {
        // What is missing in between may have changed the machine: it goes on where it is known to be at rest.
        if let last = self.last, slot.number != last + 1 {
            self.interrupt("\(slot.number - last - 1) slots are missing")
        }
        self.last = slot.number
        if let header = slot.header {
            print("run of ecalld \(header.version), boot \(header.boot), \(header.centers) centers")
            do { self.replay = try Replay(header) } catch { self.interrupt(error.sentence) }
        }
        guard let entry = slot.entry else { return }
        self.tell(entry)
    }

    private mutating func interrupt(_ reason: String) {
        print("-- \(reason)")
        self.replay?.interrupted()
    }

    private mutating func tell(_ entry: FlightEntry) {
        let verdict: Replay.Verdict
        do { verdict = try self.replay?.tell(entry) ?? .skipped } catch {
            self.different += 1
            return print("!! \(error.sentence)")
        }
        let seconds = Double(entry.at.nanosecondsSinceBoot) / 1e9
        let line = String(format: "%12.3f s  ", seconds) + "\(entry.told.word)"
        switch verdict {
        case .skipped:
            self.skipped += 1
            if self.showsAll { print("\(line) (skipped)") }
        case .same:
            self.same += 1
            if self.showsAll { print(([line] + entry.did.map { "                  \($0)" }).joined(separator: "\n")) }
        case .different(let did):
            self.different += 1
            print(
                (["!! \(line)"] + entry.did.map { "                - \($0)" } + did.map { "                + \($0)" })
                    .joined(separator: "\n")
            )
        }
    }
}
