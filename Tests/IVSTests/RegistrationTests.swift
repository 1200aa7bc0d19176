import CallControl
import ConfigurationFile
import ControlSocket
import GPIO
import Net
import SIP
import Testing
import Timeline

@testable import IVS

/// Registration with a center: what is sent when, and that no call waits for it.
@Suite struct RegistrationTests {
    private static func configuration(
        centers: Int = 1,
        transport: Transport = .tcp,
        host: String = "127.0.0.1",
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    ) -> VehicleConfiguration {
        VehicleBench.configuration(centers: centers, host: host) { configuration in
            for index in configuration.centers.indices {
                let own = configuration.centers[index].endpoint
                configuration.centers[index].endpoint = Endpoint(transport: transport, host: own.host, port: own.port)
                configuration.centers[index].registration = .init(
                    address: "sip:car@center-\(index + 1).invalid",
                    registrar: "sip:center-\(index + 1).invalid"
                )
            }
            change(&configuration)
        }
    }

    private static let bound = [Header("Require", "outbound")]

    private func registration(_ bench: VehicleBench, _ index: Int = 0) throws -> JSONValue {
        let centers = try #require(try bench.reply(.status)["centers"]?.asArray)
        return try #require(centers[index]["registration"])
    }

    @Test func aVehicleRegistersWhenItsLinkStands() throws {
        let bench = VehicleBench.started(Self.configuration())
        let register = try #require(bench.registers.first?.message)
        #expect(bench.sentWords == ["REGISTER"])
        #expect(register.requestURI == "sip:center-1.invalid")
        #expect(register.headers["To"] == "<sip:car@center-1.invalid>")
        #expect(register.headers["Expires"] == "3600")
        let contact = try NameAddress(parsing: register.headers["Contact"] ?? "")
        #expect(contact.parameters["+sip.instance"] == "\"<\(bench.ivs.configuration.instance)>\"")
        #expect(try self.registration(bench)["state"] == "asking")
        bench.answerRegister(200, Self.bound)
        #expect(try self.registration(bench)["state"] == "registered")
        #expect(try self.registration(bench)["address"] == "sip:car@center-1.invalid")
        let event = try #require(bench.events.last { $0.kind == .registered })
        #expect(
            event.fields == ["center": "center-1", "expires": "3600", "outbound": "true", "refresh": "false"]
        )
    }

    @Test func aCenterWithoutRegistrationIsSentNone() throws {
        let bench = VehicleBench.started()
        bench.advance(by: .seconds(600))
        #expect(bench.sent.isEmpty)
        let centers = try #require(try bench.reply(.status)["centers"]?.asArray)
        #expect(centers.first?["registration"] == .null)
    }

    @Test func everyCenterHasARegistrationOfItsOwn() throws {
        let bench = VehicleBench.started(Self.configuration(centers: 2))
        #expect(bench.registers.map(\.message.requestURI) == ["sip:center-1.invalid", "sip:center-2.invalid"])
        bench.answerRegister(200, Self.bound)
        #expect(try self.registration(bench, 0)["state"] == "asking")
        #expect(try self.registration(bench, 1)["state"] == "registered")
    }

    @Test func theRegistrationIsRefreshedAndWatchersAreTold() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.answerRegister(200, Self.bound)
        bench.advance(by: .seconds(3_000))
        #expect(bench.registers.count == 2)
        bench.answerRegister(200, Self.bound)
        let refresh = try #require(bench.events.last { $0.kind == .registered })
        #expect(refresh.fields["refresh"] == "true" && refresh.severity == .debug)
    }

    @Test func aLinkThatIsBackIsRegisteredAnew() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.answerRegister(200, Self.bound)
        bench.cut(try #require(bench.opened.last?.flow))
        #expect(try self.registration(bench)["state"] == "closed")
        bench.advance(by: .seconds(1))
        #expect(bench.registers.count == 2)
        #expect(bench.registers[1].message.headers["CSeq"] == "2 REGISTER")
        #expect(bench.registers[0].message.headers["Call-ID"] == bench.registers[1].message.headers["Call-ID"])
    }

    @Test func aRefusalIsToldWithItsPauseAndTriedAgain() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.answerRegister(503, [])
        #expect(try self.registration(bench)["state"] == "waiting")
        #expect(try self.registration(bench)["detail"] == "the registrar answered 503 Service Unavailable")
        let event = try #require(bench.events.last { $0.kind == .registrationFailed })
        #expect(event.fields["cause"] == "the registrar answered 503 Service Unavailable")
        #expect(event.fields["failures"] == "1" && event.severity == .warning)
        bench.advance(by: .seconds(29))
        #expect(bench.registers.count == 1)
        bench.advance(by: .seconds(31))
        #expect(bench.registers.count == 2)
        #expect(bench.isOpen(5_061), "a refused registration costs no connection")
    }

    @Test func aLinkThatBreaksUnderARegisterIsNoFailureOfTheRegistrar() throws {
        let bench = VehicleBench.started(Self.configuration())
        for _ in 1...4 {
            let flow = try #require(bench.registers.last?.flow)
            bench.cut(flow)
            bench.advance(by: .seconds(20))
        }
        #expect(!bench.kinds.contains("registrationFailed"))
        #expect(bench.registers.count >= 4, "each connection is asked anew, at once")
    }

    @Test func threeFailuresInARowAreAFaultUntilItIsRegistered() throws {
        let bench = VehicleBench.started(Self.configuration())
        for count in 1...3 {
            #expect(bench.ivs.faults.isEmpty, "\(count - 1) failures are none")
            bench.answerRegister(403, [])
            while bench.registers.count == count, bench.now < .boot.advanced(by: .seconds(900)) {
                bench.advance(by: .seconds(5))
            }
        }
        let fault = bench.events.last { $0.kind == .fault }
        #expect(fault?.fields == ["fault": "registrationFailing", "unit": "center-1"])
        #expect(bench.levels["lamp"] == .active)
        bench.answerRegister(200, Self.bound)
        #expect(bench.ivs.faults.isEmpty && bench.levels["lamp"] == .inactive)
    }

    @Test func aRegistrarThatSaysNothingCostsNoConnection() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.advance(by: .seconds(32))
        #expect(bench.reasons(of: .registrationFailed).first?.contains("no final response in time") == true)
        #expect(bench.isOpen(5_061) && bench.opened.count == 1)
    }

    @Test func aCallLeavesAtOnceWhileTheRegistrationIsUnanswered() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.press()
        #expect(bench.sentWords == ["REGISTER", "INVITE"])
        try bench.answer()
        #expect(bench.state == .voiceSession)
        bench.advance(by: .seconds(40))
        #expect(bench.state == .voiceSession, "the end of the REGISTER is not that of the call")
    }

    @Test(arguments: [302, 403, 404, 405, 439, 500, 503, 603])
    func aCallLeavesAtOnceWhenTheRegistrationIsRefused(status: Int) throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.answerRegister(status, [])
        bench.crash()
        #expect(bench.invites.count == 1)
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aCallLeavesAtOnceWhileTheRegistrationIsChallenged() throws {
        var secrets = CenterSecrets()
        secrets.credentials[0] = Credentials(realm: "center.invalid", user: "car", password: "x")
        let bench = VehicleBench(Self.configuration(), secrets: secrets)
        bench.step(.started)
        let challenge = "Digest realm=\"center.invalid\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\""
        bench.answerRegister(401, [Header("WWW-Authenticate", challenge)])
        #expect(bench.registers.map { $0.message.headers["CSeq"] } == ["1 REGISTER", "2 REGISTER"])
        #expect(bench.registers.last?.message.headers["Authorization"] != nil)
        bench.crash()
        #expect(bench.invites.count == 1)
        bench.answerRegister(200, Self.bound)
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(try self.registration(bench)["state"] == "registered")
    }

    @Test func aCallThatOpensTheLinkGoesBeforeTheRegistration() throws {
        let bench = VehicleBench.started(Self.configuration(), hops: [5_061: .refuses])
        bench.hops[5_061] = .accepts
        bench.press()
        #expect(bench.sentWords == ["INVITE", "REGISTER"])
    }

    @Test func nothingIsRegisteredWithA112Hop() throws {
        // No configuration says so; should one all the same, nothing is sent before a trigger and no REGISTER after it.
        let bench = VehicleBench.started(Self.configuration { $0.profile = .emergency112 })
        bench.advance(by: .seconds(7_200))
        #expect(bench.opened.isEmpty && bench.sent.isEmpty)
        bench.press()
        #expect(bench.sentWords == ["INVITE"])
        #expect(bench.ivs.registrations.isEmpty)
    }

    @Test func theGateHoldsARegisterForAnEmergencyNumber() throws {
        let configuration = Self.configuration(host: "192.0.2.1") {
            $0.centers[0].registration = .init(address: "sip:112@center.invalid", registrar: "sip:center.invalid")
        }
        let bench = VehicleBench.started(configuration)
        #expect(bench.sent.isEmpty)
        #expect(bench.kinds.contains("gateRefused") && bench.kinds.contains("registrationFailed"))
        bench.press()
        #expect(bench.invites.count == 1, "the call to an ordinary address leaves")
    }

    @Test func overUDPTheRegistrationIsAnOrdinaryOne() throws {
        let bench = VehicleBench.started(Self.configuration(transport: .udp))
        let register = try #require(bench.registers.first?.message)
        #expect(register.headers.elements("Supported") == ["path"])
        #expect(!(register.headers["Contact"] ?? "").contains("reg-id"))
        bench.answerRegister(200, Self.bound)
        #expect(bench.events.last { $0.kind == .registered }?.fields["outbound"] == "false")
    }

    @Test func theFlowTimerOfTheCenterMakesPingsComeSooner() throws {
        let bench = VehicleBench.started(Self.configuration { $0.keepAlive = .seconds(120) })
        bench.answerRegister(200, Self.bound + [Header("Flow-Timer", "10")])
        let before = bench.pings.count
        bench.advance(by: .seconds(60))
        #expect((6...8).contains(bench.pings.count - before))
    }

    @Test func anOrderlyStopRemovesTheRegistrationAndSaysWhenItIsDone() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.answerRegister(200, Self.bound)
        bench.step(.stopping)
        #expect(bench.registers.last?.message.headers["Expires"] == "0")
        #expect(!bench.trail.contains("left"))
        bench.answerRegister(200, [])
        #expect(bench.trail.count { $0 == "left" } == 1)
        #expect(bench.events.last { $0.kind == .registrationRemoved }?.fields["confirmed"] == "true")
        bench.advance(by: .seconds(9_999))
        #expect(bench.registers.count == 2 && bench.trail.count { $0 == "left" } == 1)
    }

    @Test func anOrderlyStopDoesNotWaitForARegistrarThatIsSilent() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.answerRegister(200, Self.bound)
        bench.step(.stopping)
        bench.advance(by: .milliseconds(999))
        #expect(!bench.trail.contains("left"))
        bench.advance(by: .milliseconds(1))
        #expect(bench.trail.count { $0 == "left" } == 1)
    }

    @Test(arguments: [0, 1])
    func aStopWithNothingRegisteredIsDoneAtOnce(centers: Int) throws {
        let bench = VehicleBench.started(centers == 0 ? VehicleBench.configuration() : Self.configuration())
        bench.step(.stopping)
        #expect(bench.trail.contains("left"))
        #expect(bench.registers.count == centers)
    }
}

