import CallControl
import MSD
import NGECall
import Net
import SIP
import Testing
import Timeline

@testable import IVS

// What the center does, and what is to be seen of the call.
extension VehicleBench {
    /// The INVITEs that the vehicle sent.
    var invites: [Message] { self.sent.map(\.message).filter { $0.method == .invite } }

    /// The methods and statuses that the vehicle sent, in order.
    var sentWords: [String] {
        self.sent.map { $0.message.method?.name ?? "\($0.message.status ?? 0)" }
    }

    var state: CallState { self.ivs.call.state }

    var kinds: [String] { self.events.map(\.kind.word) }

    func reasons(of kind: VehicleEvent.Kind) -> [String] {
        self.events.filter { $0.kind == kind }.map(\.reason)
    }

    func ring() throws {
        let call = try #require(self.incoming.last?.call)
        self.center { $0.ring(call, at: $1) }
    }

    /// 200 with an acknowledgement of the INVITE's MSD, or without one when `received` is `nil`.
    func answer(received: Bool? = true) throws {
        let (call, invite, _) = try #require(self.incoming.last)
        let content = InviteContent(invite)
        let reference = content.msd?.contentID ?? "none"
        let acknowledgement = received.map {
            EmergencyAnswer.Acknowledgement(ref: reference, received: $0, contentID: "ack-1@center.invalid")
        }
        let session = SessionDescription(
            originUser: "psap",
            sessionID: 1,
            address: "127.0.0.1",
            audioPort: 9,
            codecs: [.pcma],
            direction: .inactive
        )
        let answer = EmergencyAnswer.accepting(session, acknowledgement: acknowledgement).content(boundary: "b")
        self.center { $0.answer(call, headers: answer.headers, body: answer.body, at: $1) }
    }

    /// A final refusal; with `reference` it acknowledges the MSD of that Content-ID.
    func reject(_ status: Int, acknowledging reference: String? = nil) throws {
        let call = try #require(self.incoming.last?.call)
        let acknowledgement = reference.map {
            EmergencyAnswer.Acknowledgement(ref: $0, received: true, contentID: "ack-1@center.invalid")
        }
        let answer = EmergencyAnswer.declining(acknowledgement: acknowledgement).content(boundary: "b")
        self.center {
            $0.reject(call, status: status, reason: nil, headers: answer.headers, body: answer.body, at: $1)
        }
    }

    /// A final answer that names other addresses; `contacts` is the value of its Contact field, empty for none.
    func redirect(_ status: Int, to contacts: String) throws {
        let call = try #require(self.incoming.last?.call)
        let headers: Headers = contacts.isEmpty ? [] : [Header("Contact", contacts)]
        self.center { $0.reject(call, status: status, reason: nil, headers: headers, body: [], at: $1) }
    }

    /// An answer to `invite` that names another address and comes when the center no longer has the call.
    func redirectLate(_ invite: Message, to contact: String) throws {
        let flow = try #require(self.sent.first { $0.message == invite }?.flow)
        let moved = Message.response(to: invite, status: 302, tag: "t", headers: [Header("Contact", contact)])
        self.step(.net(.received(flow, moved.serialized())))
    }

    /// The Content-ID of the MSD of the last INVITE.
    func msdReference() throws -> String {
        let invite = try #require(self.incoming.last?.invite)
        return try #require(InviteContent(invite).msd?.contentID)
    }

    /// Sends INFO requests of the eCall package, or of another.
    func info(_ requests: [ControlDocument.Request], package: String? = nil) throws {
        let call = try #require(self.incoming.last?.call)
        let document = ControlDocument(requests: requests)
        var content = EmergencyInfo.control(document, contentID: "req-1@center.invalid", boundary: "b")
        if let package { content.headers.set("Info-Package", package) }
        self.center { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
    }

    /// What the vehicle has said of what it was asked, in order.
    var actionResults: [ControlDocument.ActionResult] {
        let packages = [EmergencyCallData.msdPackage, EmergencyCallData.vedsPackage]
        return self.sent.map(\.message).filter { $0.method == .info }.flatMap { message in
            guard case .content(let content) = InfoReading(message, packages: packages) else {
                return [] as [ControlDocument.ActionResult]
            }
            return content.controls.flatMap(\.document.acknowledgements).flatMap(\.actionResults)
        }
    }

    /// The center rings back over a flow, that of its last call if none is given, and says what `change` makes of it.
    @discardableResult
    func ringBack(
        over flow: Flow? = nil,
        _ change: (inout UserAgent.InvitePlan) -> Void = { _ in }
    ) -> UserAgent.Call? {
        guard let last = self.incoming.last, let contact = last.invite.headers["Contact"],
            let target = try? NameAddress(parsing: contact),  // Of a vehicle of ours, which can be read.
            let own = try? URI(parsing: "sip:psap@center-1.invalid")
        else { return nil }
        let session = SessionDescription.offer(originUser: "psap", sessionID: 7, address: "127.0.0.1", hasSound: false)
        var plan = UserAgent.InvitePlan(
            requestURI: target.uri.description,
            from: NameAddress(uri: own),
            to: NameAddress(uri: target.uri)
        )
        plan.headers = [
            Header("Priority", "psap-callback"), Header("Content-Type", EmergencyCallData.sessionMediaType),
            Header("Recv-Info", EmergencyCallData.msdPackage),
        ]
        plan.body = session.serialized()
        change(&plan)
        var call: UserAgent.Call?
        self.center { agent, now in
            let (placed, outputs) = agent.invite(plan, over: flow ?? last.flow, at: now)
            call = placed
            return outputs
        }
        return call
    }

    func clearDown() throws {
        let call = try #require(self.incoming.last?.call)
        self.center { $0.bye(call, at: $1) }
    }

    /// A call in its voice session.
    static func connected(
        _ configuration: VehicleConfiguration = VehicleBench.configuration()
    ) throws -> VehicleBench {
        let bench = VehicleBench.started(configuration)
        bench.press()
        try bench.answer()
        try #require(bench.state == .voiceSession)
        return bench
    }

    /// The MSDs that went out in INVITE and INFO, in order.
    func sentMSDs() throws -> [MSD] {
        try self.sent.compactMap { try Self.octets(in: $0.message) }.map { try MSD(decoding: $0) }
    }

    private static func octets(in message: Message) throws -> [UInt8]? {
        switch message.method {
        case .invite?: return InviteContent(message).msd?.octets
        case .info?:
            guard case .content(let content) = InfoReading(message) else { return nil }
            return content.msd?.octets
        default: return nil
        }
    }
}
