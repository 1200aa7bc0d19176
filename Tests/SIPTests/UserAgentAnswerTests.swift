import SIP
import Testing
import Timeline

/// The answers that need no decision, and peers that misbehave.
@Suite struct UserAgentAnswerTests {
    private func changed(_ message: Message, _ name: String, _ value: String) -> Message {
        var message = message
        message.headers.set(name, value)
        return message
    }

    @Test func optionsIsAnsweredWithWhatTheBuildDoes() throws {
        var bench = Bench()
        let outputs = bench.receive(Samples.options())
        #expect(outputs.statuses == [200])
        let answer = try #require(outputs.sent.first)
        #expect(answer.headers["Allow"] == "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS")
        #expect(answer.headers["Accept"] == "application/sdp")
        #expect(answer.headers["To"]?.hasPrefix("<sip:center@192.0.2.1>;tag=") == true)
        #expect(answer.headers["CSeq"] == "7 OPTIONS")
    }

    @Test func maxForwardsZeroIsNoReasonToRefuseACall() throws {
        var bench = Bench()
        let outputs = bench.receive(self.changed(try Samples.invite(), "Max-Forwards", "0"))
        #expect(outputs.words == ["incoming"])
    }

    @Test func anUnknownMethodIsAnswered405WithAllow() throws {
        var bench = Bench()
        var message = try Message(parsing: Samples.options())
        message.startLine = .request(method: Method("FROB"), uri: "sip:a@b")
        let outputs = bench.receive(self.changed(message, "CSeq", "7 FROB"))
        #expect(outputs.statuses == [405])
        #expect(outputs.sent.first?.headers["Allow"] == "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS")
    }

    @Test func anUnknownDialogIsAnswered481() throws {
        var bench = Bench()
        for method in [Method.info, .bye] {
            var message = self.changed(try Message(parsing: Samples.options()), "CSeq", "7 \(method)")
            message.startLine = .request(method: method, uri: "sip:a@b")
            #expect(bench.receive(message).statuses == [481])
            #expect(bench.receive(self.changed(message, "To", "<sip:a@b>;tag=unknown")).statuses == [481])
        }
        var cancel = self.changed(try Samples.invite(), "CSeq", "1 CANCEL")
        cancel.startLine = .request(method: .cancel, uri: "sip:a@b")
        #expect(bench.receive(cancel).statuses == [481])
    }

    @Test func anUnknownExtensionIsAnswered420WithItsName() throws {
        var bench = Bench()
        let outputs = bench.receive(self.changed(try Samples.invite(), "Require", "magic, wand"))
        #expect(outputs.statuses == [420])
        #expect(outputs.sent.first?.headers["Unsupported"] == "magic, wand")
        #expect(bench.agent.callCount == 0)
    }

    @Test func anUnknownSchemeIsAnswered416() throws {
        var bench = Bench()
        var message = try Message(parsing: Samples.options())
        message.startLine = .request(method: .options, uri: "nobodyKnowsThisScheme:totallyopaquecontent")
        #expect(bench.receive(message).statuses == [416])
    }

    @Test func aMalformedRequestIsAnswered400WithWhatCanBeFilledIn() throws {
        var bench = Bench()
        var message = try Message(parsing: Samples.options())
        message.headers.remove("Call-ID")
        let outputs = bench.receive(message)
        #expect(outputs.statuses == [400])
        let answer = try #require(outputs.sent.first)
        #expect(answer.startLine == .response(status: 400, reason: "Bad Request - Call-ID: expected one Call-ID"))
        #expect(answer.headers["CSeq"] == "7 OPTIONS")
        #expect(outputs.words == ["discarded"])
    }

    @Test func aBrokenMessageOnAStreamIsAnsweredAndTheNextOneServed() throws {
        var bench = Bench()
        let outputs = bench.receive(Samples.options("no colon", body: "x") + Samples.options())
        #expect(outputs.statuses == [400, 200])
    }

    @Test func aStreamWhoseFramingIsLostIsAnswered400AndClosed() throws {
        var bench = Bench()
        let outputs = bench.receive(Samples.options("Content-Length: 5"))
        #expect(outputs.statuses == [400])
        guard case .close(bench.flow, _)? = outputs.last else {
            Issue.record("not closed")
            return
        }
        #expect(bench.receive(Samples.options()).isEmpty)
    }

    @Test func anotherVersionIsAnswered505() throws {
        var bench = Bench()
        let text = String(decoding: Samples.options(), as: UTF8.self).replacing(
            "SIP/2.0\r\nVia",
            with: "SIP/7.0\r\nVia"
        )
        #expect(bench.receive(Array(text.utf8)).statuses == [505])
    }

    @Test func aMalformedResponseOrACKIsOnlyNoted() throws {
        var bench = Bench()
        let response = Samples.lines("SIP/2.0 200 OK", "Via: SIP/2.0/TCP h;branch=z9hG4bK1", "Content-Length: 0")
        #expect(bench.receive(response).words == ["discarded"])
        var ack = try Samples.invite()
        ack.startLine = .request(method: .ack, uri: "sip:a@b")
        let outputs = bench.receive(self.changed(ack, "CSeq", "1 INVITE"))
        #expect(outputs.sent.isEmpty)
        #expect(outputs.words == ["discarded"])
    }

