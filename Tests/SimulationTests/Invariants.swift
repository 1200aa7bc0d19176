import CallControl
import ControlSocket
import Diagnosis
import NGECall
import SIP
import Store
import Timeline

@testable import Center
@testable import IVS
@testable import SIP

/// What must hold at every step of a walk, and what the walk has reached.
struct Invariants {
    /// One incident as the record and the events tell it.
    struct Account {
        let trigger: String
        let batch: Int
        var isRecordedOrLate = false
        var isClosed = false
        var outcome: String?
        /// Open on the disk of a killed run, and not taken over yet.
        var isSuspended = false
        var wasConnected = false
        var crashFollowed = false
        var ranOutOfTime = false
        var drops = 0
        var attempts = 0
        /// The attempt that was invited last, and those whose end was asked for.
        var invited: String?
        var left: Set<String> = []
        /// The center that was invited last, and the one that had the call, or has the data.
        var invitedCenter: String?
        var holder: String?
        var endedAt: Instant?
        var hadCallback = false
        var isInCallback = false
        /// Whether a center has taken its data late, as this run of the vehicle knows.
        var isDeliveredLate = false
        var lastForm: String?
        var hasFallenBack = false
        /// Whether an INVITE of it has left to the emergency service; before that it is a call of the private one.
        var hasCalled112 = false
        /// Whether an MSD 1 was made in it for which no INVITE has left.
        var isFirstInCallback = false
        var lastIdentifier = 0

        var mayBeCancelled: Bool { self.trigger == "manual" && !self.crashFollowed && !self.wasConnected }
    }

    var configuration: VehicleConfiguration?
    private(set) var violations: [String] = []
    /// States, actions, outcomes and announcements that were seen.
    private(set) var marks: Set<String> = []
    var accounts: [String: Account] = [:]
    private var sentMSDs: Set<[UInt8]> = []
    /// The callbacks that were answered, by Call-ID.
    var callbacks: Set<String> = []
    /// The incidents that the store has put on disk, and whether it has their end.
    var promises: [String: Bool] = [:]
    /// What the flight recorder of the present run tells.
    var replay: Replay?
    /// Whether the button makes test calls.
    var isInGarage = false
    /// Whether a run was killed in a call that has not gone on since.
    var isCallOwed = false
    /// The Call-IDs of INVITEs that were too large for a datagram and left as one.
    private var largeCalls: Set<String> = []
    /// The messageIdentifiers that each call of a center has brought.
    private var received: [String: [UInt8]] = [:]

    mutating func fail(_ sentence: String, at now: Instant) {
        self.violations.append("\(now.nanosecondsSinceBoot / 1_000_000) ms: \(sentence)")
    }

    mutating func mark(_ word: String) {
        self.marks.insert(word)
    }
}

// The record and the events of the vehicle.
extension Invariants {
    mutating func writes(_ records: [VehicleRecord], batch: Int, at now: Instant) {
        for record in records {
            switch record {
            case .incidentOpened(let opening) where self.accounts[opening.id] != nil: self.mark("opened again")
            case .incidentOpened(let opening):
                self.mark("action openIncident")
                if self.accounts.values.contains(where: { !$0.isClosed && !$0.isSuspended }) {
                    self.fail("two incidents at once", at: now)
                }
                self.accounts[opening.id] = Account(trigger: opening.trigger, batch: batch)
                self.openedInGarage(opening, at: now)
            case .incidentClosed(let id, let closing): self.closed(id, closing, at: now)
            case .messageSent(let message): self.sent(message.octets)
            case .attempt(let attempt): self.attempted(attempt, at: now)
            case .incidentChanged(let id, let change): if change.isReopened { self.reopened(id, at: now) }
            case .lateDataKept(_, let octets): self.sent(octets)
            case .lateDataEnded(let id, let result): self.lateDataEnded(id, result)
            case .event, .level, .traceOmission, .traced, .crashRecorded, .troubleChanged, .troublesCleared, .runBegan,
                .runEnded:
                break
            }
        }
    }

    /// A real trigger ends garage mode.
    private mutating func openedInGarage(_ opening: IncidentOpening, at now: Instant) {
        guard self.isInGarage else { return }
        self.mark("\(opening.trigger) in garage mode")
        if !opening.isTest { self.fail("an emergency begins and garage mode goes on", at: now) }
    }

    mutating func sent(_ octets: [UInt8]) { self.sentMSDs.insert(octets) }

