// What both ends say of their sound: without a sound path port 9 (discard), inactive.
extension SessionDescription {
    /// An offer of every codec that is known here.
    package static func offer(
        originUser: String,
        sessionID: UInt64,
        address: String,
        hasSound: Bool
    ) -> SessionDescription {
        SessionDescription(
            originUser: originUser,
            sessionID: sessionID,
            address: address,
            audioPort: 9,
            codecs: Self.standardCodecs,
            direction: hasSound ? .sendrecv : .inactive
        )
    }

    /// The answer to an offer, or an offer of ours where there was none; `nil` when no codec is common.
    package static func reply(
        to offer: SessionDescription?,
        originUser: String,
        sessionID: UInt64,
        address: String,
        hasSound: Bool
    ) -> SessionDescription? {
        guard let offer else {
            return Self.offer(originUser: originUser, sessionID: sessionID, address: address, hasSound: hasSound)
        }
        var answer = Self.answer(
            to: offer,
            originUser: originUser,
            sessionID: sessionID,
            address: address,
            audioPort: 9
        )
        if !hasSound { answer?.direction = .inactive }
        return answer
    }
}
