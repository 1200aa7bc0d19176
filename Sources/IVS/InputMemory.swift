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
        /// A trigger came of it at this instant, which is not on record yet.
        case unrecorded(at: Instant)
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
            case let rest where rest.count == 2:
                guard let instant = rest.last.flatMap(Int64.init).map(Instant.init(nanosecondsSinceBoot:)) else {
                    continue
                }
                switch rest.first {
                case "pending": self.states[LineName(name)] = .pending(since: instant)
                case "unrecorded": self.states[LineName(name)] = .unrecorded(at: instant)
                case _: continue
                }
            case _: continue
            }
        }
    }

    /// One line for each input.
    package var text: String {
        self.states.sorted { $0.key < $1.key }.map { name, state in
            switch state {
            case .rest: "\(name) rest\n"
            case .pending(let since): "\(name) pending \(since.nanosecondsSinceBoot)\n"
            case .used: "\(name) used\n"
            case .unrecorded(let instant): "\(name) unrecorded \(instant.nanosecondsSinceBoot)\n"
            }
        }.joined()
    }
}
