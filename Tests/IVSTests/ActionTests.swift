import CallControl
import ControlSocket
import GPIO
import NGECall
import Net
import SIP
import Testing
import Timeline

@testable import IVS

/// What the vehicle does when a center asks for it (RFC 8148), and what it refuses.
@Suite struct ActionTests {
    /// A vehicle with everything that can be asked for.
    private static func equipped(_ change: (inout VehicleConfiguration) -> Void = { _ in }) -> VehicleConfiguration {
        VehicleBench.configuration {
            $0.actions.lamps = [.hazard: "lamp-hazard", .interior: "lamp-interior"]
            $0.actions.horn = ActionSettings.Horn()
            $0.actions.lock = "door-lock"
            $0.actions.unlock = "door-unlock"
            $0.actions.showsMessages = true
            change(&$0)
        }
    }

    private func connected(_ change: (inout VehicleConfiguration) -> Void = { _ in }) throws -> VehicleBench {
        let bench = VehicleBench.started(Self.equipped(change))
        bench.press()
        try bench.answer()
        return bench
    }

    private func ask(_ bench: VehicleBench, _ actions: VehicleAction...) throws {
        try bench.info(actions.map(\.request))
    }

    /// When a line was driven to active or back, in milliseconds behind an instant.
    private func moves(_ bench: VehicleBench, _ line: LineName, since start: Instant) -> [String] {
        bench.drives.filter { $0.line == line && $0.at >= start }.map {
            "\(start.duration(to: $0.at).wholeMilliseconds) \($0.level.rawValue)"
        }
    }

    private func refused(_ name: VehicleAction.Name, _ reason: ControlDocument.Reason) -> ControlDocument.ActionResult {
        ControlDocument.ActionResult(action: name.rawValue, success: false, reason: reason)
    }

    @Test func capabilitiesAnnounceWhatTheConfigurationGives() throws {
        let bench = try self.connected()
        let abilities = InviteContent(try #require(bench.invites.last)).abilities
        #expect(abilities.lamps == [.interior, .hazard])
        #expect(abilities.honks && abilities.locksDoors && abilities.showsDynamicMessages)
        #expect(abilities.highestStaticMessage == 1 && abilities.cameras == [])
        #expect(abilities.datatypes == [EmergencyCallData.msdDatatype])
        let bare = try VehicleBench.connected()
        #expect(InviteContent(try #require(bare.invites.last)).abilities == .msdOnly)
    }

    @Test func aLampFlashesForItsTimeAndRestsAgain() throws {
        let bench = try self.connected()
        let start = bench.now
        try self.ask(bench, .lamp(.hazard, .flash, .lasting(.seconds(1))))
        #expect(bench.actionResults == [.init(action: "lamp", success: true)])
        bench.advance(by: .seconds(5))
        #expect(
            self.moves(bench, "lamp-hazard", since: start)
                == ["0 active", "333 inactive", "666 active", "999 inactive"]
        )
        #expect(bench.kinds.contains("actionTaken"))
    }

    @Test func withoutATimeALampIsLitForTheRestOfTheCallAndNoLonger() throws {
        let bench = try self.connected()
        try self.ask(bench, .lamp(.interior, .on, .restOfCall))
        bench.advance(by: .seconds(1_000))
        #expect(bench.levels["lamp-interior"] == .active)
        try bench.clearDown()
        #expect(bench.levels["lamp-interior"] == .inactive)
    }

    @Test func aDaemonThatStopsLeavesNoLampLitAndLightsNone() throws {
        let bench = try self.connected()
        try self.ask(bench, .lamp(.interior, .on, .restOfCall))
        bench.advance(by: .seconds(1))
        bench.step(.stopping)
        #expect(bench.levels["lamp-interior"] == .inactive)
    }

    @Test func aLampThatIsSwitchedOffRests() throws {
        let bench = try self.connected()
        try self.ask(bench, .lamp(.interior, .on, .restOfCall))
        bench.advance(by: .seconds(1))
        try self.ask(bench, .lamp(.interior, .off, .restOfCall))
        #expect(bench.levels["lamp-interior"] == .inactive)
        #expect(bench.actionResults.map(\.success) == [true, true])
    }

    @Test func theHornSoundsForItsLimitAndIsNotAskedForMore() throws {
        let bench = try self.connected()
        let start = bench.now
        try self.ask(bench, .honk(.restOfCall))
        bench.advance(by: .seconds(30))
        #expect(self.moves(bench, "horn", since: start) == ["0 active", "5000 inactive"])
        try self.ask(bench, .honk(.lasting(.milliseconds(5_001))))
        #expect(bench.actionResults.map(\.reason) == [nil, .dataUnsupported])
        #expect(bench.actionResults.last?.details == "the horn sounds for 5 s at most")
    }