    @Test func anInviteThatComesTwiceIsDeliveredOnce() throws {
        var bench = Bench(transport: .udp)
        let invite = try Samples.invite(transport: "UDP")
        let call = try bench.incoming(invite)
        #expect(bench.receive(invite).isEmpty)
        #expect(bench.act { $0.ring(call, at: $1) }.statuses == [180])
        #expect(bench.receive(invite).statuses == [180])
        #expect(bench.act { $0.answer(call, headers: Headers(), body: [], at: $1) }.statuses == [200])
        #expect(bench.receive(invite).isEmpty)
    }

    @Test func anInviteThatComesOnTwoWaysIsAnswered482() throws {
        var bench = Bench()
        _ = try bench.incoming(try Samples.invite())
        #expect(bench.receive(try Samples.invite(branch: "z9hG4bKother")).statuses == [482])
    }

    @Test func anInviteBeyondTheLimitIsAnswered503() throws {
        var limits = Limits()
        limits.maximumCalls = 1
        var bench = Bench(limits: limits)
        _ = try bench.incoming(try Samples.invite())
        let other = self.changed(try Samples.invite(branch: "z9hG4bKother"), "Call-ID", "c2")
        let outputs = bench.receive(other)
        #expect(outputs.statuses == [503])
        #expect(outputs.sent.first?.headers["Retry-After"] == "5")
    }

    @Test func aCallerOfRFC2543IsServed() throws {
        var bench = Bench(transport: .udp)
        let invite = Samples.lines(
            "INVITE sip:psap@192.0.2.1 SIP/2.0",
            "Via: SIP/2.0/UDP 192.0.2.10",
            "From: <sip:old@192.0.2.10>",
            "To: <sip:psap@192.0.2.1>",
            "Call-ID: old",
            "CSeq: 1 INVITE"
        )
        #expect(bench.receive(invite).words == ["incoming"])
        #expect(bench.receive(invite).isEmpty)
    }

    private func answered(_ bench: inout Bench) throws -> (UserAgent.Call, Message) {
        let call = try bench.incoming(try Samples.invite())
        let answer = try #require(bench.act { $0.answer(call, headers: Headers(), body: [], at: $1) }.sent.first)
        let ack = try bench.inDialog(.ack, number: 1, answer: answer, branch: "ack")
        #expect(bench.receive(ack).events == [.established(call)])
        return (call, answer)
    }

    @Test func aNumberOutOfOrderIsAnswered500() throws {
        var bench = Bench()
        let (_, answer) = try self.answered(&bench)
        #expect(bench.receive(try bench.inDialog(.options, number: 9, answer: answer, branch: "1")).statuses == [200])
        #expect(bench.receive(try bench.inDialog(.info, number: 8, answer: answer, branch: "2")).statuses == [500])
    }

    @Test func requestsThatWaitWhenTheByeComesAreAnswered487() throws {
        var bench = Bench()
        let (call, answer) = try self.answered(&bench)
        let info = try bench.inDialog(.info, number: 2, answer: answer, branch: "i")
        guard case .requested(let request, call, _)? = bench.receive(info).events.first else {
            Issue.record("no request")
            return
        }
        let outputs = bench.receive(try bench.inDialog(.bye, number: 3, answer: answer, branch: "b"))
        #expect(outputs.sent.map { "\($0.status ?? 0) \($0.headers["CSeq"] ?? "")" } == ["200 3 BYE", "487 2 INFO"])
        #expect(outputs.words == ["cleared"])
        #expect(bench.act { $0.respond(to: request, status: 200, headers: Headers(), body: [], at: $1) }.isEmpty)
    }

    @Test func requestsBeyondTheLimitOfOneDialogAreAnswered500() throws {
        var limits = Limits()
        limits.maximumPendingRequests = 2
        var bench = Bench(limits: limits)
        let (_, answer) = try self.answered(&bench)
        var statuses: [Int] = []
        for number in 2...4 {
            statuses +=
                bench.receive(try bench.inDialog(.info, number: number, answer: answer, branch: "\(number)")).statuses
        }
        #expect(statuses == [500])
    }

    @Test func aByeOfTheCallerWhileRingingWithdrawsTheCall() throws {
        var bench = Bench()
        let call = try bench.incoming(try Samples.invite())
        let ringing = try #require(bench.act { $0.ring(call, at: $1) }.sent.first)
        let outputs = bench.receive(try bench.inDialog(.bye, number: 2, answer: ringing, branch: "b"))
        #expect(outputs.statuses == [200, 487])
        #expect(outputs.events == [.withdrawn(call)])
    }

