internal import ControlSocket
internal import Supervision
internal import Timeline

extension CenterEvent {
    /// The event as one line for a person, the decoded MSD on lines of its own.
    package var text: String {
        let call = self.call.map { "call \($0) " } ?? ""
        let line = "\(call)\(self.kind.rawValue): \(self.reason)"
        guard let decoded = self.fields["decoded"] else { return line }
        return line + "\n" + decoded.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
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
        return object.text
    }
}
