import CallControl
import ControlSocket
import GPIO
import MSD
import NGECall
import Positioning
import Net
import SIP
import SIPTrace
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// The center rings back: answered by itself for the center that had the call, over the connection that the vehicle opened.
@Suite struct CallbackTests {
    /// A rig whose call was cleared down ten seconds ago.
    private static func cleared(
        _ configuration: VehicleConfiguration = VehicleBench.configuration(centers: 2)
    ) throws -> VehicleBench {
        let bench = try VehicleBench.connected(configuration)
        try bench.info([.sendMSD])
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        try #require(bench.state == .idle)
        return bench
    }

    /// What the vehicle answered to the INVITE that came last.
    private static func answer(_ bench: VehicleBench) -> Message? {
        bench.sent.last { $0.message.headers["CSeq"]?.hasSuffix(" INVITE") == true && $0.message.status != nil }?
            .message
    }

    @Test func theCenterThatHadTheCallIsAnsweredWithAudioAndRecvInfo() throws {
        let bench = try Self.cleared()
        bench.ringBack()
        let answer = try #require(Self.answer(bench))
        #expect(answer.status == 200)
        #expect(answer.headers["Recv-Info"] == EmergencyCallData.msdPackage)
        #expect(answer.headers["Allow"]?.contains("INFO") == true)
        #expect(answer.headers["Accept"]?.contains(EmergencyCallData.controlMediaType) == true)
        #expect(InviteContent(answer).session != nil)
        #expect(bench.state == .voiceSession)
        #expect(bench.levels["led"] == .active)
        #expect(bench.reasons(of: .call(.callbackArrived)) == ["center 1, which had the call, rings back in time"])
    }

