internal import CallControl
internal import ControlSocket
internal import Store
internal import Supervision
internal import Timeline

// Garage mode: the button makes test calls for a while.
extension IVS {
    /// The reply to `SetGarageMode`.
    mutating func setGarageMode(_ call: ControlCall, at now: Moment) {
        guard let milliseconds = call.parameters["milliseconds"]?.asInt else {
            self.leaveGarage("it was switched off", at: now)
            return self.outputs.append(.reply(call.id, [:], continues: false))
        }
        let lengths = GarageMode.lengths
        guard lengths.contains(.milliseconds(milliseconds)) else {
            let range = "\(lengths.lowerBound.wholeMilliseconds) to \(lengths.upperBound.wholeMilliseconds)"
            return self.outOfRange(call, "milliseconds", range)
        }
        if self.call.isGoingOn, let trigger = self.call.incident?.trigger, trigger != .test {
            return self.fail(call, "CallInProgress", ["trigger": .string(trigger.rawValue)])
        }
        self.garage.entered(for: .milliseconds(milliseconds), at: now.instant)
        let length = CallReason.text(.milliseconds(milliseconds))
        self.note(
            .garageEntered,
            "for \(length) the button makes test calls; a crash ends that",
            at: now,
            severity: .warning,
            fields: ["length": length]
        )
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    mutating func leaveGarage(_ reason: String, at now: Moment) {
        guard self.garage.left() else { return }
        self.note(.garageLeft, "the button makes emergency calls again: \(reason)", at: now)
    }

    mutating func garageDeadlineReached(at now: Moment) {
        guard self.garage.deadlineReached(at: now.instant) else { return }
        self.note(.garageLeft, "the button makes emergency calls again: its time is over", at: now)
    }

    /// What the occupants see: a self-check is none of their business, and garage mode shows while no call does.
    var indication: Indication {
        let isSilent = self.call.incident?.isSelfCheck ?? false
        let indication = isSilent ? .ready : self.call.indication
        return indication == .ready && self.garage.endsAt != nil ? .garage : indication
    }
}

// Self-checks: test calls that the vehicle places by itself.
extension IVS {
    /// The record is open, with the last test call that a center acknowledged.
    mutating func scheduleSelfCheck(lastTest: Stamp?, at now: Moment) {
        let ago = lastTest.flatMap { self.age(of: $0, at: now) }
        if ago == nil { self.undatedTest = lastTest }
        self.selfCheck.opened(lastAgo: ago, shares: (self.share(), self.share()), at: now.instant)
    }

    private func age(of stamp: Stamp, at now: Moment) -> Duration? {
        guard case .known(let gap) = Resumption.age(of: stamp, boot: self.ledger.boot, at: now) else { return nil }
        return gap
    }

    /// A connection to a center stands, from this end.
    mutating func noteOwnAddress(_ host: String, to center: Int, at now: Moment) {
        defer { self.ownHosts[center] = host }
        guard let before = self.ownHosts[center], before != host else { return }
        self.selfCheck.addressChanged(share: self.share(), at: now.instant)
    }

    /// Places the test call that is due, when nothing else goes on and a center is connected.
    mutating func placeSelfCheck(at now: Moment) {
        guard let due = self.selfCheck.dueAt, due <= now.instant else { return }
        // The clock was not set when the record was opened.
        if let ago = self.undatedTest.flatMap({ self.age(of: $0, at: now) }) {
            self.undatedTest = nil
            if self.selfCheck.learned(lastAgo: ago, share: self.share(), at: now.instant) { return }
        }
        let isConnected = self.links.indices.contains { index in
            self.configuration.profile(of: index) == .privateCenter && self.links[index].flow != nil
        }
        guard !self.power.isOnBattery, self.call.state == .idle, self.garage.endsAt == nil, self.unfinished == nil,
            self.leaveBy == nil,
            isConnected, self.call.callbackWindow == nil, self.awaitedWindow == nil
        else { return self.selfCheck.postponed(share: self.share(), at: now.instant) }
        let incident = self.newIncident()
        self.selfCheck.began(incident)
        self.selfCheckRefusal = nil
        self.perform(self.decide(.testRequested(newIncident: incident, isSelfCheck: true), at: now), at: now)
        self.drain(at: now)
    }

    /// A center refused it in a way that shows that it was reached: no test service, busy, or too often (RFC 6881 12).
    mutating func selfCheckRefused(_ incident: Incident, _ status: Int) {
        guard incident.isSelfCheck, [404, 486, 488, 600, 603].contains(status) else { return }
        self.selfCheckRefusal = status
    }

    /// An incident has ended; of a self-check the result is told, and one failure too many is a malfunction.
    mutating func endSelfCheck(_ incident: Incident, _ outcome: Outcome, at now: Moment) {
        guard self.selfCheck.calling == incident.id else { return }
        guard outcome != .superseded else { return self.selfCheck.postponed(share: self.share(), at: now.instant) }
        let isDelivered = self.ledger.isAcknowledged(incident.id)
        let result: String
        if isDelivered {
            result = "a center acknowledged its data"
        } else if let status = self.selfCheckRefusal {
            result = "the center is there and refused it with \(status)"
        } else {
            result = incident.wasConnected ? "the center did not acknowledge its data" : "no center answered it"
        }
        let isGood = isDelivered || self.selfCheckRefusal != nil
        let isFault = self.selfCheck.ended(isGood: isGood, share: self.share(), at: now.instant)
        self.note(
            isGood ? .selfCheckPassed : .selfCheckFailed,
            "the self-check is over: \(result)",
            at: now,
            severity: isGood ? .info : .warning,
            fields: ["check": incident.id.text]
        )
        if isGood { self.clear(.selfCheckFailing, at: now) }
        guard isFault else { return }
        let count = SelfCheckSchedule.failuresOfAFault
        self.raise(
            .selfCheckFailing,
            "an emergency call may fail: the last \(count) test calls did, \(result)",
            at: now
        )
    }

    /// A random number of 0 up to 1.
    private mutating func share() -> Double { Double(self.random.next() >> 11) / Double(UInt64(1) << 53) }
}