    /// What a killed run had not put on disk never was; the rest waits to be taken over, as far as it is known there.
    mutating func suspendAll(but durable: [StoredIncident]) {
        self.isInGarage = false
        for id in self.accounts.keys {
            self.accounts[id]?.isDeliveredLate = false
            guard let stored = durable.first(where: { $0.opening.id == id }) else {
                self.accounts[id]?.isClosed = true
                continue
            }
            // Also one whose end had not come to the disk.
            self.accounts[id]?.isClosed = false
            self.accounts[id]?.outcome = nil
            self.accounts[id]?.isSuspended = true
            self.accounts[id]?.isRecordedOrLate = true
            self.accounts[id]?.wasConnected = stored.wasConnected
            self.accounts[id]?.crashFollowed = stored.crashFollowed
            self.accounts[id]?.left = []
        }
    }

    private mutating func closed(_ id: String, _ closing: IncidentClosing, at now: Instant) {
        self.mark("action closeIncident")
        self.mark("outcome \(closing.outcome)")
        // An end that could not be written is handed over again.
        if let before = self.accounts[id]?.outcome, before == closing.outcome { return self.mark("closed again") }
        guard let account = self.accounts[id], !account.isClosed else {
            return self.fail("an incident is closed that is not open", at: now)
        }
        self.accounts[id]?.isClosed = true
        self.accounts[id]?.isSuspended = false
        self.accounts[id]?.outcome = closing.outcome
        self.accounts[id]?.endedAt = now
        let isFallbackOwed = self.configuration?.call.fallback != nil && account.trigger != "test"
        if closing.outcome == Outcome.failed.rawValue, isFallbackOwed, !account.hasFallenBack {
            self.fail("a call is given up that never went to 112", at: now)
        }
        if closing.outcome == Outcome.deliveredDeclined.rawValue { self.accounts[id]?.holder = account.invitedCenter }
        if closing.outcome == Outcome.cancelled.rawValue {
            if !account.mayBeCancelled { self.fail("a call was cancelled that nobody may cancel: \(account)", at: now) }
        }
    }

    private mutating func attempted(_ attempt: AttemptRecord, at now: Instant) {
        guard let account = self.accounts[attempt.incident], let limits = self.configuration?.call else { return }
        self.accounts[attempt.incident]?.attempts = max(account.attempts, attempt.number)
        let isToHop = self.configuration?.centers.contains { $0.name == attempt.center && $0.isFallback }
        if isToHop == true { self.accounts[attempt.incident]?.hasFallenBack = true }
        // Each attempt may be followed by two lesser forms of it, each window by another after a drop.
        let windows = (limits.fallback == nil ? 1 : 2) * (1 + account.drops)
        let bound = 3 * limits.maximumAttempts * windows + 1
        if attempt.number > bound { self.fail("attempt \(attempt.number) of at most \(bound)", at: now) }
        if attempt.number > account.attempts + 1 { self.fail("attempt \(attempt.number) is out of turn", at: now) }
    }

    mutating func written(_ batch: Int) {
        for (id, account) in self.accounts where account.batch <= batch { self.accounts[id]?.isRecordedOrLate = true }
    }

