/// A unit of the optical ring, and what a mechanic has to know of it.
package struct RingUnit: Hashable, Sendable {
    /// What the sentences call it, such as "amplifier".
    package var name: String
    /// Where it sits, such as "luggage compartment, left".
    package var place: String?
    /// The fuse that feeds it.
    package var fuse: String?
    /// What is usually done about it, such as "a used unit, or a bypass loop for good".
    package var remedy: String?
    /// As how many nodes it counts in a position that the head unit tells; some count as 2.
    package var nodes = 1
    /// Whether this system's own controller is in it: then the controller lives, and only its optics are in question.
    package var hasController = false
    /// Whether its light can be dimmed by 3 dB.
    package var canBeDimmed = false

    package init(_ name: String) {
        self.name = name
    }

    /// The name with the place, for a mechanic.
    package var description: String { self.place.map { "\(self.name) (\($0))" } ?? self.name }
}

/// What the lines of the ring say at one moment, a value for each unit in the order of the light, the head unit first.
package struct RingReading: Hashable, Sendable {
    /// One unit; `nil` where no line tells.
    package struct Unit: Hashable, Sendable {
        /// Whether there is voltage behind its fuse.
        package var hasSupply: Bool?
        /// Whether it toggles its line of life.
        package var isAlive: Bool?
        /// Whether light comes to it, as itself or a sensor in front of it says.
        package var hasLight: Bool?
        /// Whether a loop is plugged in its place.
        package var isBypassed: Bool?

        package init(hasSupply: Bool? = nil, isAlive: Bool? = nil, hasLight: Bool? = nil, isBypassed: Bool? = nil) {
            self.hasSupply = hasSupply
            self.isAlive = isAlive
            self.hasLight = hasLight
            self.isBypassed = isBypassed
        }
    }

    package var units: [Unit]

    package init(units: [Unit]) {
        self.units = units
    }

    /// Whether light comes round to the head unit; `nil` where nothing tells.
    package var isClosed: Bool? { self.units.first?.hasLight }
}
