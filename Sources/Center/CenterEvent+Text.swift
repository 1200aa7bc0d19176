internal import ControlSocket
internal import Supervision
internal import Timeline

extension String {
    /// JSON of the same meaning in which those characters are escapes (RFC 8259 7); they stand in its strings alone.
    fileprivate var printableJSON: String {
        guard self.unicodeScalars.contains(where: \.isControl) else { return self }
        var text = ""
        for scalar in self.unicodeScalars {
            guard scalar.isControl else {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}

extension CenterEvent {
    /// The event as one line for a person, the decoded MSD on lines of its own.
    package var text: String {
        let call = self.call.map { "call \($0) " } ?? ""
        let line = "\(call)\(self.kind.rawValue): \(self.reason.printable)"
        guard let decoded = self.fields["decoded"] else { return line }
        let findings = decoded.split(separator: "\n").map { "    " + String($0).printable }
        return line + "\n" + findings.joined(separator: "\n")
    }

    /// The event as one JSON object on one line; docs/events.md describes each member.
    package var json: String {
        let wall = self.moment.wall
        let object: JSONValue = [
            "sequence": .int(self.sequence),
            "at": .int(Int(self.moment.instant.nanosecondsSinceBoot)),
            "time": wall.isSynchronized ? .string(wall.description) : .null,
            "call": self.call.map(JSONValue.int) ?? .null,
            "kind": .string(self.kind.rawValue),
            "state": self.state.map(JSONValue.string) ?? .null,
            "reason": .string(self.reason),
            "fields": .object(self.fields.mapValues(JSONValue.string)),
        ]
        return object.text.printableJSON
    }
}
