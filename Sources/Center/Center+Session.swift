internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// Changes of the session that a vehicle asks for: hold, another codec, another address.
extension Center {
    /// Whether there is a sound path: none in this build.
    static let hasSound = false

    /// An INVITE or UPDATE in a call; whatever it wants, the call lives on.
    mutating func sessionOffered(
        _ request: UserAgent.Request,
        _ leg: UserAgent.Call,
        _ message: Message,
        at now: Moment
    ) {
        let number = self.numbers[leg]
        let current = number.flatMap { self.calls[$0]?.session }
        let change = SessionChange(message, to: current, hasSound: Self.hasSound)
        let (status, headers, body) = change.response
        if case .accepted(let session) = change, let number { self.calls[number]?.session = session }
        self.process(
            self.userAgent.respond(to: request, status: status, headers: headers, body: body, at: now.instant),
            at: now
        )
        self.note(
            .sessionChange,
            number,
            "the vehicle offered another session: \(change)",
            at: now,
            fields: ["status": String(status)]
        )
    }
}
