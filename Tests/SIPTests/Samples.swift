import Foundation
import SIP
import Timeline

enum Samples {
    static let names = [
        "01-invite", "02-200ok", "03-603-with-ack", "04-info-request", "05-info-msd", "06-info-failure",
    ]

    /// The octets of a message in the Examples folder beside this one.
    static func octets(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Examples")
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent("\(name).sip")))
    }

    /// Octets written as lines, each with CRLF behind it.
    static func lines(_ lines: String..., body: String = "") -> [UInt8] {
        Array((lines.map { "\($0)\r\n" }.joined() + "\r\n" + body).utf8)
    }

    /// A small whole request.
    static func options(_ extra: String..., body: String = "") -> [UInt8] {
        let head = [
            "OPTIONS sip:center@192.0.2.1 SIP/2.0",
            "Via: SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bKaa01;rport",
            "Max-Forwards: 70",
            "From: <sip:ivs@192.0.2.10>;tag=a1",
            "To: <sip:center@192.0.2.1>",
            "Call-ID: c1",
            "CSeq: 7 OPTIONS",
        ]
        let lines = head + extra + ["Content-Length: \(body.utf8.count)"]
        return Array((lines.map { "\($0)\r\n" }.joined() + "\r\n" + body).utf8)
    }

    static func invite(branch: String = "z9hG4bKaa02", transport: String = "TCP") throws -> Message {
        try Message(
            parsing: Self.lines(
                "INVITE urn:service:sos.ecall.manual SIP/2.0",
                "Via: SIP/2.0/\(transport) 192.0.2.10:5060;branch=\(branch);rport",
                "Max-Forwards: 70",
                "Route: <sip:192.0.2.1;lr>",
                "From: <sip:ivs@192.0.2.10>;tag=a1",
                "To: <urn:service:sos.ecall.manual>",
                "Call-ID: c1",
                "CSeq: 1 INVITE",
                "Contact: <sip:ivs@192.0.2.10:5060;transport=tcp>",
                "Content-Length: 0"
            )
        )
    }
}

extension Instant {
    /// The instant that many milliseconds after boot.
    static func milliseconds(_ count: Int64) -> Instant {
        Instant(nanosecondsSinceBoot: count * 1_000_000)
    }
}
