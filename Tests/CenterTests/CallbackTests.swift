import NGECall
import SIP
import Store
import Testing

@testable import Center

/// The operator rings the vehicle of a call back that is over.
@Suite struct CallbackTests {
    private let bench = CenterBench()

    /// A call that was cleared down, and rung back.
    private func rung(
        adjust: (inout EmergencyInvite) -> Void = { _ in }
    ) throws -> (call: UserAgent.Call, invite: Message) {
        try self.bench.call(adjust: adjust)
        self.bench.advance(by: .seconds(1))
        self.bench.command("clear 1")
        self.bench.command("callback 1")
        for case .incoming(let call, let invite, _) in self.bench.vehicleEvents.reversed() { return (call, invite) }
        throw SyntaxError(expected: "an INVITE of the center's")
    }

    private func answer(_ call: UserAgent.Call) {
        let session = SessionDescription.offer(originUser: "ivs", sessionID: 1, address: "192.0.2.10", hasSound: false)
        let answer = EmergencyAnswer.accepting(session, acknowledgement: nil).content(boundary: "b")
        self.bench.vehicles { $0.answer(call, headers: answer.headers, body: answer.body, at: $1) }
    }

    @Test func theCallGoesToTheContactOfTheVehicleOverItsOwnConnection() throws {
        let (_, invite) = try self.rung()
        let own = try #require(
            self.bench.vehicleEvents.compactMap { if case .answered(_, let answer, _) = $0 { answer } else { nil } }
                .first
        )
        #expect(own.status == 200)
        guard case .request(.invite, let uri) = invite.startLine else { throw SyntaxError(expected: "an INVITE") }
        #expect(uri.hasPrefix("sip:ivs@"))
        #expect(invite.headers["Priority"] == "psap-callback")
        #expect(invite.headers["Recv-Info"] == EmergencyCallData.msdPackage)
        #expect(invite.headers["From"]?.hasPrefix("<sip:center@192.0.2.1>") == true)
        #expect(InviteContent(invite).session != nil)
        #expect(self.bench.events.last { $0.kind == .callbackPlaced }?.call == 2)
    }

    @Test func whatIsDoneInACallCanBeDoneInACallback() throws {
        let (call, _) = try self.rung()
        self.answer(call)
        #expect(self.bench.events.last { $0.kind == .callbackAnswered }?.state == "voiceSession")
        self.bench.command("send-data 2")
        #expect(self.bench.sentWords.last == "INFO")
        self.bench.command("clear 2")
        #expect(self.bench.sentWords.last == "BYE")
        #expect(self.bench.center.callCount == 0)
        let endings = self.bench.records.compactMap { if case .callEnded(_, let end) = $0 { end.outcome } else { nil } }
        #expect(endings == ["clearedDown", "clearedDown"])
        let openings = self.bench.records.compactMap { if case .callReceived(let call) = $0 { call } else { nil } }
        #expect(openings.map(\.trigger) == ["automatic", "callback"])
        self.bench.command("callback 2")
        #expect(self.bench.events.last { $0.kind == .callbackPlaced }?.call == 3, "a callback can be rung back too")
    }

    @Test func theVehicleOffersWhatItOfferedInItsCall() throws {
        let (call, _) = try self.rung { $0.abilities.honks = true }
        self.answer(call)
        self.bench.command("horn 2")
        self.bench.command("camera 2 interior")
        #expect(self.bench.reasons(of: .mistake) == ["the vehicle does not offer enable-camera"])
        #expect(self.bench.reasons(of: .actionRequested).count == 1)
    }

    @Test func aRefusalEndsIt() throws {
        let (call, _) = try self.rung()
        self.bench.vehicles { $0.reject(call, status: 486, reason: nil, headers: [], body: [], at: $1) }
        #expect(self.bench.reasons(of: .callbackRefused) == ["the vehicle answered 486"])
        #expect(self.bench.center.callCount == 0)
    }

    @Test func beforeTheAnswerItIsWithdrawn() throws {
        let (call, _) = try self.rung()
        self.bench.vehicles { $0.ring(call, at: $1) }
        self.bench.command("answer 2")
        self.bench.command("send-data 2")
        self.bench.command("transfer 2 sip:desk@b.invalid")
        #expect(self.bench.reasons(of: .mistake).count == 3)
        self.bench.command("clear 2")
        #expect(self.bench.sentWords.suffix(2).contains("CANCEL"))
        #expect(self.bench.center.callCount == 0)
        #expect(self.bench.events.last { $0.call == 2 }?.kind == .withdrawn)
        #expect(self.bench.reasons(of: .callbackRefused) == [])
    }

    @Test func oneThatNobodyAnswersIsGivenUp() throws {
        let (call, _) = try self.rung()
        self.bench.vehicles { $0.ring(call, at: $1) }
        self.bench.advance(by: .seconds(601))
        #expect(self.bench.sentWords.suffix(2).contains("CANCEL"))
        #expect(self.bench.center.callCount == 0)
    }

    @Test func onlyACallThatIsOverIsRungBackAndOnlyWhileItsConnectionStands() throws {
        let (_, flow) = try self.bench.call()
        self.bench.advance(by: .seconds(1))
        self.bench.command("callback 1")
        self.bench.command("callback 7")
        self.bench.command("clear 1")
        self.bench.disconnect(flow)
        self.bench.command("callback 1")
        #expect(
            self.bench.reasons(of: .mistake) == [
                "the call is going on", "there is no call 7 whose vehicle can be rung back",
                "the connection of call 1 is gone, and its vehicle has registered no other",
            ]
        )
    }

    @Test func whomToRingBackIsRememberedUpToAnEnd() throws {
        let (_, invite) = try self.rung()
        let contact = try #require(VehicleContact(invite, over: Flow(number: 1), InviteContent(invite)))
        var calls = FormerCalls()
        for number in 1...(FormerCalls.maximum + 1) { calls.add(contact, of: number) }
        #expect(calls[1] == nil && calls[FormerCalls.maximum / 2] == nil)
        #expect(calls[FormerCalls.maximum + 1] != nil && calls[FormerCalls.maximum] != nil)
    }
}
