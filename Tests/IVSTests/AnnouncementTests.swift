import CallControl
import NGECall
import SIP
import Testing
import Timeline

@testable import IVS

/// What a vehicle announces is what it does, and nothing else.
@Suite struct AnnouncementTests {
    private let bench: VehicleBench
    private let invite: Message

    init() throws {
        self.bench = try VehicleBench.connected()
        self.invite = try #require(self.bench.invites.last)
    }

    /// The answer of the vehicle to a request in its call.
    private func answer(
        to method: Method,
        _ headers: Headers = [],
        _ body: [UInt8] = []
    ) throws -> Message {
        let call = try #require(self.bench.incoming.last?.call)
        let before = self.bench.sent.count
        self.bench.center { agent, now in
            method == .invite
                ? agent.reinvite(call, headers: headers, body: body, at: now).1
                : agent.request(method, in: call, headers: headers, body: body, at: now).1
        }
        return try #require(self.bench.sent.dropFirst(before).map(\.message).first { $0.status != nil })
    }

    private func elements(_ name: String) -> [String] { self.invite.headers.elements(name) }

    @Test func everyMethodOfAllowIsServed() throws {
        let allowed = self.elements("Allow").map { Method($0) }
        #expect(Set(allowed) == [.invite, .ack, .cancel, .bye, .prack, .update, .info, .options])
        for method in allowed where ![.ack, .cancel, .bye].contains(method) {
            let status = try self.answer(to: method).status
            #expect(status != 405 && status != 501, "\(method) is announced and answered \(status ?? 0)")
        }
        #expect(try self.answer(to: .bye).status == 200)
    }

    @Test(arguments: ["REFER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH", "REGISTER", "FROB"])
    func aMethodThatAllowDoesNotNameIsAnswered405WithAllow(name: String) throws {
        let answer = try self.answer(to: Method(name), [Header("Refer-To", "<sip:elsewhere@example.net>")])
        #expect(answer.status == 405)
        #expect(answer.headers.elements("Allow") == self.elements("Allow"))
        #expect(self.bench.state == .voiceSession)
    }

    @Test func everyExtensionOfSupportedMayBeRequiredAndNoOther() throws {
        #expect(self.elements("Supported") == ["100rel", "timer"])
        for option in self.elements("Supported") {
            #expect(try self.answer(to: .options, [Header("Require", option)]).status == 200, "\(option)")
        }
        for option in ["outbound", "geolocation", "replaces", "path"] {
            let answer = try self.answer(to: .options, [Header("Require", option)])
            #expect(answer.status == 420, "\(option)")
            #expect(answer.headers["Unsupported"] == option)
        }
    }

    @Test func everyTypeOfAcceptIsReadAndNoOther() throws {
        #expect(
            self.elements("Accept") == [
                "application/sdp", "multipart/mixed", "application/EmergencyCallData.Control+xml",
            ]
        )
        try self.bench.info([.sendMSD])
        #expect(
            self.bench.sent.last { $0.message.status != nil }?.message.status == 200,
            "a control object in a multipart"
        )
        let session = SessionDescription(
            originUser: "psap",
            sessionID: 1,
            sessionVersion: 2,
            address: "127.0.0.1",
            audioPort: 9,
            codecs: [.pcmu]
        )
        let type = Header("Content-Type", "application/sdp")
        #expect(try self.answer(to: .invite, [type], session.serialized()).status == 200)
        let other = Header("Content-Type", "text/plain")
        let refusal = try self.answer(to: .update, [other], [1])
        #expect(refusal.status == 415)
        #expect(refusal.headers["Accept"] != nil)
        let package = Header("Info-Package", EmergencyCallData.msdPackage)
        #expect(try self.answer(to: .info, [other, package], [1]).status == 415)
    }

    @Test func thePackageOfRecvInfoIsReceivedAndNoOther() throws {
        #expect(self.elements("Recv-Info") == [EmergencyCallData.msdPackage])
        try self.bench.info([.sendMSD], package: "dtmf")
        #expect(self.bench.sent.last?.message.status == 469)
        #expect(self.bench.sent.last?.message.headers["Recv-Info"] == EmergencyCallData.msdPackage)
    }

    @Test func theAnswerToOptionsAnnouncesTheSame() throws {
        let answer = try self.answer(to: .options)
        for name in ["Allow", "Supported", "Accept", "Recv-Info"] {
            #expect(answer.headers.elements(name) == self.elements(name), "\(name)")
        }
    }

    @Test func aHoldIsAnsweredAndTold() throws {
        let session = SessionDescription(
            originUser: "psap",
            sessionID: 1,
            sessionVersion: 2,
            address: "127.0.0.1",
            audioPort: 9,
            codecs: [.pcma],
            direction: .sendonly
        )
        let answer = try self.answer(to: .invite, [Header("Content-Type", "application/sdp")], session.serialized())
        #expect(answer.status == 200)
        #expect(answer.headers["Contact"] != nil)
        #expect(try SessionDescription(parsing: answer.body).direction == .inactive, "there is no sound path")
        #expect(self.bench.reasons(of: .sessionChange) == ["the center offered another session: sound now inactive"])
        #expect(self.bench.state == .voiceSession)
    }
}
