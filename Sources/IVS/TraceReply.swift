package import ControlSocket
private import FoundationEssentials
internal import SIP
package import SIPTrace
package import Store
internal import Supervision
internal import Timeline

extension TracePage {
    /// The page as the interface's `Trace` replies it.
    package var json: JSONValue {
        [
            "incident": .string(self.incident),
            "messages": .array(self.messages.map(\.json)),
            "omitted": .int(self.omitted),
            "more": .bool(self.hasMore),
        ]
    }
}

extension TraceMessage {
    fileprivate var json: JSONValue {
        let time = self.wallMilliseconds.map { JSONValue.string(WallTime(milliseconds: $0).description) }
        return [
            "number": .int(self.number),
            "at": .int(Int(self.at.nanosecondsSinceBoot)),
            "time": time ?? .null,
            "direction": .string(self.direction.rawValue),
            "transport": .string(self.path.transport.rawValue),
            "localHost": .string(self.path.local.host),
            "localPort": .int(Int(self.path.local.port)),
            "remoteHost": .string(self.path.remote.host),
            "remotePort": .int(Int(self.path.remote.port)),
            "length": .int(self.length),
            "octets": .string(Data(self.octets).base64EncodedString()),
        ]
    }

    /// Reads a message of a reply; `nil` when it is none.
    package init?(json: JSONValue) {
        let address = { (end: String) -> FlowAddress? in
            guard let host = json[end + "Host"]?.asString,
                let port = json[end + "Port"]?.asInt.flatMap(UInt16.init(exactly:))
            else { return nil }
            return FlowAddress(host: host, port: port)
        }
        guard let number = json["number"]?.asInt, let at = json["at"]?.asInt,
            let direction = json["direction"]?.asString.flatMap(Direction.init(rawValue:)),
            let transport = json["transport"]?.asString.flatMap(Transport.init(rawValue:)),
            let local = address("local"), let remote = address("remote"), let length = json["length"]?.asInt,
            let octets = json["octets"]?.asString.flatMap({ Data(base64Encoded: $0) }), length >= octets.count
        else { return nil }
        self.init(
            number: number,
            at: Instant(nanosecondsSinceBoot: Int64(at)),
            wallMilliseconds: json["time"]?.asString.flatMap(Self.milliseconds),
            direction: direction,
            path: Path(transport: transport, local: local, remote: remote),
            length: length,
            octets: [UInt8](octets)
        )
    }

    /// Milliseconds since 1970 of a time as the interface writes it; `nil` when it is none.
    private static func milliseconds(_ text: String) -> Int64? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // A text that is no time is told as an unknown one.
        guard let date = try? style.parse(text) else { return nil }
        return Int64((date.timeIntervalSince1970 * 1_000).rounded())
    }
}