    mutating func tells(_ event: VehicleEvent, at now: Instant) {
        let id = event.incident?.text ?? ""
        self.mark("state \(event.state.rawValue)")
        switch event.kind {
        case .call(let word):
            self.mark("action record")
            self.mark("event \(word.rawValue)")
            self.moved(event, by: word, at: now)
            self.called(word, id, now: event.state)
        case .recordLate:
            // What an earlier trigger still held back is late with the later one.
            for id in self.accounts.keys { self.accounts[id]?.isRecordedOrLate = true }
        case .msd: self.made(event, at: now)
        case .inviteSent:
            self.mark("invite over \(event.fields["transport"] ?? "")")
            self.mark("action invite")
            self.invited(event, id, at: now)
        case .redirected: self.mark("redirected")
        case .transferRequested: self.mark("transfer answered \(event.fields["status"] ?? "")")
        case .transferEnded:
            let isTaken = event.fields["status"]?.hasPrefix("2") == true
            self.mark(isTaken ? "transferred" : "not transferred")
        case .transportFallback: self.mark("fallback to UDP")
        case .registered, .registrationFailed, .registrationRemoved: self.mark(event.kind.word)
        case .msdSent:
            self.mark("action sendMSD")
            let hadNone = self.accounts[id]?.lastForm == "voiceOnly"
            if event.fields["messageIdentifier"] == "1", self.accounts[id]?.isInCallback == true, !hadNone {
                self.fail("the MSDs of a callback begin at 1 again", at: now)
            }
        case .announcement:
            self.mark("action announce")
            self.mark("announcement \(event.fields["announcement"] ?? "")")
            if event.fields["announcement"] == "malfunction", event.state != .idle {
                self.fail("the buzzer warns in \(event.state)", at: now)
            }
        case .eventsLost, .messageDiscarded, .started, .watching, .edge, .buttonSuspicious, .buttonIgnored,
            .crashIgnored, .crashLineAlive, .impactDetected, .impactSevere, .impactRecorded, .rolloverDetected,
            .receiverConnected, .receiverLost, .receiverProblem, .positionRefused, .positionTrusted, .positionUntrusted,
            .vedsSent, .sensorWorking, .sensorSampleBad, .additionalDataLeftOut,
            .lineLost, .lineHealth, .linesUnread, .fault, .faultCleared, .faultsForgotten, .ringUnlocked,
            .ringDiagnosed, .selfTested, .gateShut, .callDegraded, .provisional, .challenged,
            .acknowledgement,
            .callFlowEnded, .callbackReceived, .timerStarted, .timerStopped, .timerExpired,
            .msdAnswered, .requestRefused, .sessionChange, .indicator, .linkOpened, .linkClosed, .linkUnprotected,
            .recordFailed, .purged, .lateDataEnded, .selfCheckPassed, .selfCheckFailed, .powerLost, .powerBack,
            .traceIncomplete, .positionSet,
            .incidentInterrupted:
            break
        case .lateDataOffered: self.lateDataOffered(event, at: now)
        case .lateDataFailed: self.mark(event.kind.word)
        case .garageEntered: self.isInGarage = true
        case .garageLeft:
            self.isInGarage = false
            self.mark("garage left")
        case .vehicleChanged: self.mark(event.kind.word)
        case .vehicleCalls:
            self.mark(event.kind.word)
            if self.configuration?.bus.triggers.isEmpty != false { self.fail("a value calls that may not", at: now) }
        case .actionTaken, .actionRefused: self.mark(event.kind.word)
        case .centerMessage:
            self.mark(event.kind.word)
            if event.state != .voiceSession { self.fail("a message is shown in \(event.state)", at: now) }
        case .gateRefused: self.fail("the gate refused a loopback hop", at: now)
        }
    }

    /// The state changes by what the table of transitions has, and by nothing else.
    private mutating func moved(_ event: VehicleEvent, by word: CallEvent, at now: Instant) {
        guard let from = event.fields["from"].flatMap(CallState.init(rawValue:)),
            let to = event.fields["to"].flatMap(CallState.init(rawValue:)), from != to
        else { return }
        self.mark("transition \(from.rawValue) \(word.rawValue) \(to.rawValue)")
        let isKnown = CallTransition.all.contains { $0.from == from && $0.event == word && $0.to == to }
        if !isKnown { self.fail("\(word.rawValue) takes the call from \(from.rawValue) to \(to.rawValue)", at: now) }
    }

    /// Nobody invites once more for an attempt whose end was asked for.
    private mutating func invited(_ event: VehicleEvent, _ id: String, at now: Instant) {
        let attempt = event.fields["attempt"] ?? ""
        if self.accounts[id]?.left.contains(attempt) == true {
            self.fail("attempt \(attempt) is invited again after its cancel", at: now)
        }
        self.accounts[id]?.invited = attempt
        let center = event.fields["center"]
        self.accounts[id]?.invitedCenter = center
        self.accounts[id]?.lastForm = event.fields["form"]
        if self.accounts[id]?.isFirstInCallback == true {
            self.accounts[id]?.isFirstInCallback = false
            // A redial counts from its own; a transfer is the same call.
            if event.state == .connecting { self.accounts[id]?.lastIdentifier = 1 }
        }
        if event.state == .connecting { self.accounts[id]?.isInCallback = false }
        if self.configuration?.centers.contains(where: { $0.name == center && $0.isFallback }) == true {
            self.mark("fell back")
            self.accounts[id]?.hasCalled112 = true
            if self.accounts[id]?.trigger == "test" { self.fail("a test call falls back to 112", at: now) }
        }
    }

    private mutating func leave(_ id: String) {
        if let attempt = self.accounts[id]?.invited { self.accounts[id]?.left.insert(attempt) }
    }

