/// A type of the Varlink interface definition language.
package indirect enum InterfaceType: Hashable, Sendable {
    case bool
    case int
    case float
    case string
    /// Any JSON object.
    case object
    /// A type that the interface declares under this name.
    case named(String)
    case optional(InterfaceType)
    case array(InterfaceType)
    /// An object whose members all have one type; `[string]`.
    case map(InterfaceType)
    /// One of these words.
    case enumeration([String])
    case structure([Field])

    /// One member of a structure.
    package struct Field: Hashable, Sendable {
        package let name: String
        package let type: InterfaceType
    }
}

extension InterfaceType: CustomStringConvertible {
    /// The type as an interface file writes it.
    package var description: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "string"
        case .object: "object"
        case .named(let name): name
        case .optional(let type): "?\(type)"
        case .array(let type): "[]\(type)"
        case .map(let type): "[string]\(type)"
        case .enumeration(let words): "(\(words.joined(separator: ", ")))"
        case .structure(let fields): "(\(fields.map { "\($0.name): \($0.type)" }.joined(separator: ", ")))"
        }
    }
}
