import SIP
import SIPTrace
import Timeline

/// Messages as tests trace them.
enum Samples {
    static let path = TraceMessage.Path(
        transport: .tls,
        local: FlowAddress(host: "192.0.2.10", port: 40_001),
        remote: FlowAddress(host: "198.51.100.7", port: 5_061)
    )

    static func message(
        _ number: Int,
        at milliseconds: Int64,
        wall: Int64? = nil,
        _ direction: TraceMessage.Direction = .sent,
        over path: TraceMessage.Path = Samples.path,
        _ text: String = "ACK sip:a SIP/2.0\r\n\r\n",
        length: Int? = nil
    ) -> TraceMessage {
        TraceMessage(
            number: number,
            at: .boot.advanced(by: .milliseconds(milliseconds)),
            wallMilliseconds: wall,
            direction: direction,
            path: path,
            length: length ?? text.utf8.count,
            octets: Array(text.utf8)
        )
    }
}
