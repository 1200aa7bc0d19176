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
        let change = SessionChange(message, to: self.legs[leg]?.session, hasSound: Self.hasSound)
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
