import MSD
import NGECall
import SIP
import Store
import Testing
import Timeline

@testable import Center

/// Inside the call and after it.
@Suite struct CallTests {
    @Test func anEllipsoidIsShownWithItsRadiusAndItsHeight() throws {
        let bench = CenterBench()
        let place = LocationDocument.Position(
            latitudeMilliarcseconds: 173_345_400,
            longitudeMilliarcseconds: 41_680_440
        )
        let axes = LocationDocument.Axes(
            semiMajorMillimeters: 14_800,
            semiMinorMillimeters: 9_000,
            orientationMillidegrees: 35_000
        )
        try bench.call { _ in
        } adjust: { invite in
            let shape = LocationDocument.Shape.ellipsoid(
                place,
                altitudeMillimeters: 512_300,
                axes,
                verticalMillimeters: 28_000
            )
            let document = LocationDocument(entity: "pres:vehicle@ecall.invalid", shape: shape, method: "GPS")
            invite.location = .init(document: document, contentID: "loc-1@vehicle.invalid")
        }
        let shown = try #require(bench.events.first { $0.kind == .location })
        #expect(shown.fields["radiusMeters"] == "14" && shown.fields["altitudeMeters"] == "512")
        #expect(shown.reason.hasSuffix("within 14 m, 512 m above the ellipsoid"))
    }

    @Test func sendDataAsksForAnMSDAndShowsIt() throws {
        let bench = CenterBench()
        let (call, _) = try bench.answeredCall()
        bench.command("send-data 1")
        let info = try #require(bench.sent.last?.message)
        guard case .content(let content) = InfoReading(info) else {
            Issue.record("no INFO that can be read")
            return
        }
        #expect(content.controls.flatMap(\.document.requests) == [.sendMSD])
        bench.sendMSD(try CenterBench.msd(identifier: 2).encoded(), in: call)
        #expect(bench.sentWords.last == "200")
        #expect(bench.events.last { $0.kind == .freshMSD }?.fields["messageIdentifier"] == "2")
        let identifiers = bench.records.compactMap { record -> UInt8? in
            guard case .messageReceived(let message) = record else { return nil }
            return message.messageIdentifier
        }
        #expect(identifiers == [1, 2])
    }

    @Test func sendDataIsRefusedToAVehicleThatNamedNoRecvInfo() throws {
        let bench = CenterBench()
        try bench.call { $0.headers.remove("Recv-Info") }
        bench.advance(by: .seconds(1))
        bench.command("send-data 1")
        #expect(bench.sentWords == ["180", "200"])
        #expect(bench.reasons(of: .mistake) == ["the vehicle named no Recv-Info for the eCall package"])
    }

