internal import SIP

extension SessionDescription {
    /// The largest description; a phone with every codec and ICE stays under 4 kB.
    package static let maximumOctets = 16_384

    /// The lines of one description; browsers, the wordiest peers, send about 100 for a stream.
    package static let maximumLines = 512

    /// Reads a peer's description; line ends may be CRLF or LF (RFC 4566 section 5).
    package init(parsing octets: [UInt8]) throws(SessionDescriptionError) {
        guard octets.count <= Self.maximumOctets else {
            throw .tooLarge(octets: octets.count, maximum: Self.maximumOctets)
        }
        guard let text = String(validating: octets, as: UTF8.self) else { throw .notText }
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.map(
            String.init
        )
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count <= Self.maximumLines else { throw .tooManyLines(maximum: Self.maximumLines) }

        var reader = SessionReader()
        for (index, line) in lines.enumerated() {
            try reader.read(line, number: index + 1)
        }
        self = try reader.description()
    }
}

/// Collects the lines of a description; the audio stream is the first one over RTP/AVP that is not declined.
private struct SessionReader {
    private enum Section {
        case session, audio, other
    }

    private var section = Section.session
    private var origin: (user: String, id: UInt64, version: UInt64)?
    private var sessionAddress: String?
    private var sessionDirection: SessionDescription.Direction?
    private var audio: Audio?
    private var declinedBefore: [String] = []
    private var declinedBehind: [String] = []

    private struct Audio {
        let port: UInt16
        let formats: [UInt8]
        var address: String?
        var direction: SessionDescription.Direction?
        var bandwidthKilobits: UInt32?
        var packetMilliseconds: UInt32?
        var encodings: [UInt8: (name: String, clockRate: UInt32)] = [:]
        var parameters: [UInt8: String] = [:]
    }

    mutating func read(_ line: String, number: Int) throws(SessionDescriptionError) {
        let octets = Array(line.utf8)
        guard octets.count >= 2, octets[1] == UInt8(ascii: "=") else {
            throw .badLine(number: number, found: line, expected: "a letter and =")
        }
        if number == 1, line != "v=0" { throw .badLine(number: 1, found: line, expected: "v=0") }
        let value = String(decoding: octets[2...], as: UTF8.self)
        switch octets[0] {
        case UInt8(ascii: "o"): try self.readOrigin(value, number: number)
        case UInt8(ascii: "c"): try self.readConnection(value, number: number)
        case UInt8(ascii: "m"): try self.readMedia(value, number: number)
        case UInt8(ascii: "a"): try self.readAttribute(value, number: number)
        case UInt8(ascii: "b"): self.readBandwidth(value)
        default: break
        }
    }

    func description() throws(SessionDescriptionError) -> SessionDescription {
        guard let origin = self.origin else { throw .noOrigin }
        guard let audio = self.audio else { throw .noAudioStream }
        guard let address = audio.address ?? self.sessionAddress else { throw .noConnectionAddress }
        let codecs = audio.formats.compactMap { format -> SessionDescription.Codec? in
            guard let encoding = audio.encodings[format] ?? Self.staticEncoding(format) else { return nil }
            return SessionDescription.Codec(
                payloadType: format,
                name: encoding.name,
                clockRate: encoding.clockRate,
                formatParameters: audio.parameters[format]
            )
        }
        var description = SessionDescription(
            originUser: origin.user,
            sessionID: origin.id,
            sessionVersion: origin.version,
            address: address,
            audioPort: audio.port,
            codecs: codecs,
            bandwidthKilobits: audio.bandwidthKilobits,
            packetMilliseconds: audio.packetMilliseconds,
            direction: audio.direction ?? self.sessionDirection ?? .sendrecv
        )
        description.declinedBefore = self.declinedBefore
        description.declinedBehind = self.declinedBehind
        return description
    }

    /// The encodings of the payload numbers that need no `rtpmap` (RFC 3551 table 4) and are still sent.
    private static func staticEncoding(_ format: UInt8) -> (name: String, clockRate: UInt32)? {
        switch format {
        case 0: ("PCMU", 8_000)
        case 3: ("GSM", 8_000)
        case 8: ("PCMA", 8_000)
        case 9: ("G722", 8_000)
        case 18: ("G729", 8_000)
        default: nil
        }
    }

