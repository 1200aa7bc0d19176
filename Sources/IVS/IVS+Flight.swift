package import CallControl
internal import Supervision
internal import Timeline

// The flight recorder: what the call machine is told, and what it wants done.
extension IVS {
    /// Tells the call machine one thing, and puts that on record for a replay.
    mutating func decide(_ stimulus: CallStimulus, at now: Moment) -> [CallAction] {
        let isAtRest = self.call.isAtRest
        let actions = self.call.take(stimulus, at: now.instant)
        // What follows a call goes with it.
        let isBeginning = actions.contains {
            if case .openIncident(let new) = $0 { new.trigger != .test } else { false }
        }
        if isBeginning { self.flightSince = self.ledger.stamp(now) }
        // Deadlines of others come by all the time.
        if stimulus != .deadlineReached || !actions.isEmpty {
            let did = actions.map(\.text)
            let entry = FlightEntry(at: now.instant, isAtRest: isAtRest, told: stimulus, did: did)
            self.outputs.append(.recordDecision(entry, since: self.flightSince ?? self.ledger.stamp(now)))
        }
        return actions
    }

    /// What a replay has to know.
    package var flightHeader: FlightHeader {
        FlightHeader(
            version: Product.version,
            boot: self.ledger.boot,
            centers: self.configuration.centers.count,
            limits: self.call.limits
        )
    }
}
