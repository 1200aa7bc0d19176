import NIOCore
import Testing

@testable import ControlSocket

/// What the tests call.
enum Desk {
    static let text = """
        interface org.example.desk
        method Ask(question: ?string) -> (answer: string)
        method Listen() -> (word: string)
        error Busy (until: int)
        """

    static func catalog() throws -> ServiceCatalog {
        ServiceCatalog(Self.service, [try Interface(text: Self.text)])
    }

    static let service = ServiceDescription(vendor: "V", product: "P", version: "1", url: "https://example.org")

    static func octets(_ text: String) -> ByteBuffer {
        ByteBuffer(string: text.replacing("|", with: "\0"))
    }
}

@Suite struct ConversationTests {
    private func conversation() throws -> Conversation {
        Conversation(ControlConnection(number: 7, peer: nil), catalog: try Desk.catalog())
    }

    private func text(_ octets: [UInt8]?) -> String? {
        octets.map { String(decoding: $0, as: UTF8.self) }
    }

    private func call(_ step: Conversation.Step) throws -> ControlCall {
        guard case .deliver(let call) = step else {
            Issue.record("expected a call, found \(step)")
            throw CancellationError()
        }
        return call
    }

    private func isWait(_ step: Conversation.Step) -> Bool {
        if case .wait = step { true } else { false }
    }