    @Test func theLampsAndTheChimeStandBeforeTheAnswer() throws {
        let bench = try Self.cleared()
        let flow = try #require(bench.incoming.last?.flow)
        bench.isWireWhole = false
        bench.ringBack()
        let invite = try #require(bench.fromCenter.last { $0.method == .invite })
        var vehicle = bench.ivs
        let outputs = vehicle.step(.net(.received(flow, invite.serialized())), at: bench.moment)
        let answer = try #require(
            outputs.firstIndex {
                if case .send(let octets, _) = $0 { octets.starts(with: Array("SIP/2.0 200".utf8)) } else { false }
            }
        )
        let lamps = outputs[..<answer].compactMap { if case .drive(let line, .active) = $0 { line } else { nil } }
        #expect(lamps.contains("led") && lamps.contains("chime"))
    }

    @Test func aRequestInItIsAnsweredByTheNextMSDOfTheSameIncident() throws {
        let bench = try Self.cleared()
        let call = try #require(bench.ringBack())
        let content = EmergencyInfo.request(contentID: "req-1@center.invalid", boundary: "b")
        bench.center { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
        let sent = try bench.sentMSDs()
        #expect(sent.map(\.messageIdentifier) == [1, 2, 3])
        #expect(Set(sent.map(\.timestamp)).count == 1)
        #expect(!sent.contains { $0.timestamp == 0 })
    }

    @Test func itsEndClosesTheIncidentAgain() throws {
        let bench = try Self.cleared()
        let call = try #require(bench.ringBack())
        bench.center { $0.bye(call, at: $1) }
        #expect(bench.state == .ended)
        let outcomes = bench.records.compactMap { record in
            if case .incidentClosed(_, let closing) = record { return "\(closing.state) \(closing.outcome)" }
            if case .incidentChanged(_, let change) = record, change.isReopened { return "reopened" }
            return nil
        }
        #expect(outcomes == ["delivered cleared", "reopened", "delivered cleared"])
        let attempts = bench.records.compactMap { if case .attempt(let attempt) = $0 { attempt } else { nil } }
        #expect(attempts.last.map { [$0.number, $0.isCallback ? 1 : 0] } == [2, 1])
        #expect(bench.invites.count == 1, "an ended callback is not redialled")
    }

    /// Somebody who is not the center that had the call, by what it lacks.
    enum Stranger: String, CaseIterable {
        case beforeAnyCall, anotherCenter, tooLate, afterATestCall, unverified, duringACall
    }

    @Test(arguments: Stranger.allCases)
    func nobodyElseIsAnswered(_ stranger: Stranger) throws {
        let bench: VehicleBench
        var flow: Flow?
        switch stranger {
        case .beforeAnyCall:
            bench = VehicleBench.started()
            bench.press()
            try bench.reject(503)
            bench.press()
            bench.advance(by: .seconds(200))
        case .anotherCenter:
            bench = try Self.cleared()
            flow = bench.ivs.links[1].flow
        case .tooLate:
            bench = try Self.cleared()
            bench.advance(by: .seconds(3_591))
        case .afterATestCall:
            bench = VehicleBench.started()
            bench.call(.testCall)
            try bench.answer()
            try bench.clearDown()
            bench.advance(by: .seconds(10))
        case .unverified:
            // Nobody knows who answers at an address of the network without TLS.
            bench = try Self.cleared(VehicleBench.configuration(host: "192.0.2.7"))
        case .duringACall:
            bench = try Self.cleared()
            bench.crash()
        }
        let state = bench.state
        bench.ringBack(over: flow)
        #expect(Self.answer(bench)?.status == 486)
        #expect(bench.state == state)
        #expect(bench.levels["led"] == (stranger == .duringACall ? .active : .inactive))
    }

    @Test func aConnectionThatTheVehicleDidNotOpenIsClosed() throws {
        let bench = try Self.cleared()
        let stranger = Flow(number: 999)
        let address = FlowAddress(host: "127.0.0.1", port: 5_061)
        let sent = bench.sent.count
        bench.step(.net(.accepted(stranger, .tcp, local: address, remote: address)))
        let invite = Message(
            startLine: .request(method: .invite, uri: "sip:ivs@127.0.0.1"),
            headers: [
                Header("Via", "SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1"), Header("From", "<sip:psap@a.invalid>;tag=1"),
                Header("To", "<sip:ivs@127.0.0.1>"), Header("Call-ID", "forged"), Header("CSeq", "1 INVITE"),
                Header("Contact", "<sip:psap@127.0.0.1>"), Header("Priority", "psap-callback"),
                Header("Max-Forwards", "70"), Header("Content-Length", "0"),
            ]
        )
        bench.step(.net(.received(stranger, invite.serialized())))
        #expect(bench.sent.count == sent)
        #expect(bench.state == .idle)
    }

    @Test(arguments: ["m=audio 9 RTP/AVP 99", "nonsense"])
    func anOfferWithoutACommonCodecOrOneThatCannotBeReadIsRefused(_ line: String) throws {
        let bench = try Self.cleared()
        let offer = { (plan: inout UserAgent.InvitePlan) in
            let lines = String(decoding: plan.body, as: UTF8.self).split(separator: "\r\n")
            let head = lines.prefix { !$0.hasPrefix("m=") }.joined(separator: "\r\n")
            plan.body = Array("\(head)\r\n\(line)\r\n".utf8)
        }
        bench.ringBack(offer)
        #expect(Self.answer(bench)?.status == 488)
        bench.ringBack(over: bench.ivs.links[1].flow, offer)
        #expect(Self.answer(bench)?.status == 486, "a stranger learns nothing")
        #expect(bench.state == .idle)
        bench.ringBack()
        #expect(bench.state == .voiceSession, "the window is still open")
    }

    @Test func aCallbackWithoutAnOfferIsAnsweredWithOurs() throws {
        let bench = try Self.cleared()
        bench.ringBack { plan in
            plan.headers.remove("Content-Type")
            plan.body = []
        }
        let answer = try #require(Self.answer(bench))
        #expect(answer.status == 200 && InviteContent(answer).session != nil)
    }

    @Test func theConnectionOf112IsKeptForTheWindowAndReleasedBehindIt() throws {
        let bench = try Self.cleared(VehicleBench.configuration(centers: 2) { $0.profile = .emergency112 })
        #expect(bench.isOpen(5_061) && !bench.isOpen(5_062))
        let lost = try #require(bench.incoming.last?.flow)
        bench.cut(lost)
        bench.advance(by: .seconds(2))
        #expect(bench.isOpen(5_061), "a lost one is opened again, so that the center can ring")
        bench.advance(by: .seconds(3_600))
        #expect(!bench.isOpen(5_061))
        #expect(bench.ivs.nextDeadline(after: bench.now) == nil)
    }

    @Test func anAllowListedHopOf112RingsBack() throws {
        let host = "192.0.2.9"
        let bench = VehicleBench.started(
            VehicleBench.configuration(host: host) {
                $0.profile = .emergency112
                $0.isSimulated = false
                $0.gate.allowedAddresses = [host]
            },
            isGateUnlocked: true
        )
        bench.press()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        bench.ringBack()
        #expect(Self.answer(bench)?.status == 200)
    }

    @Test func aCallbackThatTheCenterDoesNotConfirmIsOverAndNobodyIsDialled() throws {
        let bench = try Self.cleared()
        bench.withholds = { $0.method == .ack }
        bench.ringBack()
        #expect(bench.state == .voiceSession)
        bench.advance(by: .seconds(40))
        #expect(bench.state == .idle)
        #expect(bench.invites.count == 1)
        bench.withholds = { _ in false }
        bench.ringBack()
        #expect(bench.state == .voiceSession, "it may ring again")
    }

    @Test func oneThatIsWithdrawnInTheSameReadIsNoCall() throws {
        let bench = try Self.cleared()
        let flow = try #require(bench.incoming.last?.flow)
        bench.isWireWhole = false
        let call = try #require(bench.ringBack())
        let invite = try #require(bench.fromCenter.last { $0.method == .invite })
        bench.isWireWhole = true
        _ = call
        let via = try #require(invite.headers["Via"])
        let headers = ["From", "To", "Call-ID", "Max-Forwards"].map { Header($0, invite.headers[$0] ?? "") }
        let cancel = Message(
            startLine: .request(method: .cancel, uri: try #require(invite.requestURI)),
            headers: Headers([Header("Via", via)] + headers + [Header("CSeq", "1 CANCEL")])
        )
        bench.step(.net(.received(flow, invite.serialized() + cancel.serialized())))
        #expect(bench.state == .idle)
        #expect(bench.ivs.legs.isEmpty)
        #expect(Self.answer(bench)?.status == 487)
        #expect(bench.levels["led"] == .inactive)
    }

    @Test func aCrashWhileNobodyKnowsWhetherTheCenterIsThereIsACall() throws {
        let bench = try Self.cleared()
        bench.withholds = { $0.method == .ack }
        bench.ringBack()
        let old = try #require(bench.ivs.call.incident?.id)
        bench.crash()
        #expect(bench.state == .connecting)
        #expect(bench.ivs.call.incident?.id != old)
        #expect(bench.invites.count == 2)
    }

    @Test func oneThatIsGoneAfterItWasConfirmedIsRedialled() throws {
        let bench = try Self.cleared()
        let call = try #require(bench.ringBack())
        bench.advance(by: .seconds(60))
        bench.withholds = { $0.method == .ack }
        let session = SessionDescription.offer(originUser: "psap", sessionID: 8, address: "127.0.0.1", hasSound: false)
        let headers: Headers = [Header("Content-Type", EmergencyCallData.sessionMediaType)]
        bench.center { $0.reinvite(call, headers: headers, body: session.serialized(), at: $1).1 }
        bench.advance(by: .seconds(33))
        #expect(bench.reasons(of: .call(.callLost)).count == 1)
        #expect(bench.invites.count == 2)
    }

    @Test func aStrangerCannotFloodTheRecord() throws {
        let bench = try Self.cleared()
        let flow = try #require(bench.ivs.links[1].flow)
        let before = bench.kinds.count
        for _ in 0..<50 { bench.ringBack(over: flow) }
        #expect(bench.sentWords.count { $0 == "486" } == 50)
        #expect(bench.kinds[before...].count { $0 == "callbackReceived" } == 1)
        #expect(bench.kinds[before...].count { $0 == "callbackArrived" } == 1)
        bench.ringBack()
        #expect(bench.state == .voiceSession)
    }

    @Test func aHopOf112OverUDPIsNotAnswered() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.profile = .emergency112
                $0.centers[0].endpoint = Endpoint(transport: .udp, host: "127.0.0.1", port: 5_061)
            }
        )
        bench.press()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        let way = try #require(bench.ivs.links[0].flow)
        bench.ringBack(over: way)
        #expect(Self.answer(bench)?.status == 486, "anybody may send a datagram with its address")
        bench.ringBack()
        #expect(Self.answer(bench)?.status == 200, "the connection of the INVITE is the vehicle's own")
    }

    @Test func itIsOnRecordThatTheCenterHadTheCall() throws {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.reject(603, acknowledging: try bench.msdReference())
        bench.advance(by: .seconds(10))
        bench.ringBack()
        let changes = bench.records.compactMap { if case .incidentChanged(_, let change) = $0 { change } else { nil } }
        #expect(changes.last { $0.isReopened }?.connectedTo == "center-1")
    }

    @Test func aTransferOutOfItCarriesTheMSD() throws {
        let bench = try Self.cleared(
            VehicleBench.configuration { $0.centers[0].transfers = ["sip:desk@center-1.invalid"] }
        )
        let call = try #require(bench.ringBack())
        let desk = try URI(parsing: "sip:desk@center-1.invalid")
        bench.center {
            $0.request(.refer, in: call, headers: Referral.headers(for: desk, by: desk), body: [], at: $1).1
        }
        let invite = try #require(bench.invites.last)
        #expect(invite.requestURI == "sip:desk@center-1.invalid")
        #expect(InviteContent(invite).msd != nil)
    }

    @Test func aDroppedCallbackIsRedialled() throws {
        let bench = try Self.cleared()
        bench.ringBack()
        bench.advance(by: .seconds(40))
        bench.cut(try #require(bench.incoming.last?.flow))
        bench.advance(by: .seconds(5))
        #expect(bench.invites.count == 2)
        #expect(bench.state == .connecting)
    }

    /// The identifier that is on record, and what a failing disk did not keep: then that of the INVITE at least.
    @Test(arguments: [(4, UInt8(5)), (nil, 2)] as [(UInt8?, UInt8)])
    func theWindowIsKeptOverARestart(onRecord: UInt8?, next: UInt8) throws {
        let bench = VehicleBench.started()
        let ended = StoredIncident.ended(messageIdentifier: onRecord)
        bench.step(.storeOpened(unfinished: [], ended: ended, recovery: nil))
        bench.call(.testCall)
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        let call = try #require(bench.ringBack())
        #expect(Self.answer(bench)?.status == 200)
        #expect(bench.ivs.call.incident?.id.text == StoredIncident.ended().opening.id)
        let content = EmergencyInfo.request(contentID: "req-1@center.invalid", boundary: "b")
        bench.center { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
        let msd = try #require(bench.sentMSDs().last)
        #expect(msd.messageIdentifier == next && msd.timestamp == 1_789_999_000)
        bench.center { $0.bye(call, at: $1) }
        let closing = bench.records.compactMap { if case .incidentClosed(_, let end) = $0 { end } else { nil } }.last
        #expect(closing?.state == .delivered)
    }

    @Test func aWindowKeptOverARestartKeepsNoApproach() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.position = nil })
        bench.step(.storeOpened(unfinished: [], ended: StoredIncident.ended(), recovery: nil))
        #expect(bench.ivs.call.callbackWindow != nil)
        for number in 0..<3 {
            let position = Position(
                positionLatitude: 173_745_360 + Int32(number) * 20_000,
                positionLongitude: 41_162_400
            )
            let fix = Fix(position: position, radius95Meters: 5, direction: 0, takenAt: bench.now)
            bench.ivs.locations.update(try #require(fix))
            bench.advance(by: .seconds(30))
        }
        bench.crash()
        let msd = try #require(try bench.sentMSDs().last)
        #expect(msd.recentVehicleLocationN1 != .zero && msd.recentVehicleLocationN2 != .zero)
    }

    @Test func aTriggerOfThisRunEndsTheWindowOfAnEarlierOne() throws {
        let bench = VehicleBench.started()
        bench.press()
        bench.press()
        bench.advance(by: .seconds(30))
        bench.step(.storeOpened(unfinished: [], ended: StoredIncident.ended(), recovery: nil))
        #expect(bench.ivs.call.callbackWindow == nil)
    }

    @Test func aClockThatIsNotSetYetIsWaitedFor() throws {
        let wall = VehicleBench.wallAtBoot * 1_000 - 600_000
        let stored = StoredIncident.ended(boot: "another", wall: wall)
        let bench = VehicleBench.started()
        bench.isWallTrusted = false
        bench.step(.storeOpened(unfinished: [], ended: stored, recovery: nil))
        bench.advance(by: .seconds(20))
        #expect(bench.ivs.call.callbackWindow == nil)
        bench.isWallTrusted = true
        bench.advance(by: .seconds(2))
        let left = try #require(bench.ivs.call.callbackWindow).endsAt
        #expect(bench.now.duration(to: left) < .seconds(3_000) && bench.now.duration(to: left) > .seconds(2_970))
        let late = VehicleBench.started()
        late.isWallTrusted = false
        late.step(.storeOpened(unfinished: [], ended: stored, recovery: nil))
        late.advance(by: .seconds(700))
        late.isWallTrusted = true
        late.advance(by: .seconds(700))
        #expect(late.ivs.call.callbackWindow == nil, "that the boot is ten minutes old says only: no less")
    }

    @Test func aWindowWhoseHopTheGateRefusesIsShut() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration(host: "192.0.2.9") {
                $0.profile = .emergency112
                $0.isSimulated = false
            }
        )
        let stored = StoredIncident.ended(profile: "112", isSimulated: false)
        bench.step(.storeOpened(unfinished: [], ended: stored, recovery: nil))
        #expect(bench.opened.isEmpty)
        #expect(bench.ivs.call.callbackWindow == nil)
        #expect(bench.events.contains { $0.kind == .gateRefused })
    }

    @Test func aWindowOfWhichNobodyKnowsHowOldItIsIsShut() {
        let bench = VehicleBench.started()
        bench.step(.storeOpened(unfinished: [], ended: StoredIncident.ended(boot: "another"), recovery: nil))
        #expect(bench.ivs.call.callbackWindow == nil)
    }

    @Test(arguments: [
        StoredIncident.ended(outcome: "interrupted"), StoredIncident.ended(outcome: "cancelled"),
        StoredIncident.ended(isCallback: true), StoredIncident.ended(profile: "112"),
        StoredIncident.ended(isSimulated: false), StoredIncident.ended(holder: nil),
        StoredIncident.ended(holder: "a center of before"),
    ])
    func noWindowIsKeptThatTheEarlierRunDidNotHaveOrWhoseCenterIsNotKnown(_ stored: StoredIncident) {
        let bench = VehicleBench.started()
        bench.step(.storeOpened(unfinished: [], ended: stored, recovery: nil))
        #expect(bench.ivs.call.callbackWindow == nil)
    }

    @Test(arguments: ["cleared", "failed", "deliveredDeclined", "clearDownFallback"])
    func theCenterOnRecordIsTheOneThatMayRingBackWhateverTheLastAttemptOnRecordSays(_ outcome: String) {
        let bench = VehicleBench.started(VehicleBench.configuration(centers: 2))
        let stored = StoredIncident.ended(outcome: outcome, holder: "center-2")
        bench.step(.storeOpened(unfinished: [], ended: stored, recovery: nil))
        #expect(stored.lastCenter == "center-1")
        #expect(bench.ivs.call.callbackWindow?.center == 1)
    }

    @Test func whoMayRingBackIsOnRecordWithTheEndOfTheCall() throws {
        let bench = try Self.cleared()
        let ends = bench.records.compactMap { if case .incidentClosed(_, let end) = $0 { end.holder } else { nil } }
        #expect(ends == ["center-1"])
    }

    @Test func itsMessagesAreInTheTraceOfTheIncident() throws {
        let bench = try Self.cleared()
        let call = try #require(bench.ringBack())
        bench.center { $0.bye(call, at: $1) }
        bench.advance(by: .seconds(60))
        let traced = bench.records.compactMap { if case .traced(let record) = $0 { record } else { nil } }
        let incident = try #require(bench.ivs.call.callbackWindow?.incident.id.text)
        #expect(Set(traced.map(\.incident)) == [incident])
        let starts = traced.suffix(5).map { String(decoding: $0.message.octets.prefix(6), as: UTF8.self) }
        #expect(starts == ["INVITE", "SIP/2.", "ACK si", "BYE si", "SIP/2."])
    }

    @Test func statusSaysWhoMayRingBack() throws {
        let bench = try Self.cleared()
        let detail = try bench.reply(.status)["detail"]?.asString ?? ""
        #expect(detail == "waiting for a trigger; center-1 may ring back for 3590 s (T9)")
    }
}
