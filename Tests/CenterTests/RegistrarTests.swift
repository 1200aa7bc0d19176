import Digests
import SIP
import Testing
import Timeline

@testable import Center

/// The center as registrar of its vehicles: RFC 3261 10.3 and RFC 5626 6, over real flows of the bench.
@Suite struct RegistrarTests {
    private static let instance = "\"<urn:uuid:00000000-0000-4000-8000-00000000000a>\""
    private static let contact = "<sip:ivs@192.0.2.10;transport=tcp>"
    private static let outbound = "\(contact);+sip.instance=\(instance);reg-id=1"

    private static func bench(_ change: (inout RegistrarLimits) -> Void = { _ in }) -> CenterBench {
        var limits = RegistrarLimits()
        change(&limits)
        return CenterBench { $0.registrar = limits }
    }

    private static func message(
        _ number: Int,
        _ headers: [Header],
        address: String = "sip:car@center.invalid",
        callID: String = "c1"
    ) -> Message {
        Message(
            startLine: .request(method: .register, uri: "sip:center.invalid"),
            headers: Headers(
                [
                    Header("Via", "SIP/2.0/TCP 192.0.2.10:40001;branch=z9hG4bK\(callID)\(number)"),
                    Header("From", "<\(address)>;tag=f\(number)"), Header("To", "<\(address)>"),
                    Header("Call-ID", callID), Header("CSeq", "\(number) REGISTER"),
                ] + headers
            )
        )
    }

    /// Sends a REGISTER and returns its answer.
    private func register(
        _ bench: CenterBench,
        over flow: Flow,
        _ number: Int,
        _ headers: [Header],
        address: String = "sip:car@center.invalid",
        callID: String = "c1"
    ) throws -> Message {
        bench.receive(
            Self.message(number, headers, address: address, callID: callID).serialized(),
            over: flow
        )
        return try #require(bench.sent.last?.message)
    }

    private static let asked = [
        Header("Contact", outbound), Header("Supported", "path, outbound"), Header("Expires", "600"),
    ]

    private func bindings(_ bench: CenterBench) -> [Registrar.Binding] {
        bench.center.registrar?.bindings(of: "car@center.invalid") ?? []
    }

    /// A center whose first call is over and came from the device of `instance`, registered over a connection that is
    /// gone.
    private func left() throws -> CenterBench {
        let bench = Self.bench()
        let parameters = try Parameters(parsing: ";+sip.instance=\(Self.instance)")
        let (_, flow) = try bench.call { $0.contactParameters = parameters }
        _ = try self.register(bench, over: flow, 1, Self.asked)
        bench.advance(by: .seconds(1))
        bench.command("clear 1")
        bench.disconnect(flow)
        return bench
    }

    @Test func aVehicleWhoseConnectionIsGoneIsRungBackWhereItHasRegisteredSince() throws {
        let bench = try self.left()
        bench.command("callback 1")
        #expect(bench.reasons(of: .mistake).count == 1)
        let second = bench.connect()
        _ = try self.register(bench, over: second, 2, Self.asked)
        bench.command("callback 1")
        let sent = try #require(bench.sent.last)
        #expect(sent.flow == second)
        #expect(sent.message.requestURI == "sip:ivs@192.0.2.10;transport=tcp")
    }

    @Test func anotherVehicleOfTheSameAddressIsNotRungBack() throws {
        let bench = try self.left()
        let other = "\(Self.contact);+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-00000000000b>\";reg-id=1"
        let headers = [Header("Contact", other), Header("Supported", "path, outbound"), Header("Expires", "600")]
        _ = try self.register(bench, over: bench.connect(), 1, headers, callID: "c2")
        bench.command("callback 1")
        #expect(bench.reasons(of: .mistake).last?.hasSuffix("its vehicle has registered no other") == true)
    }

    @Test func aCenterThatIsNoRegistrarSays405() throws {
        let bench = CenterBench()
        let answer = try self.register(bench, over: bench.connect(), 1, Self.asked)
        #expect(answer.status == 405 && answer.headers["Allow"]?.contains("REGISTER") == false)
    }

