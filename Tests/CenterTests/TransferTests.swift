import SIP
import Testing

@testable import Center

/// Calls that the operator sends on to another address.
@Suite struct TransferTests {
    private let bench = CenterBench()

    /// A call of a vehicle that serves REFER, asked to go to the desk.
    private func asked() throws -> UserAgent.Call {
        let (call, _) = try self.bench.call { $0.headers.set("Allow", "INVITE, ACK, BYE, INFO, REFER") }
        self.bench.advance(by: .seconds(1))
        self.bench.command("transfer 1 sip:desk@b.invalid")
        return call
    }

    private func request() throws -> UserAgent.Request {
        for event in self.bench.vehicleEvents.reversed() {
            if case .requested(let request, _, _) = event { return request }
        }
        throw SyntaxError(expected: "a request")
    }

    private func tell(_ status: Int, in call: UserAgent.Call) {
        let content = ReferralProgress(status: status).notification(event: "refer;id=1")
        self.bench.vehicles {
            $0.request(.notify, in: call, headers: content.headers, body: content.body, at: $1).1
        }
    }

    private func answer(_ status: Int) throws {
        let request = try self.request()
        self.bench.vehicles { $0.respond(to: request, status: status, headers: [], body: [], at: $1) }
    }

    @Test func theVehicleIsAskedAndTheCallEndsWhenTheAddressHasAnswered() throws {
        let call = try self.asked()
        let refer = try #require(self.bench.sent.last?.message)
        #expect(refer.method == .refer)
        #expect(refer.headers["Refer-To"] == "<sip:desk@b.invalid>")
        #expect(refer.headers["Referred-By"] == "<sip:center@192.0.2.1>")
        #expect(refer.headers["Contact"]?.hasPrefix("<sip:center@192.0.2.1") == true)
        try self.answer(202)
        self.tell(100, in: call)
        self.tell(180, in: call)
        #expect(self.bench.sentWords.suffix(2) == ["200", "200"])
        #expect(self.bench.center.callCount == 1)
        self.tell(200, in: call)
        #expect(self.bench.sentWords.suffix(2) == ["200", "BYE"])
        #expect(self.bench.center.callCount == 0)
        #expect(
            self.bench.events.filter { $0.kind == .transferProgress }.map { $0.fields["status"] } == [
                "100", "180", "200",
            ]
        )
        #expect(self.bench.reasons(of: .requestAnswered) == ["the vehicle answered our REFER with 202"])
    }

    @Test func theCallGoesOnWhenTheAddressDidNotAnswer() throws {
        let call = try self.asked()
        try self.answer(202)
        self.tell(486, in: call)
        #expect(self.bench.center.callCount == 1)
        self.tell(200, in: call)
        #expect(self.bench.sentWords.last == "481", "the subscription is over")
        #expect(self.bench.center.callCount == 1)
        self.bench.command("clear 1")
        #expect(self.bench.center.callCount == 0)
    }

    @Test func aSecondTransferWaitsForTheEndOfTheFirst() throws {
        let call = try self.asked()
        try self.answer(202)
        self.bench.command("transfer 1 sip:other@b.invalid")
        #expect(self.bench.reasons(of: .mistake) == ["the vehicle is on its way to another address"])
        self.tell(486, in: call)
        #expect(self.bench.sentWords.last == "200", "the first one's subscription is there")
        self.bench.command("transfer 1 sip:other@b.invalid")
        #expect(self.bench.sentWords.last == "REFER")
    }

    @Test func aReferWithoutAnAnswerMakesNoSubscription() throws {
        let call = try self.asked()
        self.bench.advance(by: .seconds(40))
        #expect(self.bench.reasons(of: .requestAnswered) == ["our REFER was not answered"])
        self.tell(200, in: call)
        #expect(self.bench.sentWords.last == "481")
    }

    @Test func aNotificationOfAnotherEventIsAnswered489() throws {
        let call = try self.asked()
        self.bench.vehicles {
            $0.request(.notify, in: call, headers: [Header("Event", "presence")], body: [], at: $1).1
        }
        #expect(self.bench.sentWords.last == "489")
    }

    @Test func aRefusedTransferLeavesTheCallAsItWas() throws {
        let call = try self.asked()
        try self.answer(603)
        #expect(self.bench.reasons(of: .requestAnswered) == ["the vehicle answered our REFER with 603"])
        #expect(self.bench.center.callCount == 1)
        self.tell(200, in: call)
        #expect(self.bench.sentWords.last == "481")
    }

    @Test func aNotificationNobodyAskedForIsAnswered481() throws {
        let (call, _) = try self.bench.answeredCall()
        self.tell(200, in: call)
        #expect(self.bench.sentWords.last == "481")
        #expect(self.bench.center.callCount == 1)
    }

    @Test func aNotificationThatCannotBeReadIsAnswered400() throws {
        let call = try self.asked()
        self.bench.vehicles {
            $0.request(.notify, in: call, headers: [Header("Event", "refer")], body: [], at: $1).1
        }
        #expect(self.bench.sentWords.last == "400")
        #expect(self.bench.reasons(of: .problem) == ["NOTIFY: expected a status line in the body"])
    }

    @Test func aVehicleThatDoesNotServeREFERIsNotAsked() throws {
        try self.bench.call { $0.headers.set("Allow", "INVITE, ACK, BYE, INFO") }
        self.bench.command("transfer 1 sip:desk@b.invalid")
        self.bench.advance(by: .seconds(1))
        self.bench.command("transfer 1 sip:desk@b.invalid")
        #expect(
            self.bench.reasons(of: .mistake) == [
                "the call is not answered yet; a reply of 302 sends it on", "the vehicle's Allow does not name REFER",
            ]
        )
        #expect(!self.bench.sentWords.contains("REFER"))
    }
}
