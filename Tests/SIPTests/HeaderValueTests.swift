import SIP
import Testing

@Suite struct HeaderValueTests {
    @Test(arguments: [
        "sip:alice@example.com", "sips:example.com:5061", "sip:[2001:db8::10]:5070;transport=tcp",
        "sip:+441632960123@ims.example.net;user=phone", "sip:a;b=c?d@example.com", "sip:a@b;lr?Subject=x&Y=z",
        "urn:service:sos.ecall.manual", "tel:112", "soap.beep://192.0.2.103:3002", "sip:null-%00-null@example.com",
    ])
    func writesAURIAsItWasRead(text: String) throws {
        #expect(try URI(parsing: text).description == text)
    }

    @Test func takesASIPURIApart() throws {
        guard case .sip(let uri) = try URI(parsing: "sip:user;par=u%40example.net@[2001:db8::1]:5070;lr;x=y?h=v") else {
            Issue.record("not a sip URI")
            return
        }
        #expect(uri.user == "user;par=u%40example.net")
        #expect(uri.host == "2001:db8::1")
        #expect(uri.port == 5070)
        #expect(uri.parameters.contains("LR"))
        #expect(uri.parameters["x"] == "y")
        #expect(uri.headers == "h=v")
    }

    @Test(arguments: [
        "alice", "sip:", ":x", "1sip:x", "sip:@host", "sip:a@b@c", "sip:a@", "sip:a@b:0", "sip:a@b:65536", "sip:a@b:x",
        "sip:2001:db8::10", "sip:[2001:db8::10", "sip:[zz::]", "sip:a@b;", "sip:a@b;;x", "sip:a b@c", "<sip:a@b>",
        "urn:a\"b", "sip:a@b;x=",
    ])
    func refusesABrokenURI(text: String) {
        #expect(throws: SyntaxError.self) { try URI(parsing: text) }
    }

    @Test func withoutBracketsParametersBelongToTheHeader() throws {
        let bare = try NameAddress(parsing: "sip:a@b;tag=1")
        let bracketed = try NameAddress(parsing: "<sip:a@b;tag=1>")
        #expect(bare.tag == "1")
        #expect(bracketed.tag == nil)
        #expect(bracketed.uri.description == "sip:a@b;tag=1")
    }

    @Test func readsDisplayNames() throws {
        let quoted = try NameAddress(parsing: #""A \"<\" B"<sip:a@b> ; tag = x"#)
        #expect(quoted.display == #""A \"<\" B""#)
        #expect(quoted.tag == "x")
        #expect(try NameAddress(parsing: "caller<sip:a@b>").display == "caller")
        #expect(try NameAddress(parsing: "Two words  <urn:x:y>").display == "Two words")
        #expect(try NameAddress(parsing: "<urn:x:y>").display == nil)
    }

    @Test func keepsContactParametersAsWritten() throws {
        let text = #"<sip:ivs@192.0.2.10:5061;transport=tls>;+sip.instance="<urn:gsma:imei:1-2>";audio"#
        let address = try NameAddress(parsing: text)
        #expect(address.description == text)
        #expect(address.parameters["+sip.instance"] == #""<urn:gsma:imei:1-2>""#)
        #expect(address.parameters.contains("audio"))
    }

    @Test(arguments: [
        "", "<sip:a@b", "\"open <sip:a@b>", "Bell, A <sip:a@b>", "<sip:a@b> x", "<sip:a@b>;", "<sip:a@b>;;x",
        "\"q\" sip:a@b", "<sip:a@b>;x=\"open", "< sip:a@b>", "<>",
        // A bracket would protect a tag that is added behind it.
        "<sip:a@b>;x=<y", "<sip:a@b>;x=y>", "sip:a@b;x=<",
    ])
    func refusesABrokenAddress(text: String) {
        #expect(throws: SyntaxError.self) { try NameAddress(parsing: text) }
    }

    @Test func readsAViaWithBlanksEverywhere() throws {
        let via = try Via(parsing: "SIP  / 2.0 / UDP   192.0.2.2 : 5070 ;branch = z9hG4bKx ; rport")
        #expect(via.transport == "UDP")
        #expect(via.host == "192.0.2.2")
        #expect(via.port == 5070)
        #expect(via.uniqueBranch == "z9hG4bKx")
        #expect(via.description == "SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bKx;rport")
    }

    @Test func readsAnIPv6ViaAndReceivedWithOrWithoutBrackets() throws {
        let via = try Via(parsing: "SIP/2.0/TLS [2001:db8::9]:5061;received=[2001:db8::9:255];branch=z9hG4bK1")
        #expect(via.host == "2001:db8::9")
        #expect(via.sentBy == "[2001:db8::9]:5061")
        #expect(try Via(parsing: "SIP/2.0/TLS h;received=2001:db8::9:255").parameters["received"] == "2001:db8::9:255")
    }

    @Test func theBareCookieNamesNoTransaction() throws {
        #expect(try Via(parsing: "SIP/2.0/TCP h;branch=z9hG4bK").uniqueBranch == nil)
        #expect(try Via(parsing: "SIP/2.0/TCP h;branch=1").uniqueBranch == nil)
        #expect(try Via(parsing: "SIP/2.0/TCP h").uniqueBranch == nil)
        #expect(try Via(parsing: "SIP/2.0/TCP h;branch=Z9HG4BKa").uniqueBranch == "Z9HG4BKa")
    }

    @Test func notesTheSourceOfARequest() throws {
        let source = FlowAddress(host: "203.0.113.9", port: 4711)
        var natted = try Via(parsing: "SIP/2.0/TCP 192.168.1.2:5060;branch=z9hG4bK1;rport")
        natted.noteSource(source)
        #expect(natted.parameters["rport"] == "4711")
        #expect(natted.parameters["received"] == "203.0.113.9")
        var near = try Via(parsing: "SIP/2.0/TCP 203.0.113.9:5060;branch=z9hG4bK1;rport")
        near.noteSource(source)
        #expect(near.parameters["received"] == "203.0.113.9", "RFC 3581 4 wants it with rport, even if equal")
        var honest = try Via(parsing: "SIP/2.0/TCP 203.0.113.9:5060;branch=z9hG4bK1")
        let before = honest
        honest.noteSource(source)
        #expect(honest == before)
    }

    @Test func readsCSeqWithLeadingZeros() throws {
        let cseq = try CSeq(parsing: "0009   INVITE")
        #expect(cseq == CSeq(9, .invite))
        #expect(cseq.description == "9 INVITE")
    }

    @Test func aHeaderIsReplacedInItsPlace() {
        var headers: Headers = [Header("A", "1"), Header("B", "2"), Header("a", "3")]
        headers.set("a", "4")
        #expect(headers.fields == [Header("a", "4"), Header("B", "2")])
    }
}
