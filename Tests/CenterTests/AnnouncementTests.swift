import MSD
import NGECall
import SIP
import Testing
import Timeline

@testable import Center

/// What a center announces is what it does, and nothing else.
@Suite struct AnnouncementTests {
    private let bench = CenterBench()
    private let call: UserAgent.Call
    private let accepted: Message

    init() throws {
        self.call = try self.bench.answeredCall().call
        self.accepted = try #require(self.bench.sent.last { $0.message.status == 200 }?.message)
    }

    private func answer(to method: Method, _ headers: Headers = [], _ body: [UInt8] = []) throws -> Message {
        let before = self.bench.sent.count
        self.bench.vehicles { agent, now in
            method == .invite
                ? agent.reinvite(self.call, headers: headers, body: body, at: now).1
                : agent.request(method, in: self.call, headers: headers, body: body, at: now).1
        }
        return try #require(self.bench.sent.dropFirst(before).map(\.message).first { $0.status != nil })
    }

    private func elements(_ name: String) -> [String] { self.accepted.headers.elements(name) }

    @Test func everyMethodOfAllowIsServedAndNoOther() throws {
        let allowed = self.elements("Allow").map { Method($0) }
        #expect(Set(allowed) == [.invite, .ack, .cancel, .bye, .prack, .update, .info, .options, .notify, .message])
        for method in allowed where ![.ack, .cancel, .bye].contains(method) {
            let status = try self.answer(to: method).status
            #expect(status != 405 && status != 501, "\(method) is announced and answered \(status ?? 0)")
        }
        for name in ["REFER", "SUBSCRIBE", "PUBLISH", "FROB"] {
            #expect(try self.answer(to: Method(name)).status == 405, "\(name)")
        }
    }

    @Test func everyExtensionOfSupportedMayBeRequiredAndNoOther() throws {
        #expect(self.elements("Supported") == ["100rel", "timer"])
        for option in self.elements("Supported") {
            #expect(try self.answer(to: .options, [Header("Require", option)]).status == 200, "\(option)")
        }
        #expect(try self.answer(to: .options, [Header("Require", "replaces")]).status == 420)
    }

    @Test func everyTypeOfAcceptIsReadAndNoOther() throws {
        #expect(self.elements("Accept") == EmergencyAnswer.standardAccept)
        let package = Header("Info-Package", EmergencyCallData.msdPackage)
        #expect(try self.answer(to: .info, [package, Header("Content-Type", "text/plain")], [1]).status == 415)
        #expect(try self.answer(to: .update, [Header("Content-Type", "text/plain")], [1]).status == 415)
        self.bench.sendMSD(try CenterBench.msd(identifier: 2).encoded(), in: self.call)
        #expect(self.bench.sentWords.last == "200")
    }

    @Test func aHoldIsAnsweredAndTold() throws {
        var offer = CenterBench.offer(SessionDescription.standardCodecs)
        offer.direction = .sendonly
        let answer = try self.answer(to: .invite, [Header("Content-Type", "application/sdp")], offer.serialized())
        #expect(answer.status == 200)
        #expect(self.bench.reasons(of: .sessionChange).count == 1)
        #expect(self.bench.center.callCount == 1)
    }
}