    @Test func anOutboundRegistrationIsBoundToItsFlow() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        let answer = try self.register(bench, over: flow, 1, Self.asked)
        #expect(answer.status == 200)
        #expect(answer.headers["Contact"] == "\(Self.outbound);expires=600")
        #expect(answer.headers["Require"] == "outbound" && answer.headers["Flow-Timer"] == "120")
        #expect(self.bindings(bench).map(\.flow) == [flow])
        let event = try #require(bench.events.last { $0.kind == .registered })
        #expect(
            event.fields == [
                "address": "car@center.invalid", "expires": "600", "outbound": "true", "transport": "tcp",
            ]
        )
    }

    @Test func aBindingEndsWithItsFlow() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        _ = try self.register(bench, over: flow, 1, Self.asked)
        bench.disconnect(flow)
        #expect(self.bindings(bench).isEmpty)
        #expect(bench.reasons(of: .registrationRemoved).count == 1)
        #expect(bench.center.registrar?.nextDeadline == nil)
    }

    @Test func aNewFlowOfTheSameDeviceReplacesTheOldOne() throws {
        let bench = Self.bench()
        let old = bench.connect()
        _ = try self.register(bench, over: old, 1, Self.asked)
        let new = bench.connect()
        let answer = try self.register(bench, over: new, 1, Self.asked, callID: "c2")
        #expect(answer.headers.all("Contact").count == 1)
        #expect(self.bindings(bench).map(\.flow) == [new])
        bench.disconnect(old)
        #expect(self.bindings(bench).map(\.flow) == [new], "the old flow takes nothing with it")
        #expect(bench.reasons(of: .registrationRemoved).isEmpty)
    }

    @Test func aRefreshIsNoNews() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        _ = try self.register(bench, over: flow, 1, Self.asked)
        bench.advance(by: .seconds(300))
        _ = try self.register(bench, over: flow, 2, Self.asked)
        #expect(bench.kinds.count { $0 == .registered } == 1)
        bench.advance(by: .seconds(350))
        #expect(self.bindings(bench).count == 1, "its time has begun anew")
    }

    @Test func aBindingThatIsNotRefreshedEnds() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        _ = try self.register(bench, over: flow, 1, [Header("Contact", "\(Self.contact);expires=60")])
        bench.advance(by: .milliseconds(59_999))
        #expect(self.bindings(bench).count == 1)
        bench.advance(by: .milliseconds(1))
        #expect(self.bindings(bench).isEmpty && bench.kinds.last == .registrationRemoved)
    }

    @Test(arguments: [
        ([Header("Contact", outbound)], false), ([Header("Contact", contact), Header("Supported", "outbound")], false),
        ([Header("Contact", "\(contact);reg-id=1"), Header("Supported", "outbound")], false),
        ([Header("Contact", outbound), Header("Supported", "outbound")], true),
    ])
    func outboundIsRequiredOnlyWhenItIsSupportedAndTheFlowIsNamed(headers: [Header], isRequired: Bool) throws {
        let bench = Self.bench()
        let answer = try self.register(bench, over: bench.connect(), 1, headers)
        #expect(answer.status == 200)
        #expect((answer.headers["Require"] == "outbound") == isRequired)
        #expect((answer.headers["Flow-Timer"] != nil) == isRequired)
    }

    @Test func overDatagramsNoFlowIsBoundForWantOfSTUN() throws {
        let bench = Self.bench()
        let answer = try self.register(bench, over: bench.connect(over: .udp), 1, Self.asked)
        #expect(answer.status == 200 && answer.headers["Require"] == nil)
    }

    @Test func aProxyHasToKeepTheFlow() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        let hop = Header("Via", "SIP/2.0/TCP 192.0.2.77;branch=z9hG4bKhop")
        #expect(try self.register(bench, over: flow, 1, Self.asked + [hop]).status == 439)
        let bare = [hop, Header("Path", "<sip:p1.invalid;lr>")]
        #expect(try self.register(bench, over: flow, 2, Self.asked + bare).status == 439)
        let unasked = [Header("Contact", Self.outbound), hop]
        #expect(try self.register(bench, over: flow, 3, unasked).status == 200, "then its reg-id counts for nothing")
        #expect(self.bindings(bench).map(\.device) == [.contact("sip:ivs@192.0.2.10;transport=tcp")])
        let kept = [hop, Header("Path", "<sip:token@p1.invalid;lr;ob>"), Header("Path", "<sip:p0.invalid;lr>")]
        let answer = try self.register(bench, over: flow, 4, Self.asked + kept)
        #expect(answer.status == 200 && answer.headers["Require"] == "outbound")
        #expect(answer.headers.all("Path") == ["<sip:token@p1.invalid;lr;ob>", "<sip:p0.invalid;lr>"])
        #expect(self.bindings(bench).last?.path == answer.headers.all("Path"))
    }

    @Test(arguments: [(["Expires: 59"], 423), (["Expires: 60"], 200), (["Expires: 1", "+;expires=90"], 200)])
    func aBindingBelowTheMinimumIsRefusedWithIt(lines: [String], status: Int) throws {
        let bench = Self.bench()
        let own = lines.last.flatMap { $0.hasPrefix("+") ? String($0.dropFirst()) : nil } ?? ""
        let expires = lines[0].split(separator: " ").last.map(String.init) ?? ""
        let headers = [Header("Contact", Self.contact + own), Header("Expires", expires)]
        let answer = try self.register(bench, over: bench.connect(), 1, headers)
        #expect(answer.status == status)
        #expect(answer.headers["Min-Expires"] == (status == 423 ? "60" : nil))
        #expect(bench.kinds.contains(.registrationRefused) == (status == 423))
    }

    @Test func aBindingAboveTheMaximumIsCutAndOneWithoutATimeGetsAnHour() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        let long = try self.register(bench, over: flow, 1, [Header("Contact", "\(Self.contact);expires=86400")])
        #expect(long.headers["Contact"] == "\(Self.contact);expires=7200")
        let plain = try self.register(bench, over: flow, 2, [Header("Contact", Self.contact)])
        #expect(plain.headers["Contact"] == "\(Self.contact);expires=3600")
    }

    @Test func aBindingIsRemovedByExpiryZeroAndAllByAStar() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        let other = "<sip:other@192.0.2.11>"
        _ = try self.register(bench, over: flow, 1, Self.asked)
        _ = try self.register(bench, over: flow, 1, [Header("Contact", other)], callID: "c2")
        #expect(self.bindings(bench).count == 2)
        let gone = try self.register(bench, over: flow, 2, [Header("Contact", "\(Self.outbound);expires=0")])
        #expect(gone.headers.all("Contact") == ["\(other);expires=3600"])
        let all = [Header("Contact", "*"), Header("Expires", "0")]
        let none = try self.register(bench, over: flow, 2, all, callID: "c2")
        #expect(none.status == 200 && none.headers["Contact"] == nil)
        #expect(self.bindings(bench).isEmpty && bench.center.registrar?.count == 0)
        #expect(bench.kinds.count { $0 == .registrationRemoved } == 2)
    }

    @Test func withoutContactsTheBindingsAreToldAndLeftAsTheyAre() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        _ = try self.register(bench, over: flow, 1, Self.asked)
        bench.advance(by: .seconds(100))
        let answer = try self.register(bench, over: flow, 1, [], callID: "c2")
        #expect(answer.headers["Contact"] == "\(Self.outbound);expires=500")
    }

    @Test(arguments: [
        [Header("Contact", "*")], [Header("Contact", "*"), Header("Expires", "60")],
        [Header("Contact", "*, \(contact)"), Header("Expires", "0")], [Header("Contact", "<sip:ivs")],
        [Header("Contact", "\(outbound), \(contact)"), Header("Supported", "outbound")],
    ])
    func aContactThatCannotBeServedIsAnswered400(headers: [Header]) throws {
        let bench = Self.bench()
        #expect(try self.register(bench, over: bench.connect(), 1, headers).status == 400)
        #expect(bench.center.registrar?.count == 0)
    }

    @Test(arguments: ["sip:center.invalid", "tel:112", "urn:service:sos"])
    func anAddressWithoutAUserIsNotFound(address: String) throws {
        let bench = Self.bench()
        #expect(try self.register(bench, over: bench.connect(), 1, Self.asked, address: address).status == 404)
    }

    @Test func aRegisterThatWasOvertakenChangesNothing() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        _ = try self.register(bench, over: flow, 5, Self.asked)
        let removal = [Header("Contact", "\(Self.outbound);expires=0")]
        #expect(try self.register(bench, over: flow, 4, removal).status == 500)
        #expect(self.bindings(bench).count == 1)
    }

    @Test func oneConnectionLeavesRoomForTheBindingsOfOthers() throws {
        let bench = Self.bench { $0.maximumPerFlow = 1 }
        let (flow, other) = (bench.connect(), bench.connect())
        #expect(try self.register(bench, over: flow, 1, Self.asked).status == 200)
        #expect(try self.register(bench, over: flow, 2, Self.asked).status == 200, "a refresh takes no further place")
        let second = try self.register(bench, over: flow, 1, Self.asked, address: "sip:b@center.invalid", callID: "c2")
        #expect(second.status == 503)
        let third = try self.register(bench, over: other, 1, Self.asked, address: "sip:c@center.invalid", callID: "c3")
        #expect(third.status == 200)
    }

    @Test func bindingsAreBounded() throws {
        let bench = Self.bench {
            $0.maximumPerAddress = 2
            $0.maximumBindings = 3
        }
        let flow = bench.connect()
        let statuses = try (1...3).map { number in
            let contact = [Header("Contact", "<sip:ivs\(number)@192.0.2.10>")]
            return try self.register(bench, over: flow, 1, contact, callID: "a\(number)").status
        }
        #expect(statuses == [200, 200, 403])
        let others = try (1...2).map { number in
            let address = "sip:car\(number)@center.invalid"
            let contact = [Header("Contact", Self.contact)]
            return try self.register(bench, over: flow, 1, contact, address: address, callID: "b\(number)")
        }
        #expect(others.map(\.status) == [200, 503] && others[1].headers["Retry-After"] == "60")
        #expect(bench.center.registrar?.count == 3)
        bench.disconnect(flow)
        #expect(bench.center.registrar?.count == 0)
    }

    @Test func whatAVehicleWritesIsBounded() throws {
        let bench = Self.bench()
        let flow = bench.connect()
        let long = String(repeating: "x", count: 3_000)
        let requests: [Header] = [
            Header("Contact", "<sip:\(long)@192.0.2.10>"), Header("Path", "<sip:\(long)@p.invalid;lr>"),
        ]
        for (number, header) in requests.enumerated() {
            #expect(try self.register(bench, over: flow, number + 1, [header]).status == 400)
        }
        let callID = String(repeating: "c", count: 300)
        #expect(try self.register(bench, over: flow, 9, Self.asked, callID: callID).status == 400)
        let address = "sip:\(String(repeating: "u", count: 300))@center.invalid"
        #expect(try self.register(bench, over: flow, 10, Self.asked, address: address).status == 400)
    }
}

