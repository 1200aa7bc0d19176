package import SIP

/// Everything that one response center is told.
package struct CenterConfiguration: Hashable, Sendable {
    /// The final response to an eCall's INVITE.
    package enum Reply: Hashable, Sendable {
        /// 200, and what it says of the MSD; a MSD that cannot be read is acknowledged as not received.
        case accept(Acknowledgement)
        /// 486, 600 or 603, with or without the acknowledgement that the data has arrived.
        case decline(status: Int, isAcknowledged: Bool)
        /// 302 with another address for the call.
        case redirect(to: URI)
    }

    /// What a 200 says of the MSD.
    package enum Acknowledgement: String, Hashable, Sendable, CaseIterable {
        /// Received, unless the MSD could not be read.
        case positive
        /// Not received, whatever came: for tests of vehicles.
        case negative
        /// Nothing, as a center without NG eCall would answer.
        case none
    }

    /// Whose INVITE is answered 401 until it has credentials.
    package struct Authentication: Hashable, Sendable {
        package enum Policy: String, Hashable, Sendable, CaseIterable {
            /// Calls that are no emergency calls; an emergency is never refused for lack of credentials.
            case others
            /// Every call, eCalls included: for tests of vehicles, and centers that only their own vehicles reach.
            case all
        }

        package var policy: Policy
        package var users: AuthenticatorUsers

        package init(_ policy: Policy, users: AuthenticatorUsers) {
            self.policy = policy
            self.users = users
        }
    }

    /// How long a call rings before it is answered; `nil` leaves it to the operator.
    package var ringing: Duration? = .seconds(1)
    package var reply = Reply.accept(.positive)
    /// How long the answer waits for the MSD to be on record; then it leaves, and the lateness is an event.
    package var recordWait = Duration.seconds(1)
    /// How long a connection without a call may be silent before it is closed: three times the longest interval at
    /// which a vehicle probes (RFC 5626), so that connections nobody uses do not use up the places.
    package var idleConnection = Duration.seconds(360)
    /// How long a vehicle over UDP may be silent in a call before the call counts as lost: the longest time after which
    /// a vehicle ends a call by itself (T2, at most 2 h here), and a minute for its BYE.
    package var silentCall = Duration.seconds(7_260)
    /// How long a call may last before this center clears it down: beyond the longest T2, after which a vehicle has
    /// ended it itself, so that no peer holds the place of a call for good.
    package var longestCall = Duration.seconds(7_440)
    /// How long a call may ring for an operator who does not answer; a vehicle gives up long before.
    package var longestRinging = Duration.seconds(600)
    /// The host part of the Content-IDs that this center makes.
    package var host = "center.invalid"
    /// `nil` takes every call.
    package var authentication: Authentication?
    /// `nil` answers REGISTER with 405.
    package var registrar: RegistrarLimits?

    package init() {}
}

extension CenterConfiguration.Reply: LosslessStringConvertible {
    /// Reads `accept`, `accept-negative`, `accept-silent`, `486`, `600`, `603`, the latter with `+ack`, and `302=URI`.
    package init?(_ description: String) {
        if description.hasPrefix(Self.redirection) {
            guard let uri = try? URI(parsing: String(description.dropFirst(Self.redirection.count))) else { return nil }
            self = .redirect(to: uri)
            return
        }
        switch description {
        case "accept": self = .accept(.positive)
        case "accept-negative": self = .accept(.negative)
        case "accept-silent": self = .accept(.none)
        case "486": self = .decline(status: 486, isAcknowledged: false)
        case "600": self = .decline(status: 600, isAcknowledged: false)
        case "603": self = .decline(status: 603, isAcknowledged: false)
        case "486+ack": self = .decline(status: 486, isAcknowledged: true)
        case "600+ack": self = .decline(status: 600, isAcknowledged: true)
        case "603+ack": self = .decline(status: 603, isAcknowledged: true)
        default: return nil
        }
    }

    private static let redirection = "302="

    /// Every text that `init` reads.
    package static let words = [
        "accept", "accept-negative", "accept-silent", "486", "600", "603", "486+ack", "600+ack", "603+ack",
        "\(Self.redirection)URI",
    ]

    package var description: String {
        switch self {
        case .accept(.positive): "accept"
        case .accept(.negative): "accept-negative"
        case .accept(.none): "accept-silent"
        case .decline(let status, let isAcknowledged): isAcknowledged ? "\(status)+ack" : "\(status)"
        case .redirect(let uri): "\(Self.redirection)\(uri)"
        }
    }
}
