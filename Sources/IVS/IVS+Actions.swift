internal import CallControl
internal import ControlSocket
internal import GPIO
internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// What the vehicle does when a center asks for it (RFC 8148 section 9): lamps, horn, doors, messages.
extension IVS {
    /// What a center may ask for; the emergency service gets the MSD and nothing else (EU 2015/758 article 6).
    func abilities(at center: Int) -> VehicleAbilities {
        guard self.configuration.profile(of: center) == .privateCenter else { return .msdOnly }
        return self.configuration.actions.abilities
    }

    /// Does what the center asks, where it may ask: in a voice session, on a connection that is known to be its own.
    mutating func act(_ action: VehicleAction, in leg: UserAgent.Call, at now: Moment) -> VehicleAction.Outcome {
        guard let known = self.legs[leg] else { return .failed(.unable, details: "the call is over") }
        let outcome: VehicleAction.Outcome
        if !self.isVerified(known.flow) {
            outcome = .failed(.securityFailure, details: "nobody knows that this connection is the center's")
        } else if self.call.state != .voiceSession || self.call.attempt != known.attempt {
            outcome = .failed(.unable, details: "there is no voice session")
        } else if self.leaveBy != nil {
            outcome = .failed(.unable, details: "the vehicle's system is being stopped")
        } else {
            let health = self.health
            outcome = self.equipment.perform(action, isUsable: { health[$0] ?? .good == .good }, at: now)
        }
        self.note(action, outcome, at: now)
        return outcome
    }

    private mutating func note(_ action: VehicleAction, _ outcome: VehicleAction.Outcome, at now: Moment) {
        var fields = ["action": action.name.rawValue]
        switch outcome {
        case .done:
            self.note(.actionTaken, "the center asked for it: \(action.sentence)", at: now, fields: fields)
            guard let message = self.equipment.message, action.isMessage else { return }
            self.note(
                .centerMessage,
                "the center has a message for the occupants",
                at: now,
                fields: ["number": message.number.map { String($0) } ?? "none"],
                privateFields: ["text": message.shown]
            )
            self.announce(.centerMessage, at: now)
        case .failed(let reason, let details):
            guard let held = self.refusals.pass(at: now.instant) else { return }
            let more = held > 0 ? ", and \(held) more since the last that was told" : ""
            fields["reason"] = reason.rawValue
            let why = details.map { ": \($0)" } ?? ""
            self.note(
                .actionRefused,
                "the center asked for it, and it is not done: \(action.sentence); \(reason.rawValue)\(why)\(more)",
                at: now,
                severity: .warning,
                fields: fields
            )
        }
    }

    /// Drives the lines that centers may have switched; all of them rest without a voice session, and a message is shown
    /// until its center can ring back no more.
    mutating func driveEquipment(at now: Moment) {
        if self.call.state != .voiceSession { self.equipment.release() }
        if self.call.state == .idle, self.call.callbackWindow == nil { self.equipment.forgetMessage() }
        for (line, level) in self.equipment.drive(at: now.instant) { self.outputs.append(.drive(line, level)) }
    }

    /// What goes on, for `Status`.
    func actionStatus(at now: Instant) -> [JSONValue] {
        self.equipment.activities.sorted { $0.key < $1.key }.map { line, activity in
            [
                "line": .string(line.text), "state": .string(activity.word),
                "left": activity.until.map { .int(max(0, now.duration(to: $0).wholeMilliseconds)) } ?? .null,
            ]
        }
    }

    /// The message that is shown, for `Status`.
    var messageStatus: JSONValue {
        guard let message = self.equipment.message else { return .null }
        let texts = message.texts.map { text -> JSONValue in
            ["language": text.language.map(JSONValue.string) ?? .null, "text": .string(text.content)]
        }
        return [
            "number": message.number.map { .int(Int($0)) } ?? .null, "text": .string(message.shown),
            "texts": .array(texts), "at": .int(Int(message.at.instant.nanosecondsSinceBoot)),
            "time": message.at.timeText,
        ]
    }
}

extension VehicleAction {
    /// Whether it shows something to the occupants.
    fileprivate var isMessage: Bool {
        switch self {
        case .staticMessage, .dynamicMessage: true
        case .lamp, .honk, .doorLock, .camera: false
        }
    }

    /// What is asked, for people; the text of a message is not in it.
    fileprivate var sentence: String {
        switch self {
        case .staticMessage(let number): "show message \(number)"
        case .dynamicMessage(let texts): "show a message in \(texts.count == 1 ? "one language" : "several languages")"
        case .lamp(let lamp, let state, let persistence):
            "lamp \(lamp.rawValue) \(state.rawValue)\(persistence.sentence)"
        case .honk(let persistence): "sound the horn\(persistence.sentence)"
        case .doorLock(let state): "doors \(state.rawValue)"
        case .camera(let camera): "camera \(camera.rawValue)"
        }
    }
}

extension Persistence {
    fileprivate var sentence: String { self.time.map { " for \(CallReason.text($0))" } ?? "" }
}
