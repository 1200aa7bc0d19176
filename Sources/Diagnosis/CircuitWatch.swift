package import Timeline

/// What hangs on a wire of its own, and can have it cut off or shorted.
package enum Circuit: String, Hashable, Sendable, CaseIterable, Comparable {
    case button, crash, microphone, loudspeaker, antenna, networkAntenna
    /// Outputs: a sense line tells whether current flows.
    case led, lamp, chime

    package static func < (left: Circuit, right: Circuit) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Whether it is driven from here, so that current has to flow when it is.
    package var isOutput: Bool {
        switch self {
        case .led, .lamp, .chime: true
        case .button, .crash, .microphone, .loudspeaker, .antenna, .networkAntenna: false
        }
    }

    /// How long a wire may be bad before it counts: what vibration does to a plug is no fault.
    package var faultAfter: Duration {
        switch self {
        case .button: .seconds(2)
        case .crash: .seconds(12)
        case .microphone, .loudspeaker: .seconds(5)
        case .antenna, .networkAntenna: .seconds(10)
        case .led, .lamp, .chime: .milliseconds(300)
        }
    }
}

/// A line that tells of a wire.
package struct CircuitSense: Hashable, Sendable, Comparable {
    package enum Kind: String, Hashable, Sendable, CaseIterable, Comparable {
        /// Active while the wire is cut off.
        case open
        /// Active while it is shorted.
        case short
        /// Active while current flows through what is driven.
        case current

        package static func < (left: Kind, right: Kind) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    package let circuit: Circuit
    package let kind: Kind

    package init(_ circuit: Circuit, _ kind: Kind) {
        self.circuit = circuit
        self.kind = kind
    }

    package static func < (left: CircuitSense, right: CircuitSense) -> Bool {
        (left.circuit, left.kind) < (right.circuit, right.kind)
    }
}

/// Watches the wires by the lines that sense them: open, short, or driven without a current.
package struct CircuitWatch: Hashable, Sendable {
    /// What is wrong with a wire, as its sense line says.
    package typealias Fault = CircuitSense

    private struct Sensed: Hashable {
        /// What the line says; `nil` while it says nothing.
        var isActive: Bool?
        /// Whether the output is driven; of an output only.
        var isDriven = false
        /// Since when it is as it is now.
        var since: Instant?
        /// What was judged last; `nil` before that.
        var isFaulty: Bool?
    }

    private var senses: [CircuitSense: Sensed]

    /// `senses` are the lines that there are.
    package init(_ senses: Set<CircuitSense>) {
        self.senses = Dictionary(uniqueKeysWithValues: senses.map { ($0, Sensed()) })
    }

    /// Every sense with its judgement; `nil` while there is none.
    package var judgements: [CircuitSense: Bool?] { self.senses.mapValues(\.isFaulty) }

    /// What a sense line says.
    package func level(_ sense: CircuitSense) -> Bool? {
        self.senses[sense]?.isActive
    }

    package var faults: Set<Fault> { Set(self.senses.filter { $0.value.isFaulty == true }.keys) }

    /// A level of a sense line.
    package mutating func told(_ sense: CircuitSense, isActive: Bool, at stamp: Instant) {
        guard self.senses[sense] != nil, self.senses[sense]?.isActive != isActive else { return }
        self.senses[sense]?.isActive = isActive
        self.senses[sense]?.since = stamp
    }

    /// The line can be used no more: nothing is known by it.
    package mutating func lost(_ sense: CircuitSense) {
        guard self.senses[sense] != nil else { return }
        self.senses[sense]?.isActive = nil
        self.senses[sense]?.isFaulty = nil
    }

    /// An output is driven, or no longer.
    package mutating func drives(_ circuit: Circuit, isOn: Bool, at now: Instant) {
        let sense = CircuitSense(circuit, .current)
        guard let sensed = self.senses[sense], sensed.isDriven != isOn else { return }
        self.senses[sense]?.isDriven = isOn
        self.senses[sense]?.since = now
    }

    /// When the next judgement is owed.
    package var nextDeadline: Instant? {
        self.senses.compactMap { sense, sensed in
            Self.verdict(sense, sensed).flatMap { verdict in
                verdict == sensed.isFaulty ? nil : sensed.since?.advanced(by: sense.circuit.faultAfter)
            }
        }.min()
    }

    /// Judges what has stayed for long enough.
    package mutating func deadlineReached(at now: Instant) {
        for (sense, sensed) in self.senses {
            guard let verdict = Self.verdict(sense, sensed), let since = sensed.since,
                since.advanced(by: sense.circuit.faultAfter) <= now
            else { continue }
            self.senses[sense]?.isFaulty = verdict
        }
    }

    /// What it means when it stays so; `nil` where it says nothing, as with an output that is not driven.
    private static func verdict(_ sense: CircuitSense, _ sensed: Sensed) -> Bool? {
        guard let isActive = sensed.isActive else { return nil }
        switch sense.kind {
        case .open, .short: return isActive
        case .current: return sensed.isDriven ? !isActive : nil
        }
    }
}
