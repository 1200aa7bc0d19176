/// What the programs say of themselves.
package enum Product {
    package static let version = "0.1.0"

    /// Said by every program at its start.
    package static let banner = "Test and research equipment: not type-approved, not for real emergencies."
}
