extension JSONValue {
    /// The JSON text as UTF-8 octets, members sorted by name, on one line.
    ///
    /// Written directly, without an encoder between: every event of a call passes here before its INVITE leaves.
    package func encoded() -> [UInt8] {
        var octets: [UInt8] = []
        self.append(to: &octets)
        return octets
    }

    /// The JSON text, members sorted by name, on one line.
    package var text: String {
        String(decoding: self.encoded(), as: UTF8.self)
    }

    private func append(to octets: inout [UInt8]) {
        switch self {
        case .null: octets += "null".utf8
        case .bool(let value): octets += (value ? "true" : "false").utf8
        case .int(let value): octets += String(value).utf8
        case .double(let value): octets += Self.number(value).utf8
        case .string(let value): Self.append(value, to: &octets)
        case .array(let values):
            octets.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                value.append(to: &octets)
            }
            octets.append(UInt8(ascii: "]"))
        case .object(let members):
            octets.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                Self.append(member.key, to: &octets)
                octets.append(UInt8(ascii: ":"))
                member.value.append(to: &octets)
            }
            octets.append(UInt8(ascii: "}"))
        }
    }

    /// A number that JSON does not have (infinite, not a number) becomes null; a whole one has no fraction.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A string with the escapes of RFC 8259 7: quote, backslash and the control characters.
    private static func append(_ text: String, to octets: inout [UInt8]) {
        octets.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""): octets += #"\""#.utf8
            case UInt8(ascii: "\\"): octets += #"\\"#.utf8
            case 0x08: octets += #"\b"#.utf8
            case 0x09: octets += #"\t"#.utf8
            case 0x0A: octets += #"\n"#.utf8
            case 0x0C: octets += #"\f"#.utf8
            case 0x0D: octets += #"\r"#.utf8
            case 0..<0x20:
                octets += (octet < 0x10 ? #"\u000"# : #"\u00"#).utf8
                octets += String(octet, radix: 16).utf8
            default: octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }
}
