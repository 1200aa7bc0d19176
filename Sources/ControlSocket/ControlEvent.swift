/// What the control server reports to the application.
package enum ControlEvent: Hashable, Sendable {
    /// A call that waits for `reply` or `fail`; its parameters have the types that the interface file gives.
    case call(ControlCall)
    /// The client left while a call of this connection was unanswered, such as the end of a `watch`.
    case gone(ControlConnection)
    /// The server closed a connection, or did not take it.
    case dropped(ControlDrop)
}

/// One method call.
package struct ControlCall: Hashable, Sendable {
    /// The name of a call within the life of the server.
    package struct ID: Hashable, Sendable {
        package let connection: UInt64
        /// Counts the calls of the connection from 1.
        package let serial: UInt64
    }

    package let id: ID
    package let connection: ControlConnection
    /// The full name, such as `net.ecall.ecalld.Status`.
    package let method: String
    /// An object.
    package let parameters: JSONValue
    /// Whether the caller takes more than one reply.
    package let more: Bool
    /// Whether the caller takes no reply; the call is answered all the same, nothing is sent.
    package let oneway: Bool
}

/// One client's connection.
package struct ControlConnection: Hashable, Sendable {
    /// Counts from 1; never used twice.
    package let number: UInt64
    /// `nil` only when the kernel did not say.
    package let peer: PeerCredentials?
    /// What its socket is for.
    package let circle: ControlCircle

    package init(number: UInt64, peer: PeerCredentials?, circle: ControlCircle = .change) {
        self.number = number
        self.peer = peer
        self.circle = circle
    }
}

/// What the clients of a socket may do; who they are, the group of the socket's file says.
package enum ControlCircle: Hashable, Sendable {
    /// Read: state, history, events.
    case view
    /// Read and change.
    case change
    /// Tell what the vehicle's own network says, and nothing else.
    case bus
}

/// Who connected, as the kernel knew it at that time (`SO_PEERCRED`, socket(7)).
package struct PeerCredentials: Hashable, Sendable {
    package let process: Int32
    package let user: UInt32
    /// The primary group only; supplementary groups are not told.
    package let group: UInt32
}

/// Why a connection was closed by the server.
package struct ControlDrop: Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case tooManyConnections(limit: Int)
        case callTooLong(limit: Int)
        /// No JSON, or no Varlink call.
        case malformedCall(String)
        /// The end of a begun call did not come in time.
        case halfMessage(wait: Duration)
        /// Replies piled up unread.
        case slowReader(limit: Int)
    }

    /// `nil` when it was not taken at all.
    package let connection: ControlConnection?
    package let reason: Reason
    /// How many connections this server has dropped, whatever the reason, this one included.
    package let total: Int

    package var description: String {
        let client = self.connection.map { "control connection \($0.number)" } ?? "a control connection"
        return "\(client) dropped: \(self.reason.sentence) (\(self.total) so far)"
    }
}

extension ControlDrop.Reason {
    /// The reason as a clause, with its limit.
    package var sentence: String {
        switch self {
        case .tooManyConnections(let limit): "\(limit) clients are connected already"
        case .callTooLong(let limit): "a call is longer than \(limit) octets"
        case .malformedCall(let why): "what came is no call: \(why)"
        case .halfMessage(let wait): "the end of a call did not come within \(wait.components.seconds) s"
        case .slowReader(let limit): "more than \(limit) octets of replies wait to be read"
        }
    }
}
