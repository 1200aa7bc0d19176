import SIP
import Testing

@Suite struct MessageRefusalTests {
    private func code(_ octets: [UInt8], limits: Limits = Limits()) -> MessageError.Code? {
        do throws(MessageError) {
            _ = try Envelope(try Message(parsing: octets, limits: limits))
            return nil
        } catch {
            return error.code
        }
    }

    private func start(_ line: String) -> MessageError.Code? {
        self.code(Samples.lines(line, "Via: SIP/2.0/TCP h;branch=z9hG4bK1"))
    }

    @Test func refusesBrokenStartLines() {
        #expect(self.start("OPTIONS  sip:a@b SIP/2.0") == .startLine)
        #expect(self.start("OPTIONS sip:a@b SIP/2.0 ") == .startLine)
        #expect(self.start("OPTIONS sip:a@b") == .startLine)
        #expect(self.start("OPT(IONS sip:a@b SIP/2.0") == .startLine)
        #expect(self.start("OPTIONS sip:a@b HTTP/1.1") == .startLine)
        #expect(self.start("OPTIONS sip:a@b SIP/7.0") == .version)
        #expect(self.start("SIP/3.0 200 OK") == .version)
        #expect(self.start("SIP/2.0 4294967301 better") == .status)
        #expect(self.start("SIP/2.0 99 low") == .status)
        #expect(self.start("SIP/2.0 700 high") == .status)
    }

    @Test func namesTheLineAndTheHeader() throws {
        let error = try #require(throws: MessageError.self) {
            try Message(parsing: Samples.lines("OPTIONS sip:a@b SIP/2.0", "A: 1", " 2", "Content-Length: -1"))
        }
        #expect(error.code == .contentLength)
        #expect(error.line == 4)
        #expect(error.header == "Content-Length")
        #expect(error.description == "line 4: Content-Length: expected a number of octets")
    }

    @Test func refusesBrokenHeaderLines() {
        #expect(self.code(Samples.options("no colon")) == .headerLine)
        #expect(self.code(Samples.options(": no name")) == .headerLine)
        #expect(self.code(Samples.options("two words: x")) == .headerLine)
        #expect(self.code(Samples.options("X: a\rb")) == .headerLine)
        #expect(self.code(Samples.options("X: a\nb")) == .headerLine)
    }

    @Test func refusesContradictingLengthsAndAcceptsEqualOnes() {
        #expect(self.code(Samples.options("Content-Length: 5")) == .contentLength)
        #expect(self.code(Samples.options("Content-Length: 0")) == nil)
        #expect(self.code(Samples.options("l: 99999999999999999999")) == .contentLength)
    }

    @Test func refusesABodyThatIsTooShort() {
        let octets = Samples.options(body: "12345")
        #expect(self.code(octets.dropLast()) == .shortBody)
    }

    private func code(_ octets: ArraySlice<UInt8>) -> MessageError.Code? { self.code(Array(octets)) }

    @Test(arguments: ["Via", "From", "To", "Call-ID", "CSeq"])
    func refusesAMissingHeader(name: String) throws {
        var message = try Message(parsing: Samples.options())
        message.headers.remove(name)
        #expect(self.code(message.serialized()) == .missingHeader)
    }

    @Test(arguments: ["From: <sip:x@y>;tag=2", "To: <sip:x@y>", "Call-ID: z", "CSeq: 8 OPTIONS", "Max-Forwards: 1"])
    func refusesARepeatedHeader(line: String) {
        #expect(self.code(Samples.options(line)) == .repeatedHeader)
    }

    @Test func refusesValuesOutOfTheGrammar() throws {
        let cases: [(String, String)] = [
            ("CSeq", "2147483648 OPTIONS"), ("CSeq", "7 INVITE"), ("CSeq", "x OPTIONS"), ("CSeq", "7"),
            ("Max-Forwards", "256"), ("Max-Forwards", "-1"), ("Call-ID", "a b"), ("Call-ID", ""),
            ("From", #""open <sip:a@b>;tag=1"#), ("From", "Bell, A <sip:a@b>"), ("To", "< sip:a@b>"),
            ("To", "sip:a@b?x=y"), ("To", "<sip:a@b>;tag"), ("From", "<sip:a@b>;tag;tag=1"),
            ("Via", "SIP/2.0/UDP 192.0.2.15;;,;,,"), ("Via", "SIP/2.0/UDP"),
            ("Via", "HTTP/2.0/UDP h"), ("Via", "SIP/2.0/UDP h:99999"),
        ]
        for (name, value) in cases {
            var message = try Message(parsing: Samples.options())
            message.headers.set(name, value)
            let code = self.code(message.serialized())
            #expect(code == .headerValue, "\(name): \(value)")
        }
    }

    @Test func namesEveryLimit() {
        var limits = Limits()
        limits.startLineBytes = 30
        #expect(self.code(Samples.options(), limits: limits) == .startLineTooLong)
        limits = Limits()
        limits.headerLineBytes = 50
        #expect(self.code(Samples.options(), limits: limits) == .headerTooLong)
        limits = Limits()
        limits.headerCount = 6
        #expect(self.code(Samples.options(), limits: limits) == .tooManyHeaders)
        limits = Limits()
        limits.headBytes = 100
        #expect(self.code(Samples.options(), limits: limits) == .headTooLong)
        limits = Limits()
        limits.bodyBytes = 3
        #expect(self.code(Samples.options(body: "1234"), limits: limits) == .bodyTooLong)
    }
}
