import NGECall
import SIP
import Testing

@Suite struct EmergencyGateTests {
    private let remote = "192.0.2.7"

    private func gate(
        unlocked: Bool = false,
        allowed: [String] = [],
        simulated: Bool = false
    ) throws -> EmergencyGate {
        try EmergencyGate(unlocked: unlocked, allowedAddresses: allowed, simulated: simulated)
    }

    private func request(_ uri: String, _ headers: Headers = []) -> Message {
        Samples.request(.invite, uri, MessageContent(headers: headers))
    }

    private func isPermitted(_ gate: EmergencyGate, _ message: Message, _ address: String) -> Bool {
        gate.verdict(for: message, toAddress: address) == .permitted
    }

    @Test(arguments: [
        "urn:service:sos", "urn:service:sos.ecall.manual", "URN:SERVICE:SOS.police", "urn:service:%73os",
        "urn:nena:service:sos.psap", "urn:service:sosx", "sip:112@example.org", "sips:112@example.org;user=phone",
        "SIP:112;phone-context=+49@example.org", "sip:112:secret@example.org", "sip:1-1.2@example.org", "tel:112",
        "tel:1(12);phone-context=example.org", "TEL:9-1-1", "sip:%31%31%32@example.org", "sip:+112@example.org",
        "sip:112", "sip:911@[2001:db8::1]:5060", "tel:08", "tel:000", "112", "unknown:999", "sip: 112 @example.org",
        "sip:x@proxy.example.org;target=urn:service:sos", "sip:112@example.org;x=a@b",
        "sip:112@example.org?Subject=a%40b",
        "sip:112:5060;lr",
    ])
    func anEmergencyServiceIsHeldBackHoweverItIsWritten(uri: String) throws {
        let gate = try self.gate()
        #expect(gate.isEmergency(self.request(uri)))
        #expect(!self.isPermitted(gate, self.request(uri), self.remote))
        #expect(self.isPermitted(gate, self.request(uri), "127.0.0.1"))
    }

    @Test(arguments: [
        "urn:service:counseling", "sip:sos@center.example.org", "sip:1120@example.org",
        "sip:call112@example.org", "sip:example.org", "sip:112.example.org", "sip:10.1.1.1", "sip:10.1.1.1:5060;lr",
        "sip:a@112.example.org",
        "tel:+441632960123", "sip:+4991112@example.org", "", ":", "sip:", "urn:", "urn:service:",
    ])
    func anyOtherRequestPasses(uri: String) throws {
        let gate = try self.gate()
        #expect(!gate.isEmergency(self.request(uri)))
        #expect(self.isPermitted(gate, self.request(uri), self.remote))
        #expect(self.isPermitted(gate, self.request(uri), "not an address"))
    }

    @Test(arguments: [
        Header("To", "<urn:service:sos.ecall.manual>"), Header("To", "urn:service:sos;tag=1"),
        Header("to", "\"a <b>\" <sip:112@example.org>;tag=1"), Header("To", "<sip:112@example.org"),
        Header("To", "\"open <urn:service:sos>"), Header("Route", "<sip:a@b;lr>, <sip:112@b;lr>"),
        Header("Route", "<urn:service:sos>"),
    ])
    func toAndEveryRouteCountToo(field: Header) throws {
        let gate = try self.gate()
        #expect(!self.isPermitted(gate, self.request("sip:a@b", Headers([field])), self.remote))
    }

    @Test func anUnlockedRigReachesTheListedAddressesAndNoOther() throws {
        let gate = try self.gate(unlocked: true, allowed: ["192.0.2.7", "2001:db8::1"])
        let call = self.request("urn:service:sos.ecall.manual")
        for address in ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:C000:207", "2001:0DB8:0::0:1", "[2001:db8::1]"] {
            #expect(self.isPermitted(gate, call, address), "\(address)")
        }
        for address in [
            "192.0.2.8", "2001:db8::2", "", "psap.example.org", "192.0.2.07", "192.0.2", "192.0.2.7.1", "::1::",
        ] {
            #expect(!self.isPermitted(gate, call, address), "\(address)")
        }
    }

    @Test func aLockedRigReachesNoListedAddress() throws {
        let gate = try self.gate(unlocked: false, allowed: [self.remote])
        #expect(
            gate.verdict(for: self.request("tel:112"), toAddress: self.remote)
                == .refused(
                    reason: "The Request-URI tel:112 is an emergency service, "
                        + "and the rig is not unlocked for emergency services."
                )
        )
    }

    @Test func aSimulatedRigReachesLoopbackOnly() throws {
        let gate = try self.gate(unlocked: true, allowed: [self.remote], simulated: true)
        let call = self.request("urn:service:sos.ecall.automatic")
        #expect(!self.isPermitted(gate, call, self.remote))
        #expect(self.isPermitted(gate, call, "127.0.0.1"))
    }

    @Test(arguments: ["127.0.0.1", "127.255.1.2", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "[::1]", "::1%lo"])
    func loopbackNeedsNoUnlocking(address: String) throws {
        #expect(self.isPermitted(try self.gate(), self.request("tel:112"), address))
        #expect(EmergencyGate.isLoopback(address))
    }

    @Test(arguments: ["128.0.0.1", "126.255.255.255", "::2", "::", "0.0.0.0", "::ffff:128.0.0.1", "1::1", "localhost"])
    func whatIsNearLoopbackIsNotLoopback(address: String) throws {
        #expect(!self.isPermitted(try self.gate(), self.request("tel:112"), address))
        #expect(!EmergencyGate.isLoopback(address))
    }

    @Test func responsesPass() throws {
        let response = Samples.response(200, MessageContent(headers: [Header("To", "<urn:service:sos>")]))
        #expect(self.isPermitted(try self.gate(simulated: true), response, self.remote))
    }

    @Test(arguments: [Method.ack, .bye, .cancel, .info, .options, Method("REGISTER")])
    func everyMethodIsGated(method: Method) throws {
        let request = Samples.request(method, "sip:a@b", MessageContent(headers: [Header("To", "<tel:112>;tag=1")]))
        #expect(!self.isPermitted(try self.gate(), request, self.remote))
    }

    @Test(arguments: [
        "psap.example.org", "", "300.0.0.1", "1.2.3", "::g", "1:2", "1:2:3:4:5:6:7:8:9", ":::", "12345::",
    ])
    func namesAreNotAllowedOnTheList(text: String) {
        #expect(throws: EmergencyGate.NotAnAddress(text: text)) { try self.gate(allowed: [text]) }
    }

    @Test func theNumbersAreConfigurable() throws {
        let gate = try EmergencyGate(
            unlocked: false,
            allowedAddresses: [],
            emergencyNumbers: ["42"],
            simulated: false
        )
        #expect(!self.isPermitted(gate, self.request("tel:42"), self.remote))
        #expect(self.isPermitted(gate, self.request("tel:112"), self.remote))
        #expect(!self.isPermitted(gate, self.request("urn:service:sos"), self.remote))
    }

    @Test func everyStandardNumberIsDigitsOnly() {
        for number in EmergencyGate.standardEmergencyNumbers {
            let isPlain = number.utf8.allSatisfy { (0x30...0x39).contains($0) }
            #expect(isPlain, "\(number)")
        }
    }
}
