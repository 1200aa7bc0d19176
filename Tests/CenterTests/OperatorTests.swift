import MSD
import SIP
import Testing
import Timeline

@testable import Center

/// What the operator types, and what the operator reads.
@Suite struct OperatorTests {
    @Test func readsEveryCommand() {
        #expect(OperatorCommand(line: "calls") == .calls)
        #expect(OperatorCommand(line: "  answer\t7 ") == .answer(7, nil))
        #expect(OperatorCommand(line: "answer 7 603+ack") == .answer(7, .decline(status: 603, isAcknowledged: true)))
        #expect(OperatorCommand(line: "reply accept-silent") == .reply(nil, .accept(.none)))
        #expect(OperatorCommand(line: "reply 3 486") == .reply(3, .decline(status: 486, isAcknowledged: false)))
        #expect(OperatorCommand(line: "send-data 2") == .sendData(2))
        #expect(OperatorCommand(line: "clear 2") == .clearDown(2))
        let desk = URI.sip(SIPURI(user: "desk", host: "b.invalid"))
        #expect(OperatorCommand(line: "transfer 2 sip:desk@b.invalid") == .transfer(2, to: desk))
    }

    @Test(arguments: [
        "", "call", "calls now", "answer", "answer x", "answer 0", "answer -1", "answer 1 200", "answer 1 603 ack",
        "reply", "reply 200", "reply x accept", "send-data", "send-data x", "clear", "clear 1 2", "CALLS",
        "reply 302=", "reply 302=desk", "reply 302", "transfer 1", "transfer 1 desk", "transfer 1 tel:112",
        "transfer x sip:desk@b.invalid", "transfer 1 sip:",
    ])
    func refusesEveryOtherLineWithWhatIsExpected(_ line: String) {
        guard case .mistake(let sentence) = OperatorCommand(line: line) else {
            Issue.record("\(line) was taken")
            return
        }
        #expect(!sentence.isEmpty)
    }

    @Test func everyReplyIsReadFromItsOwnWord() {
        for word in CenterConfiguration.Reply.words.map({ $0.replacing("URI", with: "sip:desk@b.invalid") }) {
            #expect(CenterConfiguration.Reply(word)?.description == word)
        }
    }

    @Test func callsAreListedWithTheirVIN() throws {
        let bench = CenterBench()
        bench.command("calls")
        try bench.call()
        try bench.call(octets: [9])
        bench.command("calls")
        #expect(
            bench.reasons(of: .callListed) == [
                "no call is going on", "urn:service:sos.ecall.automatic, ECALLEXAMPLE02026",
                "urn:service:sos.ecall.automatic, no VIN",
            ]
        )
    }

    @Test func aMistakeIsSaidAndChangesNothing() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        bench.command("explode 1")
        #expect(bench.kinds.last == .mistake)
        #expect(bench.center.callCount == 1)
    }

    @Test func anEventIsOneLineOfJSONAndReadableText() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        for event in bench.events {
            let start = (event.call.map { "call \($0) " } ?? "") + "\(event.kind.rawValue): "
            #expect(event.json.hasPrefix("{") && !event.json.contains("\n"))
            #expect(event.text.hasPrefix(start))
        }
        #expect(bench.events.map(\.sequence) == Array(1...bench.events.count))
        let shown = try #require(bench.events.first { $0.kind == .msd })
        #expect(shown.text.contains("\n    ") && shown.text.contains("ECALLEXAMPLE02026"))
    }
}
