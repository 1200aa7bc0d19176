extension UserAgent {
    /// One use of INVITE, as caller or as called, from the INVITE to the end of its dialog.
    package struct Call: Hashable, Sendable {
        package let number: UInt64

        package init(number: UInt64) {
            self.number = number
        }
    }

    /// A request received in a dialog that awaits our answer.
    package struct Request: Hashable, Sendable {
        package let number: UInt64

        package init(number: UInt64) {
            self.number = number
        }
    }

    /// A request of ours in a dialog, or a REGISTER, that awaits the peer's answer.
    package struct Sent: Hashable, Sendable {
        package let number: UInt64
        package let method: Method

        package init(number: UInt64, method: Method) {
            self.number = number
            self.method = method
        }
    }

    /// What the user agent says of itself, and its limits.
    package struct Configuration: Hashable, Sendable {
        /// The value of User-Agent and Server; `nil` leaves them out.
        package var userAgentName: String?
        /// The methods that are served: those the user agent answers itself and those it delivers.
        package var allow: [Method] = [.invite, .ack, .cancel, .bye, .prack, .update, .info, .options]
        /// The option tags that a Require of a peer may name.
        package var supported: [String] = ["100rel", "timer"]
        /// The media types that bodies may have, for Accept.
        package var accept: [String] = ["application/sdp"]
        /// The INFO packages for Recv-Info in answers to OPTIONS.
        package var receivableInfoPackages: [String] = []
        /// The schemes that a Request-URI may have; others are answered 416.
        package var schemes: [String] = ["sip", "sips", "tel", "urn"]
        /// The user part of our Contact.
        package var contactUser: String
        package var limits = Limits()
        package var timers = TimerValues()

        package init(contactUser: String) {
            self.contactUser = contactUser
        }
    }

    /// Everything about an INVITE of ours that the user agent does not choose itself.
    package struct InvitePlan: Hashable, Sendable {
        /// The Request-URI, of any scheme, sent as it is.
        package var requestURI: String
        /// The caller; the tag is added.
        package var from: NameAddress
        package var to: NameAddress
        /// Route values in the order in which they are visited.
        package var route: [String] = []
        /// Headers besides those that the user agent makes; these stand behind them, in this order.
        package var headers = Headers()
        /// Parameters behind our Contact's angle brackets.
        package var contactParameters = Parameters()
        package var body: [UInt8] = []
        /// The session description in the body, which a refresh by INVITE repeats (RFC 4028 7.4).
        package var session: [UInt8] = []
        /// How long no answer at all may last before the attempt has failed; `nil` leaves it to timer B.
        package var provisionalWait: Duration?
        /// The Call-ID; `nil` makes a random one.
        package var callID: String?

        package init(requestURI: String, from: NameAddress, to: NameAddress) {
            self.requestURI = requestURI
            self.from = from
            self.to = to
        }
    }

    /// What the user agent wants done, in this order.
    package enum Output: Hashable, Sendable {
        case send(Message, over: Flow)
        /// A ping or a pong.
        case transmit([UInt8], over: Flow)
        /// The flow is of no more use; its calls are already reported.
        case close(Flow, reason: String)
        case event(Event)
    }

    /// What the user of the user agent has to know.
    package enum Event: Hashable, Sendable {
        /// A 1xx came, 100 included.
        case provisional(Call, Message)
        /// A 2xx came and was acknowledged; `crossedCancel` when it crossed our cancel.
        case answered(Call, Message, crossedCancel: Bool)
        /// A request of ours was challenged (RFC 3261 22); unless it is repeated, its refusal follows as another event.
        case challenged(Call, ChallengeOutcome)
        /// A final answer of 300 or more came; the call is over.
        case rejected(Call, Message)
        /// The call is over without a final answer.
        case failed(Call, FailureReason)
        /// An INVITE came; it wants `ring`, `answer` or `reject`.
        case incoming(Call, Message, over: Flow)
        /// The caller cancelled, and 487 was sent; the call is over.
        case withdrawn(Call)
        /// The ACK of our 2xx came.
        case established(Call)
        /// A request in the call's dialog came; it wants `respond`.
        ///
        /// INVITE and UPDATE among them offer another session, or ask for an offer.
        case requested(Request, Call, Message)
        /// The final answer to our request came.
        case answeredRequest(Sent, Call, Message)
        case failedRequest(Sent, Call, FailureReason)
        /// A BYE came and was answered 200; the call is over.
        case cleared(Call, Message)
        /// An answered call is over without a BYE of the peer.
        case lost(Call, FailureReason)
        /// Our BYE is answered or given up; the call is over.
        case ended(Call)
        /// The final answer to our REGISTER came.
        case registrationAnswered(Sent, Message)
        case registrationFailed(Sent, FailureReason)
        /// A REGISTER came; it wants `respond` at once.
        case registering(OutsideRequest)
        /// The final answer to our MESSAGE or OPTIONS came.
        case messageAnswered(Sent, Message)
        case messageFailed(Sent, FailureReason)
        /// A MESSAGE outside of a call came; it wants `respond` at once.
        case messaging(OutsideRequest)
        /// Something malformed or unexpected came and was not taken further; a sentence for the log.
        case discarded(String)
    }

    /// Why a call or a request ended without an answer.
    package enum FailureReason: Hashable, Sendable {
        /// Timer B or F: no final answer in time.
        case timedOut
        /// No provisional answer within `InvitePlan.provisionalWait`.
        case noProvisional
        /// Neither 487 nor any other final answer came within 64*T1 of our CANCEL (RFC 3261 9.1).
        case noAnswerToCancel
        /// The flow was closed, or was not open to begin with.
        case flowClosed(String)
        /// Our 2xx was not acknowledged within 64*T1; a BYE was sent (13.3.1.4).
        case noACK
        /// A refresh of the session found no dialog, or nobody who answered it (RFC 4028 10).
        case notRefreshed
        /// There is no dialog in which the request could be sent.
        case noDialog
    }
}
