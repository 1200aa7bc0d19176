/// Which axis of a sensor is which of the vehicle: `x` forward, `y` to the right, `z` up.
///
/// Those of a vehicle are a left hand's, those of every sensor a right hand's: one of them at least is reversed.
package struct AxisMap: Hashable, Sendable {
    /// One axis of the sensor and whether it points the other way.
    package struct Axis: Hashable, Sendable {
        package let index: Int
        package let isReversed: Bool

        /// `x`, `-y` and the like.
        package init?(_ text: String) {
            let name = text.hasPrefix("-") ? text.dropFirst() : text[...]
            guard let index = ["x", "y", "z"].firstIndex(of: String(name)) else { return nil }
            self.index = index
            self.isReversed = name.count != text.count
        }
    }

    package let axes: [Axis]

    /// `nil` unless each axis of the sensor is there once, in a way in which a sensor can be mounted.
    package init?(x: String, y: String, z: String) {
        let axes = [x, y, z].compactMap(Axis.init)
        guard axes.count == 3, Set(axes.map(\.index)).count == 3 else { return nil }
        let isExchanged = axes.indices.count { axes[$0].index == $0 } == 1
        let reversed = axes.count(where: \.isReversed)
        // A mirror image swaps left and right.
        guard (reversed % 2 == 0) == isExchanged else { return nil }
        self.axes = axes
    }

    private init(axes: [Axis]) {
        self.axes = axes
    }

    /// A sensor whose `x` points forward and whose `z` points up.
    package static let straight = AxisMap(axes: ["x", "-y", "z"].compactMap(Axis.init))

    /// Three values of the sensor in the axes of the vehicle.
    func vehicle(_ values: [Double]) -> [Double] {
        self.axes.map { $0.isReversed ? -values[$0.index] : values[$0.index] }
    }
}
