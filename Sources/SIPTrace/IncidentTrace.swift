internal import SIP
internal import Timeline

/// The trace of one incident as it is told: all that was kept, in order.
package struct IncidentTrace: Hashable, Sendable {
    package let incident: String
    package let messages: [TraceMessage]
    /// Messages that are not kept: beyond the limits, or lost by the disk.
    package let omitted: Int

    package init(incident: String, messages: [TraceMessage], omitted: Int) {
        self.incident = incident
        self.messages = messages
        self.omitted = omitted
    }

    /// Nanoseconds from the boot clock to the wall clock, by the first message that knows both.
    ///
    /// One difference for all, so that a clock that is set during the incident neither turns the order around nor
    /// stretches a pause. `nil` while the wall clock was never trusted.
    private var wallOffset: Int64? {
        for message in self.messages {
            // Times beyond the year 2262 do not fit and count as unknown.
            guard let wall = message.wallMilliseconds,
                case (let nanoseconds, false) = wall.multipliedReportingOverflow(by: 1_000_000)
            else { continue }
            return nanoseconds &- message.at.nanosecondsSinceBoot
        }
        return nil
    }

    /// The trace as a capture file that Wireshark reads; `application` is who writes it.
    package func pcapng(application: String) -> [UInt8] {
        var comment = "SIP of eCall incident \(self.incident), credentials masked; holds VIN and place"
        if self.omitted > 0 { comment += "; \(self.omitted) messages are missing" }
        let offset = self.wallOffset
        if offset == nil { comment += "; the wall clock was not known, times count from the boot" }
        var octets = PCAPNG.head(
            PCAPNG.Section(
                application: application,
                comment: comment,
                interface: "ecalld",
                linkType: ExportedPDU.linkType
            )
        )
        for message in self.messages {
            let pdu = ExportedPDU.octets(message)
            var note = "\(message.path.transport.viaToken), message \(message.number) of the incident"
            if message.length > message.octets.count { note += ", cut" }
            octets += PCAPNG.block(
                PCAPNG.Packet(
                    nanoseconds: message.at.nanosecondsSinceBoot &+ (offset ?? 0),
                    isOutbound: message.direction == .sent,
                    comment: note,
                    octets: pdu,
                    length: pdu.count + message.length - message.octets.count
                )
            )
        }
        return octets
    }

    /// The trace for a person: what it is, and a line for each message with its time since the first.
    package var ladder: [String] {
        var head = "incident \(self.incident): \(self.messages.count) SIP messages"
        if self.omitted > 0 { head += ", \(self.omitted) more are not kept" }
        guard let first = self.messages.first else { return [head] }
        let width = self.messages.map { $0.path.remote.description.count }.max() ?? 0
        return [head] + self.messages.map { $0.line(since: first.at, width: width) }
    }
}

extension TraceMessage {
    /// Seconds, direction, transport, peer, start line, and the octets of the whole and of the body.
    fileprivate func line(since first: Instant, width: Int) -> String {
        let arrow = self.direction == .sent ? "->" : "<-"
        let peer = self.path.remote.description
        let padding = String(repeating: " ", count: max(0, width - peer.count))
        let transport = self.path.transport.rawValue
        let sizes = "(\(self.length) octets, body \(self.bodyLength))"
        return "\(Self.seconds(first.duration(to: self.at))) \(arrow) \(transport) \(peer)\(padding) "
            + "\(self.startLine) \(sizes)"
    }

    /// The first line, without what would move a terminal's cursor.
    package var startLine: String {
        let line = self.octets.drop { SecretMask.isBreak($0) }.prefix { !SecretMask.isBreak($0) }
        let shown = line.prefix(TraceLimits.maximumShownOctets).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
        return String(decoding: shown, as: UTF8.self) + (line.count > shown.count ? "..." : "")
    }

    /// The octets behind the empty line, those that were cut off too.
    private var bodyLength: Int {
        var index = 0
        while index + 3 < self.octets.count {
            let isEmptyLine = self.octets[index..<index + 4].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A])
            if isEmptyLine { return self.length - index - 4 }
            index += 1
        }
        return 0
    }

    /// Seconds with milliseconds, right-aligned for an incident of an hour and more.
    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = String(1_000 + attoseconds / 1_000_000_000_000_000).dropFirst()
        let text = "\(seconds).\(milliseconds)"
        return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }
}