    @Test func aForked2xxIsAcknowledgedAndCleared() throws {
        var bench = Bench()
        let (_, invite) = try bench.invite()
        let contact: Headers = [Header("Contact", "<sip:one@192.0.2.10>")]
        let first = Message.response(to: invite, status: 200, tag: "one", headers: contact)
        let second = Message.response(to: invite, status: 200, tag: "two", headers: [Header("Contact", "<sip:two@h>")])
        let outputs = bench.receive(first)
        #expect(outputs.methods == ["ACK"])
        #expect(outputs.words == ["answered"])
        let forked = bench.receive(second)
        #expect(forked.methods == ["ACK", "BYE"])
        #expect(forked.sent.allSatisfy { $0.requestURI == "sip:two@h" })
        #expect(forked.events.isEmpty)
        #expect(bench.receive(second).methods == ["ACK"])
        #expect(bench.receive(first).methods == ["ACK"])
    }

    @Test func theEarlyDialogOfALosingForkIsOverWithTheFirst2xx() throws {
        var bench = Bench()
        let (_, invite) = try bench.invite()
        _ = bench.receive(Message.response(to: invite, status: 180, tag: "one"))
        let info = Message(
            startLine: .request(method: .info, uri: "sip:psap@192.0.2.1"),
            headers: [
                Header("Via", "SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bKfork1"),
                Header("From", "<urn:service:sos.ecall.manual>;tag=one"),
                Header("To", invite.headers["From"] ?? ""),
                Header("Call-ID", invite.headers["Call-ID"] ?? ""),
                Header("CSeq", "1 INFO"),
            ]
        )
        #expect(bench.receive(info).words == ["requested INFO"])
        _ = bench.receive(Message.response(to: invite, status: 200, tag: "two"))
        let again = self.changed(info, "Via", "SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bKfork2")
        #expect(bench.receive(self.changed(again, "CSeq", "2 INFO")).statuses == [481])
    }

    @Test func requestsOfOursInADialogHaveRisingNumbers() throws {
        var bench = Bench()
        let (call, _) = try self.answered(&bench)
        var numbers: [String?] = []
        for _ in 0..<3 {
            let (_, outputs) = bench.agent.request(.info, in: call, headers: Headers(), body: [], at: bench.now)
            numbers.append(outputs.sent.first?.headers["CSeq"])
        }
        #expect(numbers == ["1 INFO", "2 INFO", "3 INFO"])
    }

    @Test func earlyDialogsOfForksAreLimited() throws {
        var limits = Limits()
        limits.maximumEarlyDialogs = 2
        var bench = Bench(limits: limits)
        let (call, invite) = try bench.invite()
        for tag in ["a", "b", "c"] {
            #expect(bench.receive(Message.response(to: invite, status: 180, tag: tag)).words == ["provisional 180"])
        }
        let (_, outputs) = bench.agent.request(.info, in: call, headers: Headers(), body: [], at: bench.now)
        #expect(outputs.sent.first?.headers["To"]?.hasSuffix(";tag=b") == true)
    }

    @Test func aResponseOfAnotherFlowOrForAnotherElementIsDiscarded() throws {
        var bench = Bench()
        _ = bench.open(Flow(number: 2))
        let (_, invite) = try bench.invite()
        let answer = Message.response(to: invite, status: 603, tag: "evil")
        #expect(bench.receive(answer, over: Flow(number: 2)).words == ["discarded"])
        var foreign = answer
        foreign.headers.append("Via", "SIP/2.0/TCP 203.0.113.1;branch=z9hG4bKx")
        #expect(bench.receive(foreign).words == ["discarded"])
        #expect(bench.receive(answer).words == ["rejected 603"])
    }

    @Test func aRequestWithoutDialogOrCallFailsAtOnce() throws {
        var bench = Bench()
        let call = try bench.incoming(try Samples.invite())
        _ = bench.act { $0.reject(call, status: 486, reason: nil, headers: Headers(), body: [], at: $1) }
        let (sent, outputs) = bench.agent.request(.info, in: call, headers: Headers(), body: [], at: bench.now)
        #expect(outputs == [.event(.failedRequest(sent, call, .noDialog))])
        #expect(bench.act { $0.ring(call, at: $1) }.isEmpty)
        #expect(bench.act { $0.answer(call, headers: Headers(), body: [], at: $1) }.isEmpty)
        #expect(bench.act { $0.bye(call, at: $1) }.isEmpty)
    }

    @Test func anUnansweredRequestFailsByTimerFAndTheCallLivesOn() throws {
        var bench = Bench()
        let (call, _) = try self.answered(&bench)
        let (sent, _) = bench.agent.request(.info, in: call, headers: Headers(), body: [], at: bench.now)
        #expect(bench.advance(by: .seconds(32)).events == [.failedRequest(sent, call, .timedOut)])
        #expect(bench.agent.callCount == 1)
    }

    @Test func anUnansweredByeEndsTheCallByTimerF() throws {
        var bench = Bench()
        let (call, _) = try self.answered(&bench)
        _ = bench.act { $0.bye(call, at: $1) }
        #expect(bench.advance(by: .seconds(32)).events == [.ended(call)])
    }
}
