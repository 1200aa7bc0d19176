package import Timeline

/// What the flight recorder begins with: what the call machine was made with.
package struct FlightHeader: Hashable, Codable, Sendable {
    package let version: String
    package let boot: String
    package let centers: Int
    package let limits: CallLimits

    package init(version: String, boot: String, centers: Int, limits: CallLimits) {
        self.version = version
        self.boot = boot
        self.centers = centers
        self.limits = limits
    }
}

/// One thing that the call machine was told, and what it wanted done; no VIN and no place is in it.
package struct FlightEntry: Hashable, Codable, Sendable {
    package let at: Instant
    /// Whether nothing of an earlier call was left, so that a replay can begin here.
    package let isAtRest: Bool
    package let told: CallStimulus
    package let did: [String]

    package init(at: Instant, isAtRest: Bool, told: CallStimulus, did: [String]) {
        self.at = at
        self.isAtRest = isAtRest
        self.told = told
        self.did = did
    }
}

/// Tells a new call machine what another one was told, and compares what both wanted done.
package struct Replay: Sendable {
    /// What came of one entry.
    package enum Verdict: Hashable, Sendable {
        /// Before the first entry at rest: nobody knows what the machine was doing.
        case skipped
        case same
        /// The machine of this build wants this instead.
        case different([String])
    }

    private var machine: CallStateMachine
    private var isBegun = false

    /// Throws when no call machine can be made of that.
    package init(_ header: FlightHeader) throws(ReplayError) {
        guard header.centers > 0, header.limits.fallback.map({ $0.hops.upperBound <= header.centers }) ?? true else {
            throw ReplayError(sentence: "found \(header.centers) centers, expected those of the limits")
        }
        self.machine = CallStateMachine(centers: header.centers, limits: header.limits)
    }

    /// Something is missing before the next entry: it goes on with the next one at rest.
    package mutating func interrupted() {
        self.isBegun = false
        self.machine = CallStateMachine(centers: self.machine.centers, limits: self.machine.limits)
    }

    /// Tells the machine an entry; throws for one that no machine in its state is ever told.
    package mutating func tell(_ entry: FlightEntry) throws(ReplayError) -> Verdict {
        if !self.isBegun, !entry.isAtRest { return .skipped }
        self.isBegun = true
        guard self.mayBeTold(entry.told) else {
            throw ReplayError(sentence: "found \(entry.told), expected nothing of that kind in \(self.machine.state)")
        }
        let did = self.machine.take(entry.told, at: entry.at).map(\.text)
        return did == entry.did ? .same : .different(did)
    }

    /// The machine traps on what its owner never tells it; a file may say anything.
    private func mayBeTold(_ stimulus: CallStimulus) -> Bool {
        let centers = 0..<self.machine.centers
        switch stimulus {
        case .resumed(_, let attempts, let center, _):
            let isFree = !self.machine.isGoingOn || self.machine.incident?.trigger == .test
            return isFree && centers.contains(center) && (0..<1_000_000).contains(attempts)
        case .callbackWindowKept(let window):
            return centers.contains(window.center) && (0..<1_000_000).contains(window.attempts)
        case .callbackArrived(let center, _): return center.map(centers.contains) ?? true
        case .buttonHeld, .crashDetected, .testRequested, .attemptRang, .attemptAnswered, .attemptEnded, .msdRequested,
            .clearedDown, .callLost, .callbackConfirmed, .lastCallForgotten, .deadlineReached:
            return true
        }
    }
}

/// Why a recording cannot be replayed.
package struct ReplayError: Error, Hashable, Sendable {
    package let sentence: String
}