    private mutating func called(_ word: CallEvent, _ id: String, now state: CallState) {
        switch word {
        // A late answer to an attempt that was left connects nothing.
        case .attemptAnswered where state == .voiceSession:
            self.accounts[id]?.wasConnected = true
            let holder = self.accounts[id]?.invitedCenter
            self.accounts[id]?.holder = holder
            // A cancel that came too late; the call may be transferred.
            if let attempt = self.accounts[id]?.invited { self.accounts[id]?.left.remove(attempt) }
        case .automaticTrigger: self.accounts[id]?.crashFollowed = true
        case .callLost: self.accounts[id]?.drops += 1
        case .callbackArrived where state == .voiceSession:
            self.accounts[id]?.wasConnected = true
            self.accounts[id]?.hadCallback = true
            self.accounts[id]?.isInCallback = true
            self.accounts[id]?.drops += 1
        case .callbackWindowKept: self.accounts[id]?.lastIdentifier = 0
        case .callResumed where state == .connecting:
            self.accounts[id]?.drops += 1
            self.accounts[id]?.isSuspended = false
        case .answerWaitOver:
            self.accounts[id]?.ranOutOfTime = true
            self.leave(id)
        // No other call can be cancelled.
        case .cancelRequested where self.accounts[id]?.mayBeCancelled == true: self.leave(id)
        case .attemptAnswered, .callbackArrived, .cancelRequested, .manualTrigger, .testTrigger, .callResumed,
            .cancelWindowOver,
            .attemptStarted,
            .attemptRinging,
            .attemptEnded, .redialDue, .redialWindowOver, .msdRequested, .clearedDown, .clearDownFallbackOver,
            .endedHoldOver, .callbackWindowOver, .deregistrationDue:
            break
        }
    }

    /// Every MSD is the first of an INVITE or one more than the last.
    private mutating func made(_ event: VehicleEvent, at now: Instant) {
        self.mark("action freezeMSD")
        let identifier = Int(event.fields["messageIdentifier"] ?? "") ?? 0
        let id = event.incident?.text ?? ""
        // What another run has used is on its record, as far as it could be written.
        let last = self.accounts[id]?.lastIdentifier ?? 0
        if identifier == 1, self.accounts[id]?.isInCallback == true {
            // Of an INVITE that follows at once, or wrong.
            self.accounts[id]?.isFirstInCallback = true
            return
        }
        if identifier != 1, identifier != last + 1, last != 0 {
            self.fail("MSD \(identifier) follows MSD \(last)", at: now)
        }
        self.accounts[id]?.lastIdentifier = identifier
    }
}

// What goes out of the vehicle.
extension Invariants {
    mutating func opens(_ endpoint: Endpoint, _ vehicle: IVS, at now: Instant) {
        guard let configuration = self.configuration,
            let center = configuration.centers.first(where: { $0.endpoint.port == endpoint.port }),
            center.isFallback || !configuration.isConnectedWithoutCall
        else { return }
        // The record of this step is not out yet when a connection is asked for; the machine knows the incident.
        let isForCallback = vehicle.call.keptCenter.map { self.configuration?.centers[$0].endpoint == endpoint }
        if vehicle.call.incident == nil || vehicle.call.state == .ended, isForCallback != true {
            self.fail("a center is connected to without a trigger", at: now)
        }
    }

    mutating func sends(_ octets: [UInt8], over transport: Transport, _ vehicle: IVS, at now: Instant) {
        let start = String(decoding: octets.prefix(6), as: UTF8.self)
        guard ["INVITE", "CANCEL", "BYE si"].contains(start), let message = try? Message(parsing: octets)
        else { return }  // Our own messages can be read; SIPTests hold that.
        let callID = message.headers["Call-ID"]
        if start == "CANCEL" { self.mark("action cancel") }
        if start == "BYE si" { self.mark("action clearDown") }
        guard let leg = vehicle.legs.values.first(where: { $0.callID == callID }) else { return }
        guard let account = self.accounts[leg.attempt.incident.text] else {
            return self.fail("\(start) leaves for an incident that was not handed to the store", at: now)
        }
        let isTooLarge = SizeRule.needsStream(octets: octets.count, over: transport)
        if start == "INVITE", isTooLarge {
            // What left once may be sent again, in the next incident too; what waited for a record leaves behind the end of
            // its test call.
            let mayLeave =
                account.isClosed || vehicle.streamless.contains(leg.attempt.center)
                || self.largeCalls.contains(leg.callID)
            if !mayLeave { self.fail("\(octets.count) octets leave over UDP, and TCP was not asked", at: now) }
            self.largeCalls.insert(leg.callID)
        }
        if start == "INVITE", !account.isRecordedOrLate {
            self.fail("INVITE of attempt \(leg.attempt.number) leaves before the record and before it is late", at: now)
        }
        if start == "CANCEL", !leg.prepared.isTransfer, account.trigger == "automatic", !account.ranOutOfTime {
            self.fail("an automatic call is cancelled", at: now)
        }
    }

