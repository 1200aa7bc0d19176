import SIP
import SIPTrace
import Testing
import Timeline

/// What a person reads of a trace.
@Suite struct LadderTests {
    @Test func eachLineHasTimeDirectionPeerStartLineAndSizes() {
        let near = TraceMessage.Path(
            transport: .udp,
            local: FlowAddress(host: "192.0.2.10", port: 5_060),
            remote: FlowAddress(host: "2001:db8::7", port: 5_060)
        )
        let messages = [
            Samples.message(1, at: 4_000, .sent, "INVITE sip:sos@center.invalid SIP/2.0\r\nX: y\r\n\r\nbody"),
            Samples.message(2, at: 4_012, .received, over: near, "SIP/2.0 100 Trying\r\n\r\n"),
            Samples.message(3, at: 129_456, .received, "BYE sip:ivs SIP/2.0\r\n\r\nab", length: 100_025),
        ]
        #expect(
            IncidentTrace(incident: "0f", messages: messages, omitted: 0).ladder == [
                "incident 0f: 3 SIP messages",
                "   0.000 -> tls 198.51.100.7:5061  INVITE sip:sos@center.invalid SIP/2.0 (51 octets, body 4)",
                "   0.012 <- udp [2001:db8::7]:5060 SIP/2.0 100 Trying (22 octets, body 0)",
                " 125.456 <- tls 198.51.100.7:5061  BYE sip:ivs SIP/2.0 (100025 octets, body 100002)",
            ]
        )
    }

    @Test func aTraceSaysHowManyMessagesItLacksAndThatItIsEmpty() {
        let some = IncidentTrace(incident: "a", messages: [Samples.message(1, at: 0)], omitted: 7)
        #expect(some.ladder.first == "incident a: 1 SIP messages, 7 more are not kept")
        #expect(IncidentTrace(incident: "a", messages: [], omitted: 0).ladder == ["incident a: 0 SIP messages"])
    }

    @Test func aStartLineMovesNoCursorAndFillsNoScreen() {
        let evil = Samples.message(1, at: 0, .received, "\u{1B}[2J\u{7} é\r\n\r\n")
        #expect(evil.startLine == "?[2J? ??")
        let long = Samples.message(1, at: 0, .received, String(repeating: "x", count: 5_000))
        #expect(long.startLine == String(repeating: "x", count: TraceLimits.maximumShownOctets) + "...")
    }
}