    private mutating func readOrigin(_ value: String, number: Int) throws(SessionDescriptionError) {
        let words = Self.words(value)
        guard words.count == 6, let id = UInt64(words[1]), let version = UInt64(words[2]) else {
            throw .badLine(number: number, found: "o=" + value, expected: "o=user id version IN IP4|IP6 address")
        }
        self.origin = (words[0], id, version)
    }

    private mutating func readConnection(_ value: String, number: Int) throws(SessionDescriptionError) {
        let words = Self.words(value)
        guard words.count == 3, words[0] == "IN", words[1] == "IP4" || words[1] == "IP6",
            let address = words[2].split(separator: "/").first
        else {
            throw .badLine(number: number, found: "c=" + value, expected: "c=IN IP4|IP6 address")
        }
        switch self.section {
        case .session: self.sessionAddress = String(address)
        case .audio: self.audio?.address = String(address)
        case .other: break
        }
    }

    private mutating func readMedia(_ value: String, number: Int) throws(SessionDescriptionError) {
        let words = Self.words(value)
        guard words.count >= 4, let port = words[1].split(separator: "/").first.flatMap({ UInt16($0) }) else {
            throw .badLine(number: number, found: "m=" + value, expected: "m=kind port protocol format…")
        }
        let isAudio = words[0] == "audio" && words[2] == "RTP/AVP"
        guard isAudio, self.audio == nil || self.audio?.port == 0 && port != 0 else {
            self.section = .other
            self.decline(words)
            return
        }
        let formats = words[3...].compactMap { UInt8($0) }
        guard formats.count == words.count - 3, formats.allSatisfy({ $0 < 128 }) else {
            throw .badLine(number: number, found: "m=" + value, expected: "payload numbers 0...127")
        }
        if let earlier = self.audio {
            // An audio stream that was declined is followed by one that is not: the latter is the call's.
            let formats = earlier.formats.map { " \($0)" }.joined()
            self.declinedBefore.append("audio 0 RTP/AVP\(formats)")
            self.declinedBefore += self.declinedBehind
            self.declinedBehind = []
        }
        self.audio = Audio(port: port, formats: formats)
        self.section = .audio
    }

    private mutating func decline(_ words: [String]) {
        let text = ([words[0], "0"] + words[2...]).joined(separator: " ")
        if self.audio == nil {
            self.declinedBefore.append(text)
        } else {
            self.declinedBehind.append(text)
        }
    }

    private mutating func readAttribute(_ value: String, number: Int) throws(SessionDescriptionError) {
        if let direction = SessionDescription.Direction(rawValue: value) {
            switch self.section {
            case .session: self.sessionDirection = direction
            case .audio: self.audio?.direction = direction
            case .other: break
            }
            return
        }
        guard self.section == .audio, let colon = value.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        let rest = String(value[value.utf8.index(after: colon)...])
        switch value[..<colon] {
        case "rtpmap": try self.readEncoding(rest, number: number)
        case "fmtp":
            let words = rest.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let format = UInt8(words[0]) else { return }
            self.audio?.parameters[format] = String(words[1])
        case "ptime":
            self.audio?.packetMilliseconds = UInt32(HeaderSyntax.trimmed(rest[...]))
        default: break
        }
    }

    private mutating func readEncoding(_ value: String, number: Int) throws(SessionDescriptionError) {
        let words = Self.words(value)
        let encoding = words.count >= 2 ? words[1].split(separator: "/") : []
        guard let format = words.first.flatMap({ UInt8($0) }), encoding.count >= 2,
            let clockRate = UInt32(encoding[1])
        else {
            throw .badLine(number: number, found: "a=rtpmap:" + value, expected: "a=rtpmap:format name/rate")
        }
        // Two-channel encodings are none of ours; they keep no entry and so are never agreed on.
        guard encoding.count == 2 || encoding[2] == "1" else { return }
        self.audio?.encodings[format] = (String(encoding[0]), clockRate)
    }

    private mutating func readBandwidth(_ value: String) {
        guard self.section == .audio, value.hasPrefix("AS:") else { return }
        self.audio?.bandwidthKilobits = UInt32(value.dropFirst(3))
    }

    private static func words(_ value: String) -> [String] {
        value.split(separator: " ").map(String.init)
    }
}
