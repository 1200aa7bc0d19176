import SIP
import Testing

@Suite struct MessageTests {
    @Test(arguments: Samples.names)
    func serialisesEveryExampleToTheSameOctets(name: String) throws {
        let octets = try Samples.octets(name)
        #expect(try Message(parsing: octets).serialized() == octets)
    }

    @Test func keepsTheZeroOctetsOfAnMSD() throws {
        let message = try Message(parsing: Samples.octets("01-invite"))
        #expect(message.body.count == 2336)
        #expect(message.body.contains(0))
        #expect(message.requestURI == "urn:service:sos.ecall.automatic")
        #expect(message.headers.all("call-info").count == 2)
    }

    @Test func expandsCompactNames() throws {
        let message = try Message(
            parsing: Samples.lines(
                "OPTIONS sip:a@b SIP/2.0",
                "v: SIP/2.0/UDP h",
                "f: <sip:x@y>;tag=1",
                "t: <sip:a@b>",
                "i: 1",
                "m: *",
                "c: text/plain",
                "k: x",
                "o: y",
                "r: <sip:q@z>",
                "s: hi",
                "l: 0",
                "x: 90",
                "u: presence"
            )
        )
        #expect(
            message.headers.fields.map(\.name) == [
                "Via", "From", "To", "Call-ID", "Contact", "Content-Type", "Supported", "Event", "Refer-To", "Subject",
                "Content-Length", "Session-Expires", "Allow-Events",
            ]
        )
    }

    @Test func unfoldsHeadersToOneBlank() throws {
        let octets = Samples.lines("OPTIONS sip:a@b SIP/2.0", "Subject: one  ", "\t two", "   three", "X-Y:", " z")
        let message = try Message(parsing: octets)
        #expect(message.headers["Subject"] == "one two three")
        #expect(message.headers["x-y"] == "z")
    }

    @Test func keepsTheCaseOfNamesAndSeveralValuesOfALine() throws {
        let message = try Message(parsing: Samples.options("aLLow: INVITE, ACK", "ALLOW: BYE"))
        #expect(message.headers.elements("Allow") == ["INVITE", "ACK", "BYE"])
        let text = String(decoding: message.serialized(), as: UTF8.self)
        #expect(text.contains("aLLow: INVITE, ACK\r\nALLOW: BYE\r\n"))
    }

    @Test func commasInQuotesAndBracketsDoNotSplit() throws {
        let message = try Message(parsing: Samples.options(#"Contact: "A, \"B" <sip:a,b@c>, <sip:d@e>"#))
        #expect(message.headers.elements("Contact") == [#""A, \"B" <sip:a,b@c>"#, "<sip:d@e>"])
    }

    @Test func setsContentLengthToTheTruth() throws {
        var message = try Message(parsing: Samples.options())
        message.body = Array("four".utf8)
        #expect(String(decoding: message.serialized(), as: UTF8.self).contains("Content-Length: 4\r\n\r\nfour"))
        message.headers.remove("Content-Length")
        #expect(String(decoding: message.serialized(), as: UTF8.self).hasSuffix("Content-Length: 4\r\n\r\nfour"))
    }

    @Test func aLineBreakInAValueStartsNoHeader() throws {
        var message = try Message(parsing: Samples.options())
        message.headers.append("X-Note", "a\r\nInjected: yes")
        #expect(try !Message(parsing: message.serialized()).headers.contains("Injected"))
    }

    @Test func withoutContentLengthADatagramIsBodyToItsEnd() throws {
        #expect(try Message(parsing: Samples.lines("SIP/2.0 200 OK", "X: y", body: "abc")).body == Array("abc".utf8))
    }

    @Test func octetsBehindTheBodyAreNoise() throws {
        #expect(try Message(parsing: Samples.options() + [1, 2, 3]).body.isEmpty)
    }

    @Test func acceptsAnEmptyReasonWithOrWithoutItsBlank() throws {
        let withBlank = try Message(parsing: Samples.lines("SIP/2.0 200 ", "X: y"))
        let without = try Message(parsing: Samples.lines("SIP/2.0 200", "X: y"))
        #expect(withBlank.status == 200)
        #expect(withBlank == without)
    }

    @Test(arguments: Samples.names)
    func noPrefixOfAMessageIsAMessage(name: String) throws {
        let octets = try Samples.octets(name)
        for length in 0..<octets.count {
            #expect(throws: MessageError.self) { try Message(parsing: Array(octets[..<length])) }
        }
    }

    @Test func aFlippedBitIsRefusedOrKeptByTheSecondReading() throws {
        let octets = try Samples.octets("04-info-request")
        for index in octets.indices {
            for bit in 0..<8 {
                var changed = octets
                changed[index] ^= 1 << UInt8(bit)
                guard let once = try? Message(parsing: changed) else { continue }
                #expect(try Message(parsing: once.serialized()).body == once.body)
            }
        }
    }
}
