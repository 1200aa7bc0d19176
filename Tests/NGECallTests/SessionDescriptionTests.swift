import NGECall
import SIP
import Testing

@Suite struct SessionDescriptionTests {
    private let header = "v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\ns=-\r\n"

    private func parse(_ text: String) throws(SessionDescriptionError) -> SessionDescription {
        try SessionDescription(parsing: Array((self.header + text).utf8))
    }

    private func error(_ text: String) -> SessionDescriptionError? {
        do throws(SessionDescriptionError) {
            _ = try SessionDescription(parsing: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    private func answer(to offer: SessionDescription) -> SessionDescription? {
        SessionDescription.answer(
            to: offer,
            originUser: "psap",
            sessionID: 7001,
            address: "198.51.100.20",
            audioPort: 50_000
        )
    }

    @Test func theExamplesAreReadAndWrittenByteForByte() throws {
        let offer = try #require(try BodyParts(Samples.message("01-invite.sip")).first("application/sdp")).body
        #expect(try SessionDescription(parsing: offer) == Samples.offer)
        #expect(Samples.offer.serialized() == offer)
        let answer = try #require(try BodyParts(Samples.message("02-200ok.sip")).first("application/sdp")).body
        #expect(self.answer(to: Samples.offer)?.serialized() == answer)
        #expect(try SessionDescription(parsing: answer).voiceCodec == .pcma)
    }

    @Test func ourOfferIsLawTonesAndBothDirections() throws {
        let offer = SessionDescription(
            originUser: "ivs",
            sessionID: 1,
            address: "2001:db8::1",
            audioPort: 4000,
            codecs: SessionDescription.standardCodecs
        )
        let text = String(decoding: offer.serialized(), as: UTF8.self)
        #expect(
            text == """
                v=0\r
                o=ivs 1 1 IN IP6 2001:db8::1\r
                s=-\r
                c=IN IP6 2001:db8::1\r
                t=0 0\r
                m=audio 4000 RTP/AVP 8 0 101\r
                a=rtpmap:8 PCMA/8000\r
                a=rtpmap:0 PCMU/8000\r
                a=rtpmap:101 telephone-event/8000\r
                a=ptime:20\r
                a=sendrecv\r

                """
        )
        #expect(try SessionDescription(parsing: offer.serialized()) == offer)
    }

    @Test func staticPayloadNumbersNeedNoMap() throws {
        let session = try self.parse("c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0 96 8\na=recvonly\n")
        #expect(session.codecs.map(\.name) == ["PCMU", "PCMA"])
        #expect(session.direction == .recvonly)
        #expect(session.packetMilliseconds == nil)
        #expect(self.answer(to: session)?.direction == .sendonly)
        #expect(self.answer(to: session)?.codecs == [.pcmu])
    }

    @Test func theStreamsOwnAddressAndDirectionWin() throws {
        let session = try self.parse(
            "c=IN IP4 192.0.2.1\r\na=inactive\r\nm=audio 4000 RTP/AVP 8\r\nc=IN IP4 192.0.2.9/127\r\na=sendonly\r\n"
        )
        #expect(session.address == "192.0.2.9")
        #expect(session.direction == .sendonly)
    }

    @Test func otherStreamsAreDeclinedInTheirPlace() throws {
        let session = try self.parse(
            "c=IN IP4 192.0.2.1\r\nm=video 1 RTP/AVP 96\r\na=sendonly\r\nm=audio 4000 RTP/AVP 8\r\nm=text 9 TCP x\r\n"
        )
        let answer = try #require(self.answer(to: session))
        let lines = String(decoding: answer.serialized(), as: UTF8.self).split(separator: "\r\n")
        #expect(
            lines.filter { $0.hasPrefix("m=") }
                == ["m=video 0 RTP/AVP 96", "m=audio 50000 RTP/AVP 8", "m=text 0 TCP x"]
        )
        #expect(answer.direction == .sendrecv)
    }

    @Test func thereIsNoAnswerWithoutAStreamOrACommonCodec() throws {
        let connection = "c=IN IP4 192.0.2.1\r\n"
        #expect(self.answer(to: try self.parse(connection + "m=audio 0 RTP/AVP 8\r\n")) == nil)
        #expect(self.answer(to: try self.parse(connection + "m=audio 4 RTP/AVP 18\r\n")) == nil)
        let events = try self.parse(connection + "m=audio 4 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n")
        #expect(self.answer(to: events) == nil)
    }

    @Test func theOffersPayloadNumbersAreKept() throws {
        let session = try self.parse(
            "c=IN IP4 192.0.2.1\r\nm=audio 4 RTP/AVP 99 100\r\na=rtpmap:99 pcma/8000/1\r\n"
                + "a=rtpmap:100 Telephone-Event/8000\r\na=fmtp:100 0-15\r\n"
        )
        #expect(self.answer(to: session)?.codecs == session.codecs)
        #expect(session.codecs.map(\.payloadType) == [99, 100])
        #expect(session.codecs.last?.formatParameters == "0-15")
    }

    @Test func refusesByName() {
        let good = self.header
        #expect(self.error("") == .noOrigin)
        #expect(self.error("v=1\r\n") == .badLine(number: 1, found: "v=1", expected: "v=0"))
        #expect(self.error("v=0\r\nx\r\n") == .badLine(number: 2, found: "x", expected: "a letter and ="))
        #expect(
            self.error("v=0\r\no=x\r\n")
                == .badLine(number: 2, found: "o=x", expected: "o=user id version IN IP4|IP6 address")
        )
        #expect(self.error(good + "c=IN IP4 192.0.2.1\r\n") == .noAudioStream)
        #expect(self.error(good + "c=IN IP4 192.0.2.1\r\nm=audio 4 RTP/SAVP 8\r\n") == .noAudioStream)
        #expect(self.error(good + "m=audio 4 RTP/AVP 8\r\n") == .noConnectionAddress)
        #expect(
            self.error(good + "c=IN IP5 x\r\n")
                == .badLine(number: 4, found: "c=IN IP5 x", expected: "c=IN IP4|IP6 address")
        )
        #expect(
            self.error(good + "m=audio 65536 RTP/AVP 8\r\n")
                == .badLine(number: 4, found: "m=audio 65536 RTP/AVP 8", expected: "m=kind port protocol format…")
        )
        #expect(
            self.error(good + "m=audio 4 RTP/AVP 128\r\n")
                == .badLine(number: 4, found: "m=audio 4 RTP/AVP 128", expected: "payload numbers 0...127")
        )
        #expect(
            self.error(good + "m=audio 4 RTP/AVP 96\r\na=rtpmap:96 X\r\n")
                == .badLine(number: 5, found: "a=rtpmap:96 X", expected: "a=rtpmap:format name/rate")
        )
        #expect(throws: SessionDescriptionError.notText) { try SessionDescription(parsing: [0x76, 0x3D, 0x30, 0xFF]) }
    }

    @Test func refusesMoreThanItsLimits() {
        let lines = String(repeating: "a=x\r\n", count: SessionDescription.maximumLines - 2)
        #expect(self.error(self.header + lines) == .tooManyLines(maximum: SessionDescription.maximumLines))
        let long = self.header + "a=" + String(repeating: "x", count: SessionDescription.maximumOctets)
        #expect(
            self.error(long)
                == .tooLarge(octets: long.utf8.count, maximum: SessionDescription.maximumOctets)
        )
    }
}
