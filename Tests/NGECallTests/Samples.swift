import Foundation
import NGECall
import SIP

/// The byte-exact messages beside the tests, and values that several suites share.
enum Samples {
    static let msdID = "msd-1.4b2e@ivs.example.net"
    static let locationID = "loc-1.4b2e@ivs.example.net"
    static let capabilitiesID = "cap-1.4b2e@ivs.example.net"

    static let msd = hex("0324101A041040D1CCB4B20718528A00002096B02D9408A550A78827BFE38587EE0C7F20F020")

    static let names = [
        "01-invite.sip", "02-200ok.sip", "03-603-with-ack.sip", "04-info-request.sip", "05-info-msd.sip",
        "06-info-failure.sip",
    ]

    static func octets(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Examples").appending(path: name)))
    }

    static func message(_ name: String) throws -> Message {
        try Message(parsing: Self.octets(name))
    }

    static func hex(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).compactMap { offset in
            UInt8(text.dropFirst(offset).prefix(2), radix: 16)
        }
    }

    static func octets(of text: String) -> [UInt8] { Array(text.utf8) }

    static let location = LocationDocument(
        entity: "pres:+441632960123@ims.mnc001.mcc001.3gppnetwork.org",
        shape: .circle(
            .init(latitudeMilliarcseconds: 173_345_400, longitudeMilliarcseconds: 41_680_440),
            radiusMillimeters: 15_000
        ),
        method: "GPS",
        retransmissionAllowed: true,
        retentionExpiry: "2026-11-23T12:00:00Z",
        deviceID: "urn:uuid:3f1f3f0a-5a3e-4c0e-9a49-2f6f6a4c1d11",
        timestamp: "2026-11-22T12:00:00Z"
    )

    /// The offer of 01-invite.sip.
    static let offer = SessionDescription(
        originUser: "ivs",
        sessionID: 4001,
        address: "192.0.2.10",
        audioPort: 40_000,
        codecs: [
            .init(payloadType: 98, name: "AMR-WB", clockRate: 16_000),
            .init(payloadType: 97, name: "AMR", clockRate: 8_000), .pcma, .pcmu, .telephoneEvent,
        ],
        bandwidthKilobits: 80
    )

    /// The vehicle of 01-invite.sip.
    static var invite: EmergencyInvite {
        var invite = EmergencyInvite(profile: .emergency112, service: .automatic, session: Self.offer)
        invite.msd = MSDPart(octets: Self.msd, contentID: Self.msdID)
        invite.location = .init(document: Self.location, contentID: Self.locationID)
        invite.capabilitiesID = Self.capabilitiesID
        invite.accept = [
            "application/sdp", "application/3gpp-ims+xml", "application/pidf+xml", "multipart/mixed",
            "application/EmergencyCallData.Control+xml",
        ]
        invite.allow = [
            "INVITE", "ACK", "CANCEL", "BYE", "PRACK", "UPDATE", "INFO", "OPTIONS", "REFER", "SUBSCRIBE", "NOTIFY",
        ].map(Method.init)
        invite.supported = ["100rel", "geolocation"]
        invite.networkHeaders = [
            Header(
                "P-Preferred-Identity",
                "<sip:+441632960123@ims.mnc001.mcc001.3gppnetwork.org;user=phone>"
            ),
            Header("P-Preferred-Service", "urn:urn-7:3gpp-service.ims.icsi.mmtel"),
            Header("P-Access-Network-Info", "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000101"),
        ]
        return invite
    }

    static func response(_ status: Int, _ content: MessageContent = MessageContent()) -> Message {
        Message(startLine: .response(status: status, reason: "Test"), headers: content.headers, body: content.body)
    }

    static func request(_ method: Method, _ uri: String, _ content: MessageContent = MessageContent()) -> Message {
        Message(startLine: .request(method: method, uri: uri), headers: content.headers, body: content.body)
    }
}

/// The header fields of `message` from `first` to `last`, what the transaction and the framing add left out.
func fields(of message: Message, from first: String, to last: String) -> [Header] {
    let fields = message.headers.fields
    guard let start = fields.firstIndex(where: { $0.isNamed(first) }),
        let end = fields.lastIndex(where: { $0.isNamed(last) })
    else { return [] }
    return Array(fields[start...end])
}