    @Test func deliversTheNextCallOnlyAfterTheAnswer() throws {
        var conversation = try self.conversation()
        conversation.receive(
            Desk.octets(#"{"method":"org.example.desk.Ask"}|{"method":"org.example.desk.Ask","parameters":null}|"#)
        )
        let first = try self.call(conversation.nextStep())
        #expect(first.id == ControlCall.ID(connection: 7, serial: 1))
        #expect(first.parameters == [:])
        #expect(self.isWait(conversation.nextStep()))
        let reply = conversation.answer(first.id, .success(["answer": "yes"]), continues: false)
        #expect(self.text(reply) == #"{"parameters":{"answer":"yes"}}"#)
        let second = try self.call(conversation.nextStep())
        #expect(second.id.serial == 2)
    }

    @Test func takesACallOctetByOctet() throws {
        var conversation = try self.conversation()
        let message = #"{"method":"org.example.desk.Ask","parameters":{"question":"why"}}"#
        for octet in message.utf8 {
            conversation.receive(ByteBuffer(bytes: [octet]))
            #expect(self.isWait(conversation.nextStep()))
            #expect(conversation.isHalfReceived)
        }
        conversation.receive(ByteBuffer(bytes: [0]))
        let call = try self.call(conversation.nextStep())
        #expect(call.parameters == ["question": "why"])
        #expect(!conversation.isHalfReceived)
    }

    @Test func sendsManyAnswersWhereMoreWasAsked() throws {
        var conversation = try self.conversation()
        conversation.receive(Desk.octets(#"{"method":"org.example.desk.Listen","more":true}|"#))
        let call = try self.call(conversation.nextStep())
        #expect(call.more)
        for _ in 0..<3 {
            let reply = conversation.answer(call.id, .success(["word": "w"]), continues: true)
            #expect(self.text(reply) == #"{"continues":true,"parameters":{"word":"w"}}"#)
        }
        let last = conversation.answer(call.id, .success(["word": "w"]), continues: false)
        #expect(self.text(last) == #"{"parameters":{"word":"w"}}"#)
        #expect(conversation.answer(call.id, .success(["word": "w"]), continues: true) == nil)
    }

    @Test func sendsNothingForOneway() throws {
        var conversation = try self.conversation()
        conversation.receive(
            Desk.octets(
                #"{"method":"org.example.desk.Ask","oneway":true}|{"method":"org.example.desk.No","oneway":true}|"#
                    + #"{"method":"org.varlink.service.GetInfo","oneway":true}|"#
            )
        )
        let call = try self.call(conversation.nextStep())
        #expect(call.oneway)
        #expect(conversation.answer(call.id, .success(["answer": ""]), continues: false) == nil)
        for _ in 0..<2 {
            guard case .pass = conversation.nextStep() else {
                Issue.record("a oneway call was answered")
                return
            }
        }
        #expect(self.isWait(conversation.nextStep()))
    }

    @Test func answersErrorsWithTheirParameters() throws {
        var conversation = try self.conversation()
        conversation.receive(Desk.octets(#"{"method":"org.example.desk.Ask"}|"#))
        let call = try self.call(conversation.nextStep())
        let reply = conversation.answer(
            call.id,
            .failure(ServiceError("org.example.desk.Busy", ["until": 5])),
            continues: false
        )
        #expect(self.text(reply) == #"{"error":"org.example.desk.Busy","parameters":{"until":5}}"#)
    }

    @Test(arguments: [
        (#"{"method":"org.nobody.desk.Ask"}"#, "InterfaceNotFound", #"{"interface":"org.nobody.desk"}"#),
        (#"{"method":"org.example.desk.Shout"}"#, "MethodNotFound", #"{"method":"org.example.desk.Shout"}"#),
        (#"{"method":"Ask"}"#, "InvalidParameter", #"{"parameter":"method"}"#),
        (
            #"{"method":"org.example.desk.Ask","upgrade":true}"#, "MethodNotImplemented",
            #"{"method":"org.example.desk.Ask"}"#
        ),
        (
            #"{"method":"org.example.desk.Ask","parameters":{"question":1}}"#, "InvalidParameter",
            #"{"parameter":"question"}"#
        ),
        (#"{"method":"org.example.desk.Ask","parameters":{"x":1}}"#, "InvalidParameter", #"{"parameter":"x"}"#),
        (
            #"{"method":"org.varlink.service.GetInterfaceDescription"}"#, "InvalidParameter",
            #"{"parameter":"interface"}"#
        ),
        (
            #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"a.b"}}"#,
            "InterfaceNotFound", #"{"interface":"a.b"}"#
        ),
    ])
    func refusesByTheStandardErrors(_ message: String, _ error: String, _ parameters: String) throws {
        var conversation = try self.conversation()
        conversation.receive(Desk.octets(message + "|"))
        guard case .send(let reply) = conversation.nextStep() else {
            Issue.record("expected an error reply")
            return
        }
        #expect(self.text(reply) == #"{"error":"org.varlink.service.\#(error)","parameters":\#(parameters)}"#)
    }

    @Test(arguments: [
        ("", "it is not a JSON text"),
        ("no", "it is not a JSON text"),
        ("[]", "expected an object, found array"),
        ("{}", "expected the member \"method\""),
        (#"{"method":1}"#, "expected the member \"method\""),
        (#"{"method":"a.b.C","parameters":[]}"#, "expected \"parameters\" to be an object, found array"),
        (#"{"method":"a.b.C","more":1}"#, "expected \"more\" to be true or false, found int"),
        (#"{"method":"a.b.C","oneway":"yes"}"#, "expected \"oneway\" to be true or false"),
        (#"{"method":"a.b.C","more":true,"oneway":true}"#, "expected \"more\" or \"oneway\", found both"),
    ])
    func dropsWhatIsNoCall(_ message: String, _ why: String) throws {
        var conversation = try self.conversation()
        conversation.receive(Desk.octets(message + "|"))
        guard case .drop(.malformedCall(let found)) = conversation.nextStep() else {
            Issue.record("expected a drop")
            return
        }
        #expect(found.hasPrefix(why))
        #expect(!conversation.wantsOctets)
    }

    @Test func takesTheLongestCallAndDropsALongerOne() throws {
        let limit = ControlLimits.maximumCallOctets
        let frame = #"{"method":"org.example.desk.Ask","parameters":{"question":""}}"#
        let filling = String(repeating: "x", count: limit - frame.utf8.count)
        var conversation = try self.conversation()
        conversation.receive(Desk.octets(frame.replacing(#""""#, with: "\"\(filling)\"") + "|"))
        #expect(try self.call(conversation.nextStep()).parameters["question"]?.asString == filling)

        for end in ["", "|"] {
            var longer = try self.conversation()
            longer.receive(Desk.octets(frame.replacing(#""""#, with: "\"\(filling)x\"") + end))
            guard case .drop(.callTooLong(limit)) = longer.nextStep() else {
                Issue.record("expected a drop")
                return
            }
        }
    }

    @Test func stopsReadingWhileEnoughCallsWait() throws {
        var conversation = try self.conversation()
        conversation.receive(Desk.octets(#"{"method":"org.example.desk.Ask"}|"#))
        let call = try self.call(conversation.nextStep())
        #expect(conversation.wantsOctets)
        conversation.receive(ByteBuffer(repeating: 0x20, count: ControlLimits.maximumWaitingOctets))
        #expect(conversation.wantsOctets)
        conversation.receive(ByteBuffer(bytes: [0x20]))
        #expect(!conversation.wantsOctets)
        #expect(!conversation.isHalfReceived)
        #expect(conversation.answer(call.id, .success(["answer": ""]), continues: false) != nil)
        #expect(conversation.isHalfReceived)
        guard case .drop(.callTooLong) = conversation.nextStep() else {
            Issue.record("expected a drop")
            return
        }
    }

    @Test func knowsWhetherACallWasUnanswered() throws {
        var idle = try self.conversation()
        let wasIdleUnanswered = idle.end()
        #expect(!wasIdleUnanswered)
        var busy = try self.conversation()
        busy.receive(Desk.octets(#"{"method":"org.example.desk.Listen","more":true}|"#))
        let call = try self.call(busy.nextStep())
        let wasUnanswered = busy.end()
        #expect(wasUnanswered)
        #expect(busy.answer(call.id, .success(["word": ""]), continues: true) == nil)
    }
}
