import Timeline

/// The value of Session-Expires: how long a session lasts without a refresh, and whose refresh it is (RFC 4028 4).
package struct SessionInterval: Hashable, Sendable, CustomStringConvertible {
    /// The roles of the transaction that the header stands in.
    package enum Refresher: String, Hashable, Sendable {
        case uac, uas
    }

    /// The shortest interval that anybody may ask for (RFC 4028 5).
    package static let minimumSeconds: UInt32 = 90
    /// The longest that is followed: a day outlasts every call.
    package static let maximumSeconds: UInt32 = 86_400

    package let seconds: UInt32
    /// `nil` in a request that leaves the choice to the answer.
    package var refresher: Refresher?

    package init(seconds: UInt32, refresher: Refresher?) {
        self.seconds = seconds
        self.refresher = refresher
    }

    /// Reads a value like `1800;refresher=uac`; a refresher of another word counts as none.
    package init(parsing value: String) throws(SyntaxError) {
        let end = value.firstIndex(of: ";") ?? value.endIndex
        guard let number = HeaderSyntax.number(HeaderSyntax.trimmed(value[..<end]), upTo: UInt64(UInt32.max)) else {
            throw SyntaxError(expected: "a number of seconds")
        }
        let parameters = try Parameters(parsing: String(value[end...]))
        self.seconds = UInt32(number)
        self.refresher = parameters["refresher"].flatMap { Refresher(rawValue: $0.lowercased()) }
    }

    /// What a message says, in the long or the compact form; `nil` without a readable value.
    package init?(of message: Message) {
        guard let value = message.headers["Session-Expires"] else { return nil }
        do throws(SyntaxError) {
            try self.init(parsing: value)
        } catch {
            return nil
        }
    }

    package var description: String {
        "\(self.seconds)" + (self.refresher.map { ";refresher=\($0.rawValue)" } ?? "")
    }
}

/// When the session of an answered call has to be refreshed, or shown to be alive (RFC 4028 10).
///
/// Where the peer owes the refresh and does not give it, the RFC would have a BYE. An emergency call is asked instead:
/// this side sends the refresh itself, and only what answers it, or nothing, ends the call.
struct SessionTimer: Hashable, Sendable {
    /// Who owes the refresh.
    enum Side: Hashable, Sendable {
        case own, peer
    }

    /// The longest that the last chance is before the end of the interval (RFC 4028 10).
    private static let longestMargin = Duration.seconds(32)

    let seconds: UInt32
    let side: Side
    /// When a refresh of ours is due: half the interval, or shortly before its end where the peer owed it.
    let due: Instant

    init(seconds: UInt32, side: Side, at now: Instant) {
        // Below the RFC's floor a peer would have us refresh without end.
        let seconds = min(max(seconds, SessionInterval.minimumSeconds), SessionInterval.maximumSeconds)
        let interval = Duration.seconds(Int64(seconds))
        self.seconds = seconds
        self.side = side
        switch side {
        case .own: self.due = now.advanced(by: interval / 2)
        case .peer: self.due = now.advanced(by: interval - min(Self.longestMargin, interval / 3))
        }
    }

    /// The wait after a refresh that was refused: several fit into what is left of the interval.
    var pause: Duration { .seconds(Int64(self.seconds)) / 10 }

    /// The timer that a 2xx of the peer's asks for; `nil` when it asks for none.
    init?(answer: Message, at now: Instant) {
        guard let interval = SessionInterval(of: answer) else { return nil }
        self.init(seconds: interval.seconds, side: interval.refresher == .uac ? .own : .peer, at: now)
    }
}

/// How a request of the peer's that may set the session timer is answered (RFC 4028 9).
struct SessionTimerAnswer: Hashable, Sendable {
    /// What the 2xx has to say, with the side that owes the refresh.
    let interval: SessionInterval
    let side: SessionTimer.Side
    /// Whether the peer knows the extension, so that it can be required of it.
    let isRequired: Bool

    /// `nil` for a request without an interval: the session then has no end of its own.
    init?(to request: Message) {
        guard let asked = SessionInterval(of: request) else { return nil }
        let isKnown = request.headers.elements("Supported").contains { HeaderSyntax.equalsIgnoringCase($0, "timer") }
        // Who does not know the extension cannot refresh: a proxy on the way put the interval there.
        let refresher = isKnown ? asked.refresher ?? .uac : .uas
        self.interval = SessionInterval(seconds: asked.seconds, refresher: refresher)
        self.side = refresher == .uac ? .peer : .own
        self.isRequired = isKnown && refresher == .uac
    }

    var isTooShort: Bool { self.interval.seconds < SessionInterval.minimumSeconds }

    var headers: Headers {
        var headers: Headers = [Header("Session-Expires", self.interval.description)]
        if self.isRequired { headers.append("Require", "timer") }
        return headers
    }

    func timer(at now: Instant) -> SessionTimer {
        SessionTimer(seconds: self.interval.seconds, side: self.side, at: now)
    }
}
