import SIP
import SIPTrace
import Testing

/// No password can be guessed from a trace, and everything else is in it as it went over the wire.
@Suite struct SecretMaskTests {
    private static let secret = "6629fae49393a05397450978507c4ef1"

    /// The masked form of a request with these lines, which hold CR and LF where they are folded.
    private func masked(_ lines: String...) -> String {
        let text = "INFO sip:a@b.invalid SIP/2.0\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\nbody"
        let masked = SecretMask.masked(Array(text.utf8))
        #expect(SecretMask.masked(masked) == masked, "a second mask changes something")
        let result = String(decoding: masked, as: UTF8.self)
        #expect(result.hasPrefix("INFO sip:a@b.invalid SIP/2.0\r\n") && result.hasSuffix("\r\n\r\nbody"))
        return String(result.dropFirst("INFO sip:a@b.invalid SIP/2.0\r\n".count).dropLast("\r\n\r\nbody".count))
    }

    @Test(arguments: [
        "Authorization", "Proxy-Authorization", "AUTHORIZATION", "proxy-authorization", "Authorization \t",
    ])
    func theResponseOfADigestIsMaskedAndTheRestIsNot(name: String) {
        let before = #"Digest username="ivs", realm="center.invalid", nonce="n1", uri="sip:a@b.invalid", "#
        let after = #", algorithm=SHA-256, cnonce="0a4f", qop=auth, nc=00000001"#
        let masked = self.masked("\(name): \(before)response=\"\(Self.secret)\"\(after)")
        #expect(masked == "\(name): \(before)response=\"masked\"\(after)")
    }

    @Test func theResponseIsMaskedWithoutQuotesInCapitalsAndWithBlanksAroundTheEqualsSign() {
        #expect(
            self.masked("Authorization: Digest nc=1,RESPONSE=\(Self.secret)")
                == "Authorization: Digest nc=1,RESPONSE=masked"
        )
        #expect(
            self.masked("Authorization:Digest response = \"\(Self.secret)\" , nc=1")
                == "Authorization:Digest response = \"masked\" , nc=1"
        )
    }

    @Test func aFoldedFieldIsMaskedAndKeepsItsFolds() {
        let masked = self.masked(
            "Authorization: Digest username=\"ivs\",\r\n response\r\n\t=\r\n \"\(Self.secret)\",\r\n nc=00000001",
            "Max-Forwards: 70"
        )
        #expect(
            masked
                == "Authorization: Digest username=\"ivs\",\r\n response\r\n\t=\r\n \"masked\",\r\n nc=00000001\r\nMax-Forwards: 70"
        )
    }

    @Test func eachOfSeveralDigestsOnALineIsMasked() {
        let line = { (response: String) in
            #"Authorization: Digest realm="a", response="\#(response)", Digest realm="b", response="\#(response)""#
        }
        #expect(self.masked(line(Self.secret)) == line("masked"))
    }

    @Test func eachOfSeveralFieldsIsMasked() {
        let field = "Proxy-Authorization: Digest response=\"\(Self.secret)\""
        let masked = field.replacing(Self.secret, with: "masked")
        #expect(self.masked(field, "X: y", field) == "\(masked)\r\nX: y\r\n\(masked)")
    }

    @Test(arguments: [
        ("Basic aXZzOnNlY3JldA==", "Basic masked"), ("bearer abc.def", "bearer masked"), ("Token abc", "masked"),
        ("aXZzOnNlY3JldA==", "masked"), ("Digest aXZzOnNlY3JldA==", "Digest masked=masked"),
        ("Digest nc=1, Basic aXZzOnNlY3JldA==", "Digest nc=1, Basic masked"),
        ("Basic aXZz, Digest response=\"1\"", "Basic masked"), ("", ""),
    ])
    func credentialsThatAreNoDigestAreMaskedWhole(value: String, expected: String) {
        #expect(self.masked("Authorization: \(value)") == "Authorization: \(expected)")
    }

    @Test(arguments: [
        (#"Digest password="geheim", nc=1"#, #"Digest masked="masked", nc=1"#),
        (#"Digest nc=1 geheim"#, "Digest nc=1 masked"), (#"Digest username="a"geheim"#, #"Digest username="a"masked"#),
        (#"Digest response="geheim"#, #"Digest response="masked""#),
        (#"Digest response="ge\"heim", nc=1"#, #"Digest response="masked", nc=1"#),
        (#"Digest username="geheim"#, #"Digest username="masked""#),
        (#"Digest opaque=a=geheim"#, "Digest opaque=masked"), (#""geheim""#, "masked"), (#"=geheim"#, "masked"),
    ])
    func whatIsNotKnownOrBreaksTheSyntaxIsMasked(value: String, expected: String) {
        #expect(self.masked("Authorization: \(value)") == "Authorization: \(expected)")
    }

    @Test func theProofOfAServerIsMaskedAndItsNextNonceIsNot() {
        #expect(
            self.masked(#"Authentication-Info: nextnonce="n2", rspauth="\#(Self.secret)", qop=auth"#)
                == #"Authentication-Info: nextnonce="n2", rspauth="masked", qop=auth"#
        )
        #expect(self.masked("Proxy-Authentication-Info: rspauth=1") == "Proxy-Authentication-Info: rspauth=masked")
    }

    @Test func challengesAndOtherHeadersAreLeftAlone() {
        let lines = #"WWW-Authenticate: Digest realm="a", nonce="n", response="x""# + "\r\nX-Authorization: Basic abc"
        #expect(self.masked(lines) == lines)
    }

    @Test func aBareLineFeedEndsNoMaskAndHidesNoField() {
        #expect(
            self.masked("Authorization: Digest nc=1,\n response=\"\(Self.secret)\"\nX: y", "Z: 1")
                == "Authorization: Digest nc=1,\n response=\"masked\"\nmasked\r\nZ: 1"
        )
        #expect(self.masked("X: y\nAuthorization: Basic abc") == "X: y\nAuthorization: Basic masked")
    }

    @Test func aHeadWithoutEndIsMaskedToItsEnd() {
        let masked = SecretMask.masked(Array("OPTIONS sip:a SIP/2.0\r\nAuthorization: Basic abc".utf8))
        #expect(String(decoding: masked, as: UTF8.self) == "OPTIONS sip:a SIP/2.0\r\nAuthorization: Basic masked")
    }

    @Test func theBodyAndItsLengthStayWhateverTheyHold() throws {
        let body: [UInt8] = [0x00, 0x0D, 0x0A, 0xFF] + Array("\r\nAuthorization: Basic abc\r\n\r\n".utf8)
        let head = "INFO sip:a@b.invalid SIP/2.0\r\nAuthorization: Basic abc\r\nContent-Length: \(body.count)\r\n\r\n"
        let masked = try Message(parsing: SecretMask.masked(Array(head.utf8) + body))
        #expect(masked.body == body)
        #expect(masked.headers["Content-Length"] == "\(body.count)")
        #expect(masked.headers["Authorization"] == "Basic masked")
    }

    @Test func noCutOfAMessageShowsItsSecret() {
        let text =
            "INFO sip:a SIP/2.0\r\nAuthorization: Digest username=\"a\", response=\"\(Self.secret)\", nc=1\r\n"
            + "Authentication-Info: rspauth=\"\(Self.secret)\"\r\n\r\n"
        let octets = Array(text.utf8)
        for length in 0...octets.count {
            let masked = String(decoding: SecretMask.masked(Array(octets.prefix(length))), as: UTF8.self)
            #expect(!masked.contains(Self.secret.prefix(4)), "\(length) octets: \(masked)")
        }
    }
}
