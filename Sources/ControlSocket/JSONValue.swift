/// A JSON value: what the parameters of calls and replies are made of.
///
/// Whole numbers within `Int` are `int`, however they were written (`1.0` too); all others are `double`.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The member of that name, `nil` when there is none or this is no object.
    package subscript(name: String) -> JSONValue? {
        self.asObject?[name]
    }

    package var asBool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var asInt: Int? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The number, whole or not.
    package var asDouble: Double? {
        if case .double(let value) = self { value } else { self.asInt.map(Double.init) }
    }

    package var asString: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var asArray: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    package var asObject: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The value's kind in the words of an interface file.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) {
        self = .null
    }

    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    package init(integerLiteral value: Int) {
        self = .int(value)
    }

    package init(floatLiteral value: Double) {
        self = .double(value)
    }

    package init(stringLiteral value: String) {
        self = .string(value)
    }

    package init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    /// An object; of two members with one name the later counts.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, later in later })
    }
}
