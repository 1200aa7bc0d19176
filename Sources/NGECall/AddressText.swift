/// The URI inside an address field, as far as eCall has to look into it.
enum AddressText {
    /// The URI of a From, To, Route or Contact value: what stands in angle brackets, else all before the parameters.
    static func uri(in field: String) -> String {
        var quoted = false
        var escaped = false
        var start: String.Index?
        for index in field.utf8.indices {
            let octet = field.utf8[index]
            if escaped {
                escaped = false
            } else if quoted {
                if octet == UInt8(ascii: "\\") { escaped = true }
                if octet == UInt8(ascii: "\"") { quoted = false }
            } else if octet == UInt8(ascii: "\""), start == nil {
                quoted = true
            } else if octet == UInt8(ascii: "<"), start == nil {
                start = field.utf8.index(after: index)
            } else if octet == UInt8(ascii: ">"), let start {
                return String(field[start..<index])
            }
        }
        if let start { return String(field[start...]) }
        return ParameterizedValue(field).value
    }
}
