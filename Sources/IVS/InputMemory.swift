internal import GPIO
internal import Timeline

/// What the inputs mean so far, as one run of the daemon keeps it for the next.
///
/// It lives in memory that the service manager keeps together with the lines, so it is of this boot and of lines that
/// have been held all the while, or it is not there.
package struct InputMemory: Hashable, Sendable {
    /// What has come of a line's level.
    enum State: Hashable, Sendable {
        /// Nobody touches it.
        case rest
        /// Active since the edge at this instant, and not counted yet.
        case pending(since: Instant)
        /// Active, and counted or not to be counted: a call was made of it, or it is a fault.
        case used
        /// A trigger came of it at this instant, which is not on record yet; earlier runs have made it again so often.
        case unrecorded(at: Instant, remakes: Int)
    }

    var states: [LineName: State] = [:]

    package init() {}

    /// Reads what `text` gives; lines that cannot be read are left out.
    package init(text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard let name = words.first else { continue }
            switch words.dropFirst() {
            case ["rest"]: self.states[LineName(name)] = .rest
            case ["used"]: self.states[LineName(name)] = .used
            case let rest where rest.first == "pending" && rest.count == 2:
                guard let since = Self.instant(rest.last) else { continue }
                self.states[LineName(name)] = .pending(since: since)
            case let rest where rest.first == "unrecorded" && rest.count == 3:
                guard let at = Self.instant(words[2]), let remakes = Int(words[3]), remakes >= 0 else { continue }
                self.states[LineName(name)] = .unrecorded(at: at, remakes: remakes)
            case _: continue
            }
        }
    }

    private static func instant(_ word: String?) -> Instant? {
        word.flatMap { Int64($0) }.map(Instant.init(nanosecondsSinceBoot:))
    }

    /// The same once everything is on record.
    var recorded: InputMemory {
        var memory = self
        for (line, state) in self.states { if case .unrecorded = state { memory.states[line] = .used } }
        return memory
    }

    /// One line for each input.
    package var text: String {
        self.states.sorted { $0.key < $1.key }.map { name, state in
            switch state {
            case .rest: "\(name) rest\n"
            case .pending(let since): "\(name) pending \(since.nanosecondsSinceBoot)\n"
            case .used: "\(name) used\n"
            case .unrecorded(let at, let remakes): "\(name) unrecorded \(at.nanosecondsSinceBoot) \(remakes)\n"
            }
        }.joined()
    }
}
