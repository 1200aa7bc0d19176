import FoundationEssentials

extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // The error of each attempt only says that the value is of another kind; the last attempt's error is kept.
        if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {  // As above: another kind.
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {  // As above: another kind.
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {  // As above: another kind.
            // A fraction beyond the precision of `Double` is rounded to a whole number, and is then one like any other.
            self = Int(exactly: value).map(JSONValue.int) ?? .double(value)
        } else if let values = try? container.decode([JSONValue].self) {  // As above: another kind.
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Encodes the value; a number that JSON does not have (infinite, not a number) becomes null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value) where value.isFinite: try container.encode(value)
        case .double: try container.encodeNil()
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSONValue {
    /// Reads one JSON text of at most `maximumValues` values and `ControlLimits.maximumDepth` levels.
    package init(decoding octets: some Collection<UInt8>, maximumValues: Int) throws(JSONError) {
        try Self.checkShape(octets, maximumValues: maximumValues)
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(octets))
        } catch {
            throw .malformed
        }
    }

    /// Counts values and levels without decoding, so that a costly text is refused before it costs anything.
    private static func checkShape(_ octets: some Collection<UInt8>, maximumValues: Int) throws(JSONError) {
        var depth = 0
        var values = 1
        var isString = false
        var isEscaped = false
        for octet in octets {
            if isEscaped {
                isEscaped = false
            } else if isString {
                isEscaped = octet == UInt8(ascii: "\\")
                isString = octet != UInt8(ascii: "\"")
            } else {
                switch octet {
                case UInt8(ascii: "\""): isString = true
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    depth += 1
                    values += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                case UInt8(ascii: ","): values += 1
                default: break
                }
            }
            guard depth <= ControlLimits.maximumDepth else { throw .tooDeep(limit: ControlLimits.maximumDepth) }
            guard values <= maximumValues else { throw .tooManyValues(limit: maximumValues) }
        }
    }
}

/// Why octets are not taken as a JSON value.
package enum JSONError: Error, Hashable, CustomStringConvertible {
    case malformed
    case tooDeep(limit: Int)
    case tooManyValues(limit: Int)

    package var description: String {
        switch self {
        case .malformed: "it is not a JSON text (RFC 8259) in UTF-8"
        case .tooDeep(let limit): "it nests deeper than \(limit) levels"
        case .tooManyValues(let limit): "it has more than \(limit) values"
        }
    }
}
