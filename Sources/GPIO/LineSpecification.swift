/// How one line is to be requested.
package struct LineSpecification: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable {
        case input, output
    }

    package let name: LineName
    package let direction: Direction
    /// Whether a low voltage means active.
    ///
    /// The backend turns the voltage into a level; simulated lines have no voltage.
    package let isActiveLow: Bool
    /// The level an output takes when it is requested, and the one a simulated contact starts with.
    package let initial: Level

    package init(
        name: LineName,
        direction: Direction,
        isActiveLow: Bool = false,
        initial: Level = .inactive
    ) {
        self.name = name
        self.direction = direction
        self.isActiveLow = isActiveLow
        self.initial = initial
    }
}

/// What a line says or is told, whatever the voltage.
package enum Level: String, Hashable, Sendable, CaseIterable {
    case inactive, active

    package var opposite: Level {
        switch self {
        case .inactive: .active
        case .active: .inactive
        }
    }
}