extension VehicleBench {
    /// The REGISTER requests that the centers have got.
    var registers: [UserAgent.OutsideRequest] {
        self.centerEvents.compactMap { event in
            guard case .registering(let request) = event else { return nil }
            return request
        }
    }

    /// Answers the last REGISTER.
    func answerRegister(_ status: Int, _ headers: [Header]) {
        guard let request = self.registers.last else { return }
        self.center { $0.respond(to: request, status: status, headers: Headers(headers), at: $1) }
    }
}

/// `centers[].registration` and `identity.instance` of the configuration.
@Suite struct RegistrationConfigurationTests {
    private func read(_ registration: String, profile: String = "private") throws -> VehicleConfiguration {
        let text = """
            vehicle: {vin: ECALLEXAMPLE02026}
            profile: \(profile)
            centers:
              - name: center
                host: 127.0.0.1
                uri: "sip:sos@center.invalid"
                registration: \(registration)
            """
        let settings = try ConfigurationReader.read(text: text, file: "ecalld.yaml", schema: VehicleSchema.schema)
        return try VehicleConfiguration(settings)
    }

    /// What is wrong, one line for each mistake.
    private func complaints(_ registration: String, profile: String = "private") -> [String] {
        do {
            _ = try self.read(registration, profile: profile)
            return []
        } catch let error as ConfigurationMistakes {
            return error.mistakes.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func anAddressIsEnough() throws {
        let read = try self.read("{address: \"sip:car@center.invalid\"}").centers[0].registration
        #expect(read == .init(address: "sip:car@center.invalid", registrar: "sip:center.invalid"))
        let other = try self.read("{address: \"sip:car@a.invalid:5070\", registrar: \"sip:b.invalid\", expires: 90 s}")
        #expect(
            other.centers[0].registration
                == .init(address: "sip:car@a.invalid:5070", registrar: "sip:b.invalid", expires: .seconds(90))
        )
        #expect(
            try self.read("{address: \"sip:car@a.invalid:5070\"}").centers[0].registration?.registrar
                == "sip:a.invalid:5070"
        )
    }

    @Test(arguments: [
        ("{}", "address"), ("{address: \"sip:center.invalid\"}", "address"), ("{address: car}", "address"),
        ("{address: \"sips:car@center.invalid\"}", "address"),
        ("{address: \"sip:car@center.invalid;transport=tcp\"}", "address"),
        ("{address: \"sip:car@center.invalid\", registrar: \"sip:x@center.invalid\"}", "registrar"),
        ("{address: \"sip:car@center.invalid\", expires: 59 s}", "expires"),
        ("{address: \"sip:car@center.invalid\", expires: 25 h}", "expires"),
        ("{address: \"sip:car@center.invalid\", expires: 3600}", "expires"),
        ("{address: \"sip:car@center.invalid\", user: x}", "user"),
    ])
    func mistakesAreNamed(registration: String, key: String) {
        let complaints = self.complaints(registration)
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains("centers[1].registration.\(key):") == true, "\(complaints)")
    }

    @Test func a112HopHasNoRegistration() {
        let complaints = self.complaints("{address: \"sip:car@center.invalid\"}", profile: "\"112\"")
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("ecalld.yaml:7:") == true, "\(complaints)")
        #expect(complaints.first?.contains("nothing is sent to a hop of the profile 112 before a trigger") == true)
    }
}