/// REGISTER where the center asks for credentials.
@Suite struct RegistrarAuthenticationTests {
    private static func bench(_ policy: CenterConfiguration.Authentication.Policy) throws -> CenterBench {
        let users = try AuthenticatorUsers(lines: "car:secret\nbus:other", realm: "center.invalid", .crypto)
        return CenterBench {
            $0.registrar = RegistrarLimits()
            $0.authentication = .init(policy, users: users)
        }
    }

    /// A vehicle registers an address with credentials of its own; the statuses that it got.
    private func register(_ bench: CenterBench, _ address: String, password: String) -> [Int] {
        let flow = bench.connect()
        let settings = Registration.Settings(
            address: address,
            registrar: "sip:center.invalid",
            seconds: 600,
            instance: "urn:uuid:00000000-0000-4000-8000-00000000000a"
        )
        let before = bench.sent.count
        bench.vehicles { agent, now in
            agent.use([Credentials(realm: "center.invalid", user: "car", password: password)], .crypto, over: flow)
            var registration = agent.makeRegistration(settings)
            return registration.opened(flow, isStream: true, at: now).flatMap { action -> [UserAgent.Output] in
                guard case .send(let request, let flow) = action else { return [] }
                return agent.register(request, over: flow, at: now).1
            }
        }
        return bench.sent.dropFirst(before).compactMap(\.message.status)
    }

    @Test(arguments: CenterConfiguration.Authentication.Policy.allCases)
    func aRegisterIsChallengedUnderEveryPolicy(_ policy: CenterConfiguration.Authentication.Policy) throws {
        let bench = try Self.bench(policy)
        #expect(self.register(bench, "sip:car@center.invalid", password: "secret") == [401, 200])
        #expect(bench.center.registrar?.count == 1)
        #expect(self.register(bench, "sip:car@center.invalid", password: "wrong") == [401, 401])
        #expect(bench.reasons(of: .challenged).allSatisfy { $0.hasPrefix("a REGISTER is answered 401") })
    }

    @Test func theAddressOfAnotherUserIsForbidden() throws {
        let bench = try Self.bench(.others)
        #expect(self.register(bench, "sip:bus@center.invalid", password: "secret") == [401, 403])
        #expect(bench.center.registrar?.count == 0)
    }
}
