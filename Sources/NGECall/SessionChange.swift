package import SIP

/// What becomes of an INVITE or UPDATE in a call: another session, or a refusal that leaves it as it is (RFC 3264 8).
package enum SessionChange: Hashable, Sendable {
    /// Answered 200 with this description, which holds from now on.
    case accepted(SessionDescription)
    case refused(Refusal)

    package enum Refusal: Hashable, Sendable {
        /// 415: a body without a session description.
        case noSession
        /// 400: a session description that cannot be read, or a body that is not what it says.
        case malformed(ContentProblem)
        /// 488: no voice codec in common, or the voice itself declined.
        case noCommonCodec
        /// 488: this side has no session, as in a call that is over for it.
        case nothingToChange

        package var status: Int {
            switch self {
            case .noSession: 415
            case .malformed: 400
            case .noCommonCodec, .nothingToChange: 488
            }
        }

        package var headers: Headers {
            switch self {
            case .noSession: [Header("Accept", EmergencyCallData.sessionMediaType)]
            case .malformed, .noCommonCodec, .nothingToChange: []
            }
        }
    }

    /// Answers a request in a call whose session is `current`; `nil` when there is none.
    ///
    /// A request without a body asks for an offer, and gets the session as it is. `hasSound` says whether there is a
    /// sound path; without one every direction is answered with `inactive`. The version rises where anything changes.
    package init(_ request: Message, to current: SessionDescription?, hasSound: Bool) {
        guard let current else {
            self = .refused(.nothingToChange)
            return
        }
        guard !request.body.isEmpty else {
            self = .accepted(current)
            return
        }
        var reader = ContentReader(request)
        guard let offer = reader.session() else {
            self = .refused(reader.problems.first.map(Refusal.malformed) ?? .noSession)
            return
        }
        let answer = SessionDescription.answer(
            to: offer,
            originUser: current.originUser,
            sessionID: current.sessionID,
            address: current.address,
            audioPort: current.audioPort
        )
        guard var answer else {
            self = .refused(.noCommonCodec)
            return
        }
        if !hasSound { answer.direction = .inactive }
        answer.sessionVersion = current.sessionVersion
        if answer != current { answer.sessionVersion += 1 }
        self = .accepted(answer)
    }

    /// The fields of the answer besides those that the user agent makes, its status, and its body.
    package var response: (status: Int, headers: Headers, body: [UInt8]) {
        switch self {
        case .accepted(let session):
            (200, [Header("Content-Type", EmergencyCallData.sessionMediaType)], session.serialized())
        case .refused(let refusal):
            (refusal.status, refusal.headers, [])
        }
    }
}

extension SessionChange: CustomStringConvertible {
    package var description: String {
        switch self {
        case .accepted(let session): "sound now \(session.direction.rawValue)"
        case .refused(.noSession): "a body without a session description; answered 415"
        case .refused(.malformed(let problem)): "\(problem); answered 400"
        case .refused(.noCommonCodec): "no voice codec in common; answered 488"
        case .refused(.nothingToChange): "there is no session to change; answered 488"
        }
    }
}