    @Test func aCommandThatDoesNotFitTheStateIsRefusedWithItsReason() throws {
        let bench = CenterBench { $0.ringing = nil }
        try bench.call()
        for line in ["send-data 1", "clear 1", "answer 1", "reply 1 486", "answer 1", "clear 2"] {
            bench.command(line)
        }
        #expect(
            bench.reasons(of: .mistake) == [
                "the call is not answered yet", "the call is not answered yet; decline it instead",
                "the call no longer rings", "the call no longer rings", "there is no call 2",
            ]
        )
    }

    @Test func aDamagedFreshMSDIsAnswered200AndShownToTheOperator() throws {
        let bench = CenterBench()
        let (call, _) = try bench.answeredCall()
        bench.sendMSD([3, 0x5C], in: call)
        #expect(bench.sentWords.last == "200")
        #expect(bench.reasons(of: .problem) == ["ask again with send-data"])
        #expect(bench.center.callCount == 1)
    }

    @Test func aFreshMSDOfAnotherIncidentIsNoticed() throws {
        let bench = CenterBench()
        let (call, _) = try bench.answeredCall()
        var other = try CenterBench.msd(identifier: 2)
        other.timestamp += 1
        bench.sendMSD(try other.encoded(), in: call)
        #expect(bench.reasons(of: .problem) == ["the fresh MSD has another time stamp than the first"])
    }

    @Test func anInfoOfAnotherPackageIs469AndTheCallLives() throws {
        let bench = CenterBench()
        let (call, _) = try bench.answeredCall()
        bench.vehicles {
            $0.request(.info, in: call, headers: [Header("Info-Package", "nonsense")], body: [], at: $1).1
        }
        #expect(bench.sentWords.last == "469")
        #expect(bench.reasons(of: .requestRefused).count == 1)
        #expect(bench.center.callCount == 1)
    }

    @Test func theVehiclesRefusalOfARequestIsShown() throws {
        let bench = CenterBench()
        let (call, _) = try bench.answeredCall()
        let result = ControlDocument.ActionResult(action: "honk", success: false, reason: .unsupported)
        let document = ControlDocument(acknowledgements: [.init(ref: "req-1@center.invalid", actionResults: [result])])
        let content = EmergencyInfo.control(document, contentID: "neg-1@vehicle.invalid", boundary: "b")
        bench.vehicles { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
        #expect(bench.reasons(of: .controlReceived) == ["the vehicle says of honk: not done (unsupported)"])
    }

    @Test func theOperatorClearsDown() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        bench.command("clear 1")
        #expect(bench.sentWords == ["180", "200", "BYE"])
        #expect(bench.kinds.last == .clearedDown)
        #expect(bench.center.callCount == 0)
        let cleared = bench.vehicleEvents.contains { if case .cleared = $0 { true } else { false } }
        #expect(cleared)
        bench.advance(by: .seconds(40))
        let isQuiet = bench.center.userAgent.isQuiet
        #expect(isQuiet)
        // Nothing is left but the look at silent connections.
        #expect(bench.center.nextDeadline == bench.center.idleCheckAt)
    }

    @Test func theVehiclesByeEndsTheCall() throws {
        let bench = CenterBench()
        let (call, _) = try bench.answeredCall()
        bench.vehicles { $0.bye(call, at: $1) }
        #expect(bench.kinds.last == .vehicleCleared)
        #expect(bench.center.callCount == 0)
    }

    @Test func aLostConnectionEndsTheCallsOnItAndNoOther() throws {
        let bench = CenterBench()
        let (_, flow) = try bench.answeredCall()
        try bench.answeredCall()
        bench.disconnect(flow)
        #expect(bench.events.filter { $0.kind == .lost }.map(\.call) == [1])
        #expect(bench.center.callCount == 1)
        bench.command("send-data 2")
        #expect(bench.sentWords.last == "INFO")
    }

    @Test func nonsenseOnOneConnectionTouchesNoOtherCall() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        let other = bench.connect()
        bench.receive(Array("INVITE \u{1} nonsense\r\n\r\n".utf8), over: other)
        bench.receive(Array("BYE sip:center SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\n\r\n".utf8), over: other)
        bench.receive(Array(repeating: 0x41, count: 100_000), over: other)
        #expect(bench.center.callCount == 1)
        bench.command("clear 1")
        #expect(bench.kinds.last == .clearedDown)
    }

    @Test func theWholeCallIsOnRecord() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        bench.command("clear 1")
        let words = bench.records.map { record in
            switch record {
            case .callReceived: "received"
            case .messageReceived: "msd"
            case .callChanged(_, let change): "changed \(change.state ?? "")"
            case .callEnded(_, let ending): "ended \(ending.outcome)"
            case .event: "event"
            }
        }
        // The MSD's reading, then the location.
        let changes = ["changed ", "changed ", "changed answered", "changed voiceSession"]
        let expected = ["received", "msd"] + changes + ["ended clearedDown"]
        #expect(words == expected)
    }

    @Test func aThousandCallsAtOnceAreAnsweredAndCleared() throws {
        let bench = CenterBench()
        for _ in 0..<1_000 { try bench.call() }
        #expect(bench.center.callCount == 1_000)
        bench.advance(by: .seconds(2))
        #expect(bench.kinds.count { $0 == .established } == 1_000)
        for number in 1...1_000 { bench.command("clear \(number)") }
        #expect(bench.center.callCount == 0)
        #expect(bench.kinds.count { $0 == .clearedDown } == 1_000)
        bench.advance(by: .seconds(40))
        let isQuiet = bench.center.userAgent.isQuiet
        #expect(isQuiet)
    }

    @Test func lostEventsAreTold() throws {
        let bench = CenterBench()
        bench.step(.overflow(5))
        #expect(bench.reasons(of: .eventsLost) == ["5 events found the mailbox full"])
    }
}