    @Test func aTimeOfZeroEndsTheHorn() throws {
        let bench = try self.connected()
        let start = bench.now
        try self.ask(bench, .honk(.lasting(.seconds(4))))
        bench.advance(by: .seconds(1))
        try self.ask(bench, .honk(.lasting(.zero)))
        #expect(self.moves(bench, "horn", since: start) == ["0 active", "1000 inactive"])
    }

    @Test func doorsAreMovedByOnePulseAtATime() throws {
        let bench = try self.connected()
        let start = bench.now
        try self.ask(bench, .doorLock(.unlocked))
        bench.advance(by: .milliseconds(400))
        try self.ask(bench, .doorLock(.locked))
        bench.advance(by: .seconds(1))
        #expect(self.moves(bench, "door-unlock", since: start) == ["0 active", "500 inactive"])
        #expect(self.moves(bench, "door-lock", since: start) == [])
        #expect(bench.actionResults.map(\.reason) == [nil, .unable])
        try self.ask(bench, .doorLock(.locked))
        #expect(self.moves(bench, "door-lock", since: start) == ["1400 active"])
    }

    @Test func aPulseToTheDoorsIsWholeAlsoWhenTheCallEndsInIt() throws {
        let bench = try self.connected()
        let start = bench.now
        try self.ask(bench, .doorLock(.unlocked), .lamp(.hazard, .on, .restOfCall))
        bench.advance(by: .milliseconds(50))
        try bench.clearDown()
        bench.advance(by: .seconds(1))
        #expect(self.moves(bench, "door-unlock", since: start) == ["0 active", "500 inactive"])
        #expect(self.moves(bench, "lamp-hazard", since: start) == ["0 active", "50 inactive"])
    }

    @Test func oneObjectIsServedSoFarAndToldOnce() throws {
        let bench = try self.connected()
        try bench.info(Array(repeating: VehicleAction.honk(.restOfCall).request, count: 500))
        #expect(bench.actionResults.count == 20)
        #expect(bench.reasons(of: .actionRefused).count <= 1)
        #expect(bench.reasons(of: .requestRefused).last?.contains("500 requests in one object") == true)
    }

    @Test func aMissingMSDIsAnsweredAloneAndNothingElseTwice() throws {
        let bench = VehicleBench.started(Self.equipped { $0.vehicle.vin = .broken })
        bench.press()
        try bench.answer(received: nil)
        try bench.info([.sendMSD, VehicleAction.honk(.restOfCall).request])
        #expect(bench.actionResults.filter { $0.action == "honk" } == [.init(action: "honk", success: true)])
        #expect(bench.actionResults.filter { $0.action == "send-data" }.map(\.reason) == [.unable])
    }

    @Test func aVehicleThatOnlyUnlocksLocksNobodyIn() throws {
        let bench = try self.connected { $0.actions.lock = nil }
        try self.ask(bench, .doorLock(.locked))
        #expect(bench.actionResults.map(\.reason) == [.dataUnsupported])
        #expect(bench.levels["door-lock"] == nil)
    }

    @Test func noDoorAndNoCameraIsTouchedThatIsNotConfigured() throws {
        let bench = try self.connected {
            $0.actions.lock = nil
            $0.actions.unlock = nil
        }
        try self.ask(bench, .doorLock(.unlocked), .camera(.interior))
        #expect(bench.actionResults == [refused(.doorLock, .unsupported), refused(.camera, .unsupported)])
    }

