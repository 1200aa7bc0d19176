/// A value of a configuration, as its schema allows it.
package indirect enum Value: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case duration(Duration)
    /// A text or a chosen word.
    case string(String)
    case section(Settings)
    case list([Value])
    case table([TableEntry])
}

/// One section of a table, under the name that the file gives it.
package struct TableEntry: Hashable, Sendable {
    package let name: String
    package let settings: Settings

    package init(name: String, settings: Settings) {
        self.name = name
        self.settings = settings
    }
}

/// The typed contents; asking a value for what its schema does not make it is the program's own mistake and traps.
extension Value {
    package var boolean: Bool {
        guard case .boolean(let value) = self else { self.mismatch("a boolean") }
        return value
    }

    package var integer: Int {
        guard case .integer(let value) = self else { self.mismatch("an integer") }
        return value
    }

    package var number: Double {
        guard case .number(let value) = self else { self.mismatch("a number") }
        return value
    }

    package var duration: Duration {
        guard case .duration(let value) = self else { self.mismatch("a duration") }
        return value
    }

    package var string: String {
        guard case .string(let value) = self else { self.mismatch("a string") }
        return value
    }

    package var section: Settings {
        guard case .section(let value) = self else { self.mismatch("a section") }
        return value
    }

    package var list: [Value] {
        guard case .list(let value) = self else { self.mismatch("a list") }
        return value
    }

    package var table: [TableEntry] {
        guard case .table(let value) = self else { self.mismatch("a table") }
        return value
    }

    private func mismatch(_ wanted: String) -> Never {
        preconditionFailure("The program asked for \(wanted) where its schema has another kind: \(self).")
    }
}
