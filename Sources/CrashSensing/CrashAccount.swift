package import Timeline

/// Everything that is known of one crash: its events, the lines that have fired, and what was seen of a rollover.
package struct CrashAccount: Hashable, Sendable {
    /// The events so far, each as it was told last, in their order.
    package private(set) var records: [CrashRecord] = []
    /// The sides of the crash lines that have fired.
    package private(set) var sides: Set<ImpactSide> = []
    /// Whether the vehicle has rolled over; `nil` where nothing could see it.
    package private(set) var hasRolledOver: Bool?
    private var lastAt: Instant?

    /// More events than a crash has; what comes behind them is counted with the last.
    package static let maximumRecords = 8
    /// How long after its last sign a crash is over, and the next sign belongs to another.
    package static let overAfter = Duration.seconds(60)

    package init() {}

    /// Forgets a crash that is over by now.
    package mutating func expire(at now: Instant) {
        guard let lastAt = self.lastAt, lastAt.advanced(by: Self.overAfter) <= now else { return }
        self = CrashAccount()
    }

    /// An event, or what more is known of it.
    package mutating func took(_ record: CrashRecord, at now: Instant) {
        self.lastAt = now
        if let index = self.records.firstIndex(where: { $0.timeZero == record.timeZero }) {
            self.records[index] = record
        } else if self.records.count < Self.maximumRecords {
            self.records.append(record)
        }
        if record.rollAngle != nil { self.hasRolledOver = (self.hasRolledOver ?? false) || record.hasRolledOver }
    }

    /// A crash line has fired.
    package mutating func fired(_ side: ImpactSide, at now: Instant) {
        self.lastAt = now
        self.sides.insert(side)
        if side == .rollover { self.hasRolledOver = true }
    }

    package mutating func rolledOver(at now: Instant) {
        self.lastAt = now
        self.hasRolledOver = true
    }

    /// What else was felt of the same crash, by a run that did not know this account.
    package mutating func add(_ other: CrashAccount) {
        for record in other.records { self.took(record, at: self.lastAt ?? .boot) }
        self.sides.formUnion(other.sides)
        if let rolled = other.hasRolledOver { self.hasRolledOver = (self.hasRolledOver ?? false) || rolled }
        self.lastAt = [self.lastAt, other.lastAt].compactMap(\.self).max()
    }

    /// Whether anything at all is known.
    package var isEmpty: Bool { self.lastAt == nil }

    /// The event by which the crash is judged: the one with the largest change of velocity.
    package var worst: CrashRecord? { self.records.max { $0.maximum.magnitude < $1.maximum.magnitude } }

    package var hasMultipleImpacts: Bool { self.records.count > 1 }

    /// The side that was hit: by the direction of the force, else by the one line that has fired.
    package var side: ImpactSide {
        if let side = self.worst?.direction?.side { return side }
        let named = self.sides.subtracting([.unknown, .rollover])
        return named.count == 1 ? named.first ?? .unknown : .unknown
    }

    /// What the injury model can be told of it.
    package var injuryInputs: InjuryModel.Inputs {
        var inputs = InjuryModel.Inputs()
        inputs.deltaV = self.worst.map(\.maximum.magnitude)
        inputs.direction = InjuryModel.Direction(rawValue: self.side.rawValue)
        inputs.hasMultipleImpacts = self.records.isEmpty ? nil : self.hasMultipleImpacts
        inputs.hasRolledOver = self.hasRolledOver
        return inputs
    }
}
