@testable import MSD

extension VIN {
    /// Numbers that stand for no character, so that no MSD with them comes back as it was.
    static let broken = VIN(head: .max >> 4, tail: .max >> 22)
}
