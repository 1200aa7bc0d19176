internal import SIP

/// A session description (RFC 4566) with one audio stream: what an emergency call offers and answers.
///
/// Further streams of a peer are kept only to be declined in their place, as RFC 3264 section 6 asks.
package struct SessionDescription: Hashable, Sendable {
    /// One payload type of the audio stream.
    package struct Codec: Hashable, Sendable {
        /// 0...127.
        package let payloadType: UInt8
        /// The encoding name of the registry; compares without case.
        package let name: String
        /// Hertz of the RTP clock.
        package let clockRate: UInt32
        /// The `fmtp` text.
        package let formatParameters: String?

        package init(payloadType: UInt8, name: String, clockRate: UInt32, formatParameters: String? = nil) {
            self.payloadType = payloadType
            self.name = name
            self.clockRate = clockRate
            self.formatParameters = formatParameters
        }

        package static let pcma = Codec(payloadType: 8, name: "PCMA", clockRate: 8_000)
        package static let pcmu = Codec(payloadType: 0, name: "PCMU", clockRate: 8_000)
        /// Key presses as RTP events (RFC 4733), on the payload number that most peers use.
        package static let telephoneEvent = Codec(payloadType: 101, name: "telephone-event", clockRate: 8_000)

        /// Whether this carries key presses and no voice.
        package var isTelephoneEvent: Bool { HeaderSyntax.equalsIgnoringCase(self.name, "telephone-event") }

        /// Whether both mean the same encoding, on whatever payload number.
        package func matches(_ other: Codec) -> Bool {
            HeaderSyntax.equalsIgnoringCase(self.name, other.name) && self.clockRate == other.clockRate
        }
    }

    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case sendrecv, sendonly, recvonly, inactive

        /// What the other end calls this direction (RFC 3264 section 6.1).
        package var reversed: Direction {
            switch self {
            case .sendrecv: .sendrecv
            case .sendonly: .recvonly
            case .recvonly: .sendonly
            case .inactive: .inactive
            }
        }
    }

    /// The user name of the `o=` line: `ivs`, `psap`.
    package var originUser: String
    package var sessionID: UInt64
    /// Rises with each change of the description.
    package var sessionVersion: UInt64
    /// Where RTP is to be sent: an IP address, as text without brackets.
    package var address: String
    /// The UDP port of the audio stream; 0 when it is declined.
    package var audioPort: UInt16
    /// In order of preference.
    package var codecs: [Codec]
    /// Kilobits per second, `b=AS`.
    package var bandwidthKilobits: UInt32?
    /// Milliseconds of sound in a packet.
    package var packetMilliseconds: UInt32?
    package var direction: Direction
    /// The other streams before and behind the audio stream: what follows `m=`, their port being 0.
    package var declinedBefore: [String] = []
    package var declinedBehind: [String] = []

    package init(
        originUser: String,
        sessionID: UInt64,
        sessionVersion: UInt64 = 1,
        address: String,
        audioPort: UInt16,
        codecs: [Codec],
        bandwidthKilobits: UInt32? = nil,
        packetMilliseconds: UInt32? = 20,
        direction: Direction = .sendrecv
    ) {
        self.originUser = originUser
        self.sessionID = sessionID
        self.sessionVersion = sessionVersion
        self.address = address
        self.audioPort = audioPort
        self.codecs = codecs
        self.bandwidthKilobits = bandwidthKilobits
        self.packetMilliseconds = packetMilliseconds
        self.direction = direction
    }

    /// The codecs of every packaged installation: G.711, which RFC 6881 asks for, and key presses.
    package static let standardCodecs: [Codec] = [.pcma, .pcmu, .telephoneEvent]

    /// The first codec that carries voice; in an answer the one agreed on.
    package var voiceCodec: Codec? { self.codecs.first { !$0.isTelephoneEvent } }

    /// The answer to `offer`, with the first of its voice codecs that `supported` has.
    ///
    /// `nil` when the audio stream is declined or no codec is common: the call is then answered 488.
    package static func answer(
        to offer: SessionDescription,
        supporting supported: [Codec] = Self.standardCodecs,
        originUser: String,
        sessionID: UInt64,
        address: String,
        audioPort: UInt16
    ) -> SessionDescription? {
        let common = offer.codecs.filter { codec in supported.contains { $0.matches(codec) } }
        guard offer.audioPort != 0, let voice = common.first(where: { !$0.isTelephoneEvent }) else { return nil }
        let events = common.first { $0.isTelephoneEvent && $0.clockRate == voice.clockRate }
        var answer = SessionDescription(
            originUser: originUser,
            sessionID: sessionID,
            address: address,
            audioPort: audioPort,
            codecs: [voice, events].compactMap(\.self),
            direction: offer.direction.reversed
        )
        answer.declinedBefore = offer.declinedBefore
        answer.declinedBehind = offer.declinedBehind
        return answer
    }

    /// The description as text with CRLF line ends.
    package func serialized() -> [UInt8] {
        let family = self.address.contains(":") ? "IP6" : "IP4"
        var lines = [
            "v=0", "o=\(self.originUser) \(self.sessionID) \(self.sessionVersion) IN \(family) \(self.address)", "s=-",
            "c=IN \(family) \(self.address)", "t=0 0",
        ]
        lines += self.declinedBefore.map { "m=" + $0 }
        let formats = self.codecs.map { " \($0.payloadType)" }.joined()
        lines.append("m=audio \(self.audioPort) RTP/AVP\(formats)")
        if let kilobits = self.bandwidthKilobits { lines.append("b=AS:\(kilobits)") }
        for codec in self.codecs {
            lines.append("a=rtpmap:\(codec.payloadType) \(codec.name)/\(codec.clockRate)")
            if let parameters = codec.formatParameters { lines.append("a=fmtp:\(codec.payloadType) \(parameters)") }
        }
        if let milliseconds = self.packetMilliseconds { lines.append("a=ptime:\(milliseconds)") }
        lines.append("a=\(self.direction.rawValue)")
        lines += self.declinedBehind.map { "m=" + $0 }
        return Array(lines.map { $0 + "\r\n" }.joined().utf8)
    }
}

/// Why a session description was refused.
package enum SessionDescriptionError: Error, Hashable, Sendable {
    case tooLarge(octets: Int, maximum: Int)
    case tooManyLines(maximum: Int)
    case notText
    /// A line, counted from 1, that is not what its place or letter asks for.
    case badLine(number: Int, found: String, expected: String)
    case noOrigin
    case noAudioStream
    case noConnectionAddress
}

extension SessionDescriptionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let octets, let maximum): "session: \(octets) octets, allowed are \(maximum)"
        case .tooManyLines(let maximum): "session: more than \(maximum) lines"
        case .notText: "session: not UTF-8 text"
        case .badLine(let number, let found, let expected):
            "session: line \(number) is \"\(found)\", expected \(expected)"
        case .noOrigin: "session: no o= line"
        case .noAudioStream: "session: no audio stream over RTP/AVP"
        case .noConnectionAddress: "session: no c= line for the audio stream"
        }
    }
}
