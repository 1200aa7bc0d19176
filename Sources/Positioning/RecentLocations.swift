package import MSD
internal import Timeline

/// The present position and the two before it that the MSD carries, and nothing more (EU 2015/758: three at most).
package struct RecentLocations: Hashable, Sendable {
    /// The least time between two kept positions, so that no speed can be worked out of them.
    package static let minimumSpacing = Duration.seconds(5)

    /// The least step between two kept positions: 300 milliarcseconds are about 10 m.
    static let minimumStepMilliarcseconds: Int64 = 300

    package private(set) var current: Fix?
    /// The newest first, two at most.
    private var earlier: [Fix] = []

    package init() {}

    /// Takes a new fix; the one it replaces is kept when it is far enough from those before.
    package mutating func update(_ fix: Fix) {
        if let current = self.current, self.isWorthKeeping(current) {
            self.earlier = [current] + self.earlier.prefix(1)
        }
        self.current = fix
    }

    /// N1 relative to the present position and N2 relative to N1; zero where there is no earlier position.
    package var deltas: (n1: LocationDelta, n2: LocationDelta) {
        guard let current = self.current, let first = self.earlier.first else { return (.zero, .zero) }
        let n1 = LocationDelta(from: current.position, to: first.position)
        guard self.earlier.count > 1 else { return (n1, .zero) }
        return (n1, LocationDelta(from: first.position, to: self.earlier[1].position))
    }

    private func isWorthKeeping(_ fix: Fix) -> Bool {
        guard let last = self.earlier.first else { return true }
        guard let taken = fix.takenAt, let before = last.takenAt else { return fix.position != last.position }
        return before.duration(to: taken) >= Self.minimumSpacing && Self.isStep(fix.position, last.position)
    }

    private static func isStep(_ left: Position, _ right: Position) -> Bool {
        let latitude = Int64(left.positionLatitude) - Int64(right.positionLatitude)
        let longitude = Int64(left.positionLongitude) - Int64(right.positionLongitude)
        return max(abs(latitude), abs(longitude)) >= Self.minimumStepMilliarcseconds
    }
}