    @Test func oneAcknowledgementAnswersTheWholeObjectInItsOrder() throws {
        let bench = try self.connected()
        try self.ask(
            bench,
            .lamp(.hazard, .on, .restOfCall),
            .lamp(.brake, .on, .restOfCall),
            .camera(.lane),
            .honk(.restOfCall)
        )
        #expect(
            bench.actionResults == [
                .init(action: "lamp", success: true), refused(.lamp, .dataUnsupported), refused(.camera, .unsupported),
                .init(action: "honk", success: true),
            ]
        )
        #expect(bench.sentWords.filter { $0 == "INFO" }.count == 1)
    }

    @Test func theEmergencyServiceHasNothingDone() throws {
        let bench = try self.connected { $0.profile = .emergency112 }
        try self.ask(bench, .honk(.restOfCall), .lamp(.hazard, .on, .restOfCall))
        #expect(bench.actionResults.map(\.reason) == [.unsupported, .unsupported])
        #expect(bench.levels["horn"] == .inactive && bench.levels["lamp-hazard"] == .inactive)
        #expect(InviteContent(try #require(bench.invites.last)).abilities == .msdOnly)
    }

    @Test func nothingIsDoneBeforeTheCallIsAnswered() throws {
        let bench = VehicleBench.started(Self.equipped())
        bench.press()
        try bench.ring()
        try self.ask(bench, .honk(.restOfCall))
        #expect(bench.actionResults.map(\.reason) == [.unable])
        #expect(bench.levels["horn"] == .inactive)
        #expect(bench.reasons(of: .actionRefused).last?.hasSuffix("unable: there is no voice session") == true)
    }

    @Test func nothingIsDoneForACenterThatNobodyKnows() throws {
        let plain = Endpoint(transport: .tcp, host: "192.0.2.1", port: 5_061)
        let bench = VehicleBench.started(Self.equipped { $0.centers[0].endpoint = plain })
        bench.press()
        try bench.answer()
        try #require(bench.state == .voiceSession)
        try self.ask(bench, .doorLock(.unlocked), .dynamicMessage([.init(language: nil, content: "leave the car")]))
        #expect(bench.actionResults.map(\.reason) == [.securityFailure, .securityFailure])
        #expect(bench.levels["door-unlock"] == .inactive && bench.ivs.equipment.message == nil)
    }

    @Test func aLineThatIsGoneIsDamagedAndDrivenAnewWhenItIsBack() throws {
        let bench = try self.connected()
        bench.step(.line(.health(line: "horn", health: .vanished(reason: "unplugged"))))
        try self.ask(bench, .honk(.restOfCall))
        #expect(bench.actionResults.map(\.reason) == [.damaged])
        #expect(bench.levels["lamp"] == .active)
        let back = bench.now
        bench.advance(by: .seconds(1))
        bench.step(.line(.health(line: "horn", health: .good)))
        #expect(self.moves(bench, "horn", since: back).last == "1000 inactive")
        try self.ask(bench, .honk(.restOfCall))
        #expect(bench.levels["horn"] == .active)
    }

    @Test func aLineIsNotSwitchedMoreOftenThanItsPauseAllows() throws {
        let bench = try self.connected()
        let start = bench.now
        for _ in 0..<50 {
            try self.ask(bench, .lamp(.hazard, .on, .restOfCall))
            try self.ask(bench, .lamp(.hazard, .off, .restOfCall))
            bench.advance(by: .milliseconds(10))
        }
        #expect(self.moves(bench, "lamp-hazard", since: start).count <= 3)
        #expect(bench.actionResults.count { $0.reason == .unable } > 90)
    }

    @Test func aMessageIsShownInTheLanguageOfTheOccupantsUntilNobodyCanRingBack() throws {
        let bench = try self.connected { $0.actions.language = "de-AT" }
        try self.ask(
            bench,
            .dynamicMessage([
                .init(language: "en", content: "Stay in the car"),
                .init(language: "de", content: "Bleiben Sie\n im Auto"),
            ])
        )
        let message = try #require(bench.reply(.status)["message"])
        #expect(message["text"] == "Bleiben Sie im Auto")
        #expect(message["number"] == .null && message["texts"]?.asArray?.count == 2)
        #expect(bench.events.last { $0.kind == .centerMessage }?.privateFields["text"] == "Bleiben Sie im Auto")
        #expect(bench.events.allSatisfy { !$0.reason.contains("Auto") && !$0.fields.values.contains("Auto") })
        try bench.clearDown()
        bench.advance(by: .seconds(600))
        #expect(try bench.reply(.status)["message"]?["text"] == "Bleiben Sie im Auto")
        bench.advance(by: .seconds(3_600))
        #expect(try bench.reply(.status)["message"] == .null)
    }

    @Test func theRegisteredMessageIsShownByItsNumberAndNoOtherIs() throws {
        let bench = try self.connected { $0.actions.language = "fr" }
        try self.ask(bench, .staticMessage(1))
        let message = try #require(bench.reply(.status)["message"])
        #expect(message["number"] == 1)
        #expect(message["text"]?.asString?.contains("secours") == true)
        bench.advance(by: .seconds(1))
        try self.ask(bench, .staticMessage(0))
        try self.ask(bench, .staticMessage(2))
        #expect(bench.actionResults.map(\.reason) == [nil, .dataUnsupported, .dataUnsupported])
    }

    @Test func aMessageHasNothingInItThatMovesACursor() throws {
        let bench = try self.connected()
        try self.ask(bench, .dynamicMessage([.init(language: nil, content: "a\u{9B}2Jb\u{202E}c")]))
        #expect(bench.ivs.equipment.message?.shown == "a\u{FFFD}2Jb\u{FFFD}c")
        bench.advance(by: .seconds(1))
        try self.ask(bench, .dynamicMessage([.init(language: nil, content: " \t ")]))
        #expect(bench.actionResults.map(\.success) == [true, false])
    }

    @Test func theTextThatFitsALanguageBestIsChosen() {
        let texts = ["en-GB", "de", nil, "fr"].map {
            ControlDocument.Request.Text(language: $0, content: $0 ?? "none")
        }
        let chosen = { VehicleEquipment.text(for: $0, among: texts)?.content }
        #expect(
            ["de", "de-CH-1996", "EN-gb", "en", "en-US", "it"].map(chosen) == [
                "de", "de", "en-GB", "en-GB", "en-GB", "none",
            ]
        )
        #expect(VehicleEquipment.text(for: "it", among: Array(texts.prefix(2)))?.content == "en-GB")
        #expect(VehicleEquipment.text(for: "it", among: []) == nil)
    }

    @Test func whatGoesOnIsInTheStatus() throws {
        let bench = try self.connected()
        try self.ask(bench, .lamp(.hazard, .flash, .restOfCall), .honk(.lasting(.seconds(3))))
        bench.advance(by: .seconds(1))
        let status = try bench.reply(.status)
        #expect(
            status["actions"] == [
                ["line": "horn", "state": "on", "left": 2_000],
                ["line": "lamp-hazard", "state": "flash", "left": .null],
            ]
        )
        let roles = status["lines"]?.asArray?.compactMap { $0["role"]?.asString } ?? []
        #expect(roles.filter { $0 == "requestedLamp" }.count == 2)
        #expect(Set(["horn", "doorLock", "doorUnlock"]).isSubset(of: roles))
    }

    @Test func actionsAreReadFromTheFileWithTheirPins() throws {
        let text = VehicleConfiguration.ofKernelLines(
            """
            actions:
              lamps: {hazard: {pin: {line: E}}, fog-rear: {pin: {line: F, activeLow: true}}}
              horn: {limit: 2 s, pin: {line: G}}
              doors: {unlock: {pin: {line: H}}, pulse: 300 ms}
              messages: true
              language: de
            """
        )
        let configuration = try VehicleConfiguration(text: text)
        #expect(configuration.actions.lines == ["door-unlock", "horn", "lamp-fog-rear", "lamp-hazard"])
        #expect(configuration.actions.horn?.limit == .seconds(2) && configuration.actions.language == "de")
        #expect(configuration.wiring["lamp-fog-rear"]?.address == .init("F"))
        #expect(configuration.wiring["lamp-fog-rear"]?.kernelDebounce == .zero)
        #expect(configuration.activeLow == ["lamp-fog-rear"])
        let outputs = configuration.lineSpecifications.filter { $0.direction == .output }
        #expect(outputs.filter { $0.initial == .active }.map(\.name) == ["lamp"])
        #expect(Set(configuration.actions.lines).isSubset(of: outputs.map(\.name)))
    }

    @Test(arguments: [
        ("actions: {lamps: {blue: {}}}", "blue"),
        ("actions: {doors: {pulse: 1 s}}", "neither lock nor unlock"),
        ("actions: {horn: {limit: 2 min}}", "actions.horn.limit"),
        ("actions: {language: \"de_DE\"}", "actions.language"),
        ("actions: {horn: {}}\nlines: {crashLines: {horn: {}}}", "horn"),
    ])
    func whatTheFileMayNotAskForIsNamed(_ lines: String, _ named: String) {
        let text = """
            vehicle: {vin: ECALLEXAMPLE02026}
            centers: [{name: a, host: 127.0.0.1, uri: "sip:a@a.invalid"}]
            \(lines)
            """
        #expect(VehicleConfiguration.mistakes(text).contains { $0.contains(named) })
    }

    @Test func aRealLineWithoutAPinIsAMistake() {
        let text = VehicleConfiguration.ofKernelLines(
            """
            actions: {lamps: {hazard: {}}, horn: {}}
            """
        )
        #expect(VehicleConfiguration.mistakes(text).filter { $0.contains("no pin") }.count == 2)
    }
}
