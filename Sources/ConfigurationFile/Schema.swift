/// The table of every key that one configuration, or one section of it, may have.
package struct Schema: Sendable {
    /// The keys in the order in which they are documented.
    package let keys: [Key]

    /// A table whose names differ and whose defaults are allowed values, both checked here.
    package init(_ keys: [Key]) {
        precondition(Set(keys.map(\.name)).count == keys.count, "A schema names each key once.")
        for key in keys {
            key.checkDefault()
        }
        self.keys = keys
    }

    func key(named name: String) -> Key? {
        self.keys.first { $0.name == name }
    }
}

/// One key of a schema.
package struct Key: Sendable {
    /// What happens when the key is left out.
    package enum Requirement: Sendable {
        /// Leaving it out is a mistake. A section left out is read as an empty one, its own defaults holding.
        case required
        /// It is then absent, as `Settings.optional(_:)` says.
        case optional
        /// It then has this value. Sections take their defaults from their own keys instead.
        case defaulted(Value)
    }

    package let name: String
    package let kind: Kind
    package let requirement: Requirement
    /// What the key is for, in one or two sentences; printed as the comment of the annotated configuration.
    package let about: String

    package init(_ name: String, _ kind: Kind, _ requirement: Requirement, _ about: String) {
        self.name = name
        self.kind = kind
        self.requirement = requirement
        self.about = about
    }

    fileprivate func checkDefault() {
        switch self.requirement {
        case .required, .optional:
            return
        case .defaulted(let value):
            guard self.kind.allows(value) else {
                preconditionFailure("The default of \"\(self.name)\" is not \(self.kind).")
            }
        }
    }
}
