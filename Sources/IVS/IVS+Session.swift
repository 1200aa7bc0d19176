internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// Changes of the session that the center asks for: hold, another codec, another address.
extension IVS {
    /// Whether there is a sound path: none in this build.
    static let hasSound = false

    /// An INVITE or UPDATE in a call; whatever it wants, the call lives on.
    mutating func sessionOffered(
        _ request: UserAgent.Request,
        _ leg: UserAgent.Call,
        _ message: Message,
        at now: Moment
    ) {
        guard let current = self.legs[leg]?.session else {
            // The call is over for this side, or was made without a session that could change.
            let outputs = self.userAgent.respond(to: request, status: 488, headers: [], body: [], at: now.instant)
            return self.process(outputs, at: now)
        }
        let change = SessionChange(message, to: current, hasSound: Self.hasSound)
        let (status, headers, body) = change.response
        if case .accepted(let session) = change { self.legs[leg]?.session = session }
        self.process(
            self.userAgent.respond(to: request, status: status, headers: headers, body: body, at: now.instant),
            at: now
        )
        self.note(
            .sessionChange,
            "the center offered another session: \(change)",
            at: now,
            severity: status < 300 ? .info : .warning,
            fields: ["status": String(status)]
        )
    }
}
