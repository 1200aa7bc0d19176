import SIP
import Testing
import Timeline

/// What a trace is shown of the messages that come: their octets, untouched.
@Suite struct TapTests {
    private func shown(
        _ octets: [UInt8],
        segment: Int = .max,
        transport: Transport = .tcp
    ) -> [(octets: [UInt8], callID: String?)] {
        var bench = Bench(transport: transport)
        var shown: [(octets: [UInt8], callID: String?)] = []
        var rest = octets[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(segment))
            let outputs = bench.agent.received(part, over: bench.flow, at: bench.now) { octets, headers in
                shown.append((Array(octets), headers["Call-ID"]))
            }
            rest = rest.dropFirst(segment)
            if outputs.contains(where: { if case .close = $0 { true } else { false } }) { break }
        }
        return shown
    }

    @Test(arguments: [1, 2, 3, 7, 61, 997, 100_000])
    func eachMessageOfAStreamIsShownAsItCameHoweverItIsCut(segment: Int) throws {
        let messages = try Samples.names.map { try Samples.octets($0) }
        let stream = messages.flatMap { $0 + Array("\r\n\r\n".utf8) }
        let shown = self.shown(stream, segment: segment)
        #expect(shown.map(\.octets) == messages)
        #expect(shown.map(\.callID) == (try messages.map { try Message(parsing: $0).headers["Call-ID"] }))
    }

    @Test func foldsAndCompactNamesAreShownAsTheyAre() {
        let octets = Samples.lines("OPTIONS sip:a SIP/2.0", "i: 7", "Subject: a", "  b", "l: 2", body: "ab")
        #expect(self.shown(octets).map(\.octets) == [octets])
        #expect(self.shown(octets).map(\.callID) == ["7"])
    }

    @Test func aMalformedMessageIsShownToo() {
        let octets = Samples.lines("OPTIONS sip:a SIP/2.0", "Call-ID: 8", "no header", "Content-Length: 0")
        #expect(self.shown(octets).map(\.octets) == [octets])
        #expect(self.shown(octets, transport: .udp).map(\.octets) == [octets])
    }

    @Test func ofAStreamThatCannotBeReadOnTheHeadIsShown() {
        let head = Samples.lines("OPTIONS sip:a SIP/2.0", "Call-ID: 9")
        #expect(self.shown(head + Array("rest".utf8)).map(\.octets) == [head])
        let endless = Array("OPTIONS sip:a SIP/2.0\r\nX: ".utf8) + Array(repeating: 0x61, count: 40_000)
        #expect(self.shown(endless).map(\.octets.count) == [Limits().headBytes])
    }

    @Test func keepAlivesAreNotShown() {
        #expect(self.shown(Array("\r\n\r\n\r\n".utf8)).isEmpty)
        #expect(self.shown(Array("\r\n\r\n".utf8), transport: .udp).isEmpty)
    }
}
