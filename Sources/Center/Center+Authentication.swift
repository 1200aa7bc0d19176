internal import NGECall
internal import SIP
internal import Supervision

extension Center {
    /// Answers an INVITE 401 unless its caller is known or need not be; `true` when the call is over by that.
    mutating func challenges(
        _ leg: UserAgent.Call,
        _ message: Message,
        _ content: InviteContent,
        at now: Moment
    ) -> Bool {
        guard let authentication = self.configuration.authentication else { return false }
        switch authentication.policy {
        case .others where content.isEmergency(message): return false
        case .others, .all: break
        }
        guard case .challenge(let headers, let reason)? = self.authenticator?.judge(message, at: now.instant) else {
            return false
        }
        self.note(.challenged, nil, "an INVITE is answered 401: \(reason)", at: now)
        self.process(
            self.userAgent.challenge(leg, status: 401, headers: headers, at: now.instant),
            at: now
        )
        return true
    }
}

extension InviteContent {
    /// Whether the call goes to an emergency service or brings a vehicle's data.
    fileprivate func isEmergency(_ message: Message) -> Bool {
        guard case .request(_, let uri) = message.startLine else { return false }
        return uri.lowercased().hasPrefix("urn:service:sos") || self.service != nil || self.msd != nil
    }
}
