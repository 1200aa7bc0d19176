/// The side of the vehicle that an impact came from, as the maker names what a sensor watches.
package enum ImpactSide: String, Hashable, Sendable, CaseIterable {
    case unknown
    case front
    case rear
    case left
    case right
    case rollover
    /// Some impact that is none of these.
    case other
}
