package import SIP
package import Timeline

/// Keeps the connection to one center: warm from the start for the private profile, only for a call for the 112 one.
///
/// RFC 5626 in spirit: an open connection is probed by the user agent; a lost one is opened again after a growing pause,
/// and at once when a call needs it. Nothing is ever opened to a 112 hop before a trigger. Over UDP there is nothing to
/// be connected: the link is open when datagrams can be sent, and says that it has not heard the center until it has.
package struct CenterLink: Hashable, Sendable {
    /// What the machine asks for.
    package enum Action: Hashable, Sendable {
        case open(Flow)
        case close(Flow)
    }

    /// What `status` shows.
    package enum Standing: String, Hashable, Sendable {
        case closed
        case opening
        case open
        /// Datagrams can be sent; nothing has come back on this way yet.
        case unheard
        case waiting
    }

    private enum State: Hashable {
        /// Nothing is wanted; becomes opening.
        case closed
        /// Becomes open, or waiting after a failure.
        case opening(Flow)
        /// Becomes waiting when it is lost, or closed when it is no longer wanted.
        case open(Flow, since: Instant, isHeard: Bool)
        /// Becomes opening when the pause is over or a call needs the connection.
        case waiting(until: Instant)
    }

    /// The first pause after a failure; it doubles up to `maximumPause`.
    static let firstPause = Duration.seconds(1)

    /// The longest pause: half a minute keeps a center that restarts from being flooded, and the status fresh.
    static let maximumPause = Duration.seconds(30)

    /// Whether the connection is held open without a call.
    private let isKeptWarm: Bool
    /// Whether it is held open behind a call, for a callback or until T10.
    package private(set) var isHeld = false
    private var state = State.closed
    private var failures = 0
    package private(set) var lastFailure: String?

    package init(isKeptWarm: Bool) {
        self.isKeptWarm = isKeptWarm
    }

    package var standing: Standing {
        switch self.state {
        case .closed: .closed
        case .opening: .opening
        case .open(_, _, let isHeard): isHeard ? .open : .unheard
        case .waiting: .waiting
        }
    }

    /// The flow of the open connection.
    package var flow: Flow? {
        switch self.state {
        case .open(let flow, _, _): flow
        case .closed, .opening, .waiting: nil
        }
    }

    /// The flow of the connection that is being opened.
    package var openingFlow: Flow? {
        switch self.state {
        case .opening(let flow): flow
        case .closed, .open, .waiting: nil
        }
    }

    package var nextDeadline: Instant? {
        switch self.state {
        case .waiting(let until): until
        case .closed, .opening, .open: nil
        }
    }

    /// Whether `flow` is this link's, open or opening.
    package func owns(_ flow: Flow) -> Bool {
        switch self.state {
        case .opening(let own), .open(let own, _, _): own == flow
        case .closed, .waiting: false
        }
    }

    /// The daemon has started.
    package mutating func started(_ flow: Flow) -> [Action] {
        self.isKeptWarm ? self.needed(flow) : []
    }

    /// A call needs the connection; `flow` names the one to open, if one is opened.
    package mutating func needed(_ flow: Flow) -> [Action] {
        switch self.state {
        case .open, .opening:
            return []
        case .closed, .waiting:
            self.state = .opening(flow)
            return [.open(flow)]
        }
    }

    /// The connection stands; over UDP it `isHeard` only when something comes.
    package mutating func opened(_ flow: Flow, isHeard: Bool = true, at now: Instant) {
        switch self.state {
        case .opening(let own) where own == flow:
            self.state = .open(flow, since: now, isHeard: isHeard)
            // That the port was closed a moment ago is still the last that is known of a center not heard since.
            if isHeard { self.lastFailure = nil }
        case .closed, .opening, .open, .waiting:
            break  // A flow this link has given up; its owner closes it.
        }
    }

    /// Something came from the center; `true` when it is the first on this way.
    package mutating func heard(_ flow: Flow) -> Bool {
        switch self.state {
        case .open(let own, let since, isHeard: false) where own == flow:
            self.state = .open(flow, since: since, isHeard: true)
            self.lastFailure = nil
            return true
        case .closed, .opening, .open, .waiting:
            return false
        }
    }

    /// The connection could not be opened, or is gone.
    package mutating func ended(_ flow: Flow, because cause: String, at now: Instant) {
        switch self.state {
        case .opening(let own) where own == flow:
            self.fail(cause, at: now)
        case .open(let own, let since, _) where own == flow:
            // A center that accepts and closes again is no better than one that refuses: the pause goes on growing.
            if since.duration(to: now) >= Self.maximumPause { self.failures = 0 }
            self.fail(cause, at: now)
        case .closed, .opening, .open, .waiting:
            break
        }
    }

    /// Whether a center may ring back on it has changed; `flow` names the connection to open, if one is opened.
    package mutating func held(_ isHeld: Bool, _ flow: Flow) -> [Action] {
        self.isHeld = isHeld
        guard isHeld, self.state == .closed else { return [] }
        return self.needed(flow)
    }

    /// The call that needed the connection is over.
    package mutating func released() -> [Action] {
        guard !self.isKeptWarm, !self.isHeld else { return [] }
        switch self.state {
        case .opening(let flow), .open(let flow, _, _):
            self.state = .closed
            return [.close(flow)]
        case .waiting:
            self.state = .closed
            return []
        case .closed:
            return []
        }
    }

    /// Time has come to `nextDeadline`; `flow` names the connection to open.
    package mutating func deadlineReached(_ flow: Flow, at now: Instant) -> [Action] {
        switch self.state {
        case .waiting(let until):
            guard until <= now else { return [] }
            self.state = .opening(flow)
            return [.open(flow)]
        case .closed, .opening, .open:
            return []
        }
    }

    private mutating func fail(_ cause: String, at now: Instant) {
        self.lastFailure = cause
        guard self.isKeptWarm || self.isHeld else {
            self.state = .closed
            return
        }
        let pause = min(Self.maximumPause, Self.firstPause * (1 << min(self.failures, 5)))
        self.failures += 1
        self.state = .waiting(until: now.advanced(by: pause))
    }
}