    /// What holds after each step.
    mutating func holds(_ vehicle: IVS, at now: Instant) {
        if self.isCallOwed, vehicle.call.isGoingOn, vehicle.call.incident?.trigger != .test {
            self.isCallOwed = false
            self.mark("went on after a kill")
        }
        let running = vehicle.userAgent.calls.values.count { record in
            switch record.phase {
            case .calling(let calling): calling.cancellation == .none && !calling.isAbandoned
            case .confirmed: true
            case .answered(_, let answered): !answered.byeHeld
            // One that rings here is decided by the call machine, in its turn.
            case .ringing, .clearing: false
            }
        }
        // One on its way to another address rings beside the one that it is to replace.
        if running > (vehicle.transfer == nil ? 1 : 2) { self.fail("\(running) calls at once", at: now) }
        if vehicle.call.state == .idle, running > 0 { self.fail("a call without an incident", at: now) }
        let isSomebodyThere = vehicle.legs.contains { leg, known in
            known.attempt == vehicle.call.attempt && vehicle.userAgent.calls[leg] != nil
        }
        if vehicle.call.state == .voiceSession, !isSomebodyThere, vehicle.waitingAttempt == nil {
            self.fail("a voice session with nobody in it", at: now)
        }
        guard let configuration = self.configuration, vehicle.call.state == .idle else { return }
        // A hop is kept only while something on it is wound up: a CANCEL or BYE that waits for its answer.
        let busy = Set(vehicle.legs.values.map(\.flow))
        let awaited = vehicle.call.keptCenter
        let links = [vehicle.links, vehicle.streamLinks].flatMap { $0.enumerated() }
        let isKept = links.contains { index, link in
            let isWanted = configuration.isConnectedWithoutCall && !configuration.centers[index].isFallback
            return !isWanted && index != awaited && link.standing != .closed && !(link.flow.map(busy.contains) ?? false)
        }
        if isKept {
            self.fail("a center is kept connected after the call", at: now)
        }
    }

    /// What holds when everything is over.
    mutating func atRest(_ vehicle: IVS, at now: Instant) {
        for (id, account) in self.accounts where !account.isClosed { self.fail("incident \(id) never ended", at: now) }
        // A center that will not take late data is asked again for a day.
        let late = vehicle.lateOffers.nextDeadline(after: now)
        // How long ago a call ended is not known before the clock is; nobody waits longer for that than for a call.
        let window = vehicle.awaitedWindow?.askAt
        let last =
            vehicle.call.timers.map(\.endsAt)
            + [
                vehicle.purgeDue, late, window, vehicle.ignitionDueAt, vehicle.judgeFaultsAt,
                vehicle.ring?.nextDeadline,
                vehicle.selfTest.circuits.nextDeadline, vehicle.selfTest.runs.nextDeadline,
                vehicle.warningDueAt(after: now), vehicle.hostExpiresAt,
            ].compactMap(\.self)
        guard let next = vehicle.nextDeadline(after: now), !last.contains(next) else { return }
        let isProbe = next == vehicle.userAgent.nextDeadline || vehicle.links.contains { $0.nextDeadline == next }
        let mayProbe = self.configuration?.profile == .privateCenter || vehicle.call.keptCenter != nil
        if !isProbe || !mayProbe { self.fail("a timer is left for \(next)", at: now) }
    }
}

// The centers.
extension Invariants {
    mutating func centerWrites(_ records: [CenterRecord], center: Int, at now: Instant) {
        for case .messageReceived(let message) in records {
            if !self.sentMSDs.contains(message.octets) { self.fail("a center reads an MSD that was not sent", at: now) }
            let identifiers = self.received[message.subject, default: []]
            let identifier = message.messageIdentifier ?? 0
            if let last = identifiers.last, identifier <= last {
                self.fail("MSD \(identifier) comes behind MSD \(last)", at: now)
            }
            self.received[message.subject] = identifiers + [identifier]
        }
    }

    mutating func centerTells(_ event: CenterEvent, at now: Instant) {
        self.mark("center \(event.kind.rawValue)")
        if event.reason.contains("another time stamp") { self.fail("two time stamps in one incident", at: now) }
        if event.reason.hasPrefix("MSD damaged") { self.fail("a whole MSD is read as damaged", at: now) }
    }
}
