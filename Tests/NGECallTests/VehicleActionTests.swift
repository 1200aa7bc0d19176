import NGECall
import Testing

@Suite struct VehicleActionTests {
    private typealias Request = ControlDocument.Request

    private static let all: [VehicleAction] = [
        .staticMessage(1), .dynamicMessage([.init(language: "de", content: "Hilfe kommt.")]),
        .lamp(.hazard, .flash, .lasting(.seconds(3_600))), .lamp(.brakeCenter, .off, .restOfCall),
        .honk(.lasting(.milliseconds(1_500))), .honk(.restOfCall), .doorLock(.unlocked), .camera(.nightLeft),
    ]

    private func error(_ request: ControlDocument.Request) -> VehicleActionError? {
        do throws(VehicleActionError) {
            _ = try VehicleAction(request)
            return nil
        } catch {
            return error
        }
    }

    /// The requests of RFC 8148 section 9.2.
    @Test func theRequestsOfTheRFCAreRead() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <EmergencyCallData.Control xmlns="urn:ietf:params:xml:ns:EmergencyCallData:control">
              <request action="send-data" datatype="VEDS"/>
              <request action="lamp" element-id="hazard" requested-state="flash" persistence="PT1H"/>
              <request action="msg-static" int-id="1"/>
              <request action="msg-dynamic"><text>Remain calm. Help is on the way.</text></request>
            </EmergencyCallData.Control>
            """
        let document = try ControlDocument(parsing: Array(text.utf8))
        #expect(document.requests.first == .sendVEDS)
        let actions = try document.requests.dropFirst().map { try VehicleAction($0) }
        #expect(
            actions == [
                .lamp(.hazard, .flash, .lasting(.seconds(3_600))), .staticMessage(1),
                .dynamicMessage([.init(language: nil, content: "Remain calm. Help is on the way.")]),
            ]
        )
    }

    @Test func everyActionSurvivesTheWay() throws {
        for action in Self.all {
            let document = ControlDocument(requests: [action.request])
            let read = try ControlDocument(parsing: document.serialized())
            #expect(try read.requests.map { try VehicleAction($0) } == [action])
            #expect(action.request.action == action.name.rawValue)
        }
        #expect(Set(Self.all.map(\.name)) == Set(VehicleAction.Name.allCases))
    }

    @Test func everyLampStateDoorAndCameraSurvivesTheWay() throws {
        for lamp in VehicleAction.Lamp.allCases {
            for state in VehicleAction.LampState.allCases {
                let action = VehicleAction.lamp(lamp, state, .restOfCall)
                #expect(try VehicleAction(action.request) == action)
            }
        }
        for camera in VehicleAction.Camera.allCases {
            #expect(try VehicleAction(VehicleAction.camera(camera).request) == .camera(camera))
        }
        for state in VehicleAction.DoorState.allCases {
            #expect(try VehicleAction(VehicleAction.doorLock(state).request) == .doorLock(state))
        }
    }

    @Test func refusesByName() {
        #expect(self.error(Request(action: "record-video")) == .unknownAction("record-video"))
        #expect(self.error(.sendMSD) == .unknownAction("send-data"))
        #expect(self.error(Request(action: "msg-static")) == .missing(attribute: "int-id"))
        #expect(self.error(Request(action: "msg-dynamic")) == .noText)
        #expect(self.error(Request(action: "msg-dynamic", texts: [.init(language: "de", content: "")])) == .noText)
        #expect(self.error(Request(action: "lamp", requestedState: "on")) == .missing(attribute: "element-id"))
        #expect(self.error(Request(action: "lamp", elementID: "head")) == .missing(attribute: "requested-state"))
        #expect(self.error(Request(action: "enable-camera")) == .missing(attribute: "element-id"))
        #expect(
            self.error(Request(action: "door-lock", requestedState: "open"))
                == .badValue(attribute: "requested-state", found: "open", expected: "one of locked, unlocked")
        )
        #expect(
            self.error(Request(action: "honk", persistence: "1 h"))
                == .badValue(attribute: "persistence", found: "1 h", expected: "a duration such as PT1H")
        )
    }

    @Test func refusesMoreThanItsLimits() {
        let request = { (count: Int, octets: Int) in
            let text = Request.Text(language: nil, content: String(repeating: "a", count: octets))
            return Request(action: "msg-dynamic", texts: Array(repeating: text, count: count))
        }
        #expect(self.error(request(VehicleAction.maximumTexts, VehicleAction.maximumTextOctets)) == nil)
        #expect(self.error(request(17, 1)) == .tooManyTexts(count: 17, maximum: 16))
        #expect(self.error(request(1, 1_025)) == .textTooLong(octets: 1_025, maximum: 1_024))
    }

    @Test func everyErrorSaysSomethingAndHasAReason() {
        let bad: [VehicleActionError] = [
            .missing(attribute: "a"), .badValue(attribute: "a", found: "b", expected: "c"), .noText,
            .tooManyTexts(count: 2, maximum: 1), .textTooLong(octets: 2, maximum: 1),
        ]
        #expect(bad.allSatisfy { $0.reason == .dataUnsupported && !$0.description.isEmpty })
        #expect(VehicleActionError.unknownAction("a").reason == .unsupported)
    }

    @Test func theRegisteredMessageIsNumberOne() {
        #expect(StaticMessage.registered.map(\.number) == [1])
        #expect(StaticMessage(number: 1)?.meaning.isEmpty == false)
        #expect(StaticMessage(number: 0) == nil)
        #expect(StaticMessage(number: 2) == nil)
    }
}

@Suite struct PersistenceTests {
    @Test(arguments: [
        ("PT1H", 3_600_000), ("PT30S", 30_000), ("PT0S", 0), ("PT1M30.5S", 90_500), ("P1D", 86_400_000),
        ("PT24H", 86_400_000), ("P0DT2H3M4S", 7_384_000), ("P0Y0M0D", 0), ("PT0.0015S", 2),
    ])
    func durationsAreRead(text: String, milliseconds: Int64) {
        #expect(Persistence(text) == .lasting(.milliseconds(milliseconds)))
    }

    @Test(arguments: ["P1Y", "P1M", "P1DT1S", "PT86400.001S", "PT99999999999999999999H", "P2D", "P1Y1M1DT1H1M1S"])
    func whatIsLongerThanAnyCallIsTheRestOfIt(text: String) {
        #expect(Persistence(text) == .restOfCall)
    }

    @Test(arguments: [
        "", "P", "PT", "1H", "PT1", "PT1X", "P1H", "PT1D", "PT1S1M", "PT1H1H", "-PT1S", "PT-1S", "PT1.5H", "PT.5S",
        "PT1.S", "PT1.2.3S", "P1DT", "PTT1S", "PT1HT1M", "pt1h", "PT1H ",
    ])
    func whatIsNoDurationIsRefused(text: String) {
        #expect(Persistence(text) == nil)
    }

    @Test func itIsWrittenInSeconds() {
        #expect(Persistence.restOfCall.text == nil)
        #expect(Persistence.lasting(.seconds(3_600)).text == "PT3600S")
        #expect(Persistence.lasting(.milliseconds(1_500)).text == "PT1.5S")
        #expect(Persistence.lasting(.seconds(-1)).text == "PT0S")
    }
}

@Suite struct VehicleAbilitiesTests {
    static var rich: VehicleAbilities {
        var abilities = VehicleAbilities()
        abilities.datatypes = [EmergencyCallData.msdDatatype, EmergencyCallData.vedsDatatype]
        abilities.lamps = [.hazard, .interior]
        abilities.highestStaticMessage = 1
        abilities.showsDynamicMessages = true
        abilities.honks = true
        abilities.locksDoors = true
        abilities.cameras = [.forward]
        return abilities
    }

    @Test func capabilitiesSurviveTheWay() throws {
        let document = ControlDocument(capabilities: Self.rich.capabilities)
        let read = try #require(try ControlDocument(parsing: document.serialized()).capabilities)
        #expect(VehicleAbilities(read) == Self.rich)
        let text = String(decoding: document.serialized(), as: UTF8.self)
        #expect(text.contains("<request action=\"send-data\" supported-values=\"eCall.MSD;VEDS\"/>"))
        #expect(text.contains("<request action=\"msg-static\" int-id=\"1\"/>"))
        #expect(text.contains("<request action=\"lamp\" supported-values=\"hazard;interior\"/>"))
    }

    /// The capabilities of RFC 8148 section 9.4.1.
    @Test func theCapabilitiesOfTheRFCAreRead() throws {
        let text = """
            <EmergencyCallData.Control xmlns="urn:ietf:params:xml:ns:EmergencyCallData:control"><capabilities>
              <request action="send-data" supported-values="VEDS"/>
              <request action="lamp" supported-values="head;interior;fog-front;fog-rear;brake;position-front;\
            position-rear;turn-left;turn-right;hazard"/>
              <request action="msg-static" int-id="3"/>
              <request action="msg-dynamic"/><request action="honk"/>
              <request action="enable-camera" supported-values="backup; interior"/>
              <request action="door-lock"/><request action="dance"/>
            </capabilities></EmergencyCallData.Control>
            """
        let abilities = VehicleAbilities(try #require(try ControlDocument(parsing: Array(text.utf8)).capabilities))
        #expect(abilities.datatypes == ["VEDS"])
        #expect(abilities.lamps == VehicleAction.Lamp.allCases.filter { $0 != .brakeCenter })
        #expect(abilities.highestStaticMessage == 3)
        #expect(abilities.cameras == [.backup, .interior])
        #expect(abilities.names == Set(VehicleAction.Name.allCases))
    }

    @Test func aVehicleWithoutEquipmentSaysWhatItAlwaysSaid() {
        #expect(VehicleAbilities.msdOnly.capabilities == ControlDocument.msdCapabilities.capabilities)
        #expect(VehicleAbilities.msdOnly.names == [])
        #expect(VehicleAbilities().capabilities == [])
    }

    @Test func anotherOneOfWhatIsFittedIsUnsupportedData() {
        let rich = Self.rich
        #expect(rich.refusal(of: .lamp(.hazard, .on, .restOfCall)) == nil)
        #expect(rich.refusal(of: .lamp(.head, .on, .restOfCall)) == .dataUnsupported)
        #expect(rich.refusal(of: .camera(.lane)) == .dataUnsupported)
        #expect(rich.refusal(of: .staticMessage(1)) == nil)
        #expect(rich.refusal(of: .staticMessage(0)) == .dataUnsupported)
        #expect(rich.refusal(of: .staticMessage(2)) == .dataUnsupported)
        #expect(VehicleAbilities.msdOnly.refusal(of: .honk(.restOfCall)) == .unsupported)
    }
}

@Suite struct VehicleActionAnswerTests {
    private func answer(
        _ requests: [ControlDocument.Request],
        veds: ActionAnswer.DataState? = .available
    ) -> ActionAnswer {
        let control = ReceivedControl(document: ControlDocument(requests: requests), contentID: "r@x")
        return ActionAnswer(to: control, msd: .available, veds: veds, abilities: VehicleAbilitiesTests.rich)
    }

    @Test func aServedRequestForVehicleDataIsAnsweredByThemAlone() {
        let answer = self.answer([.sendVEDS])
        #expect(answer.sendsVEDS)
        #expect(!answer.sendsMSD)
        #expect(answer.acknowledgement == nil)
    }

    @Test func vehicleDataThatCannotBeMadeHaveTheirReason() {
        let answer = self.answer([.sendVEDS], veds: .unable(details: "no crash"))
        #expect(!answer.sendsVEDS)
        #expect(
            answer.acknowledgement?.acknowledgements.first?.actionResults
                == [.init(action: "send-data", success: false, reason: .unable, details: "no crash")]
        )
        let none = self.answer([.sendVEDS], veds: nil)
        #expect(none.acknowledgement?.acknowledgements.first?.actionResults.first?.reason == .dataUnsupported)
    }

    @Test func everyActionIsAnsweredWithItsOutcomeInTheOrderOfTheObject() {
        let answer = self.answer([
            VehicleAction.lamp(.hazard, .flash, .restOfCall).request, .sendMSD, .init(action: "dance"),
            VehicleAction.honk(.restOfCall).request, VehicleAction.camera(.lane).request,
            VehicleAction.doorLock(.unlocked).request, .init(action: "msg-static"),
        ])
        #expect(answer.actions == [.lamp(.hazard, .flash, .restOfCall), .honk(.restOfCall), .doorLock(.unlocked)])
        #expect(answer.sendsMSD)
        let document = answer.acknowledgement(after: [.done, .failed(.damaged, details: "horn")])
        #expect(document?.acknowledgements.map(\.ref) == ["r@x"])
        #expect(
            document?.acknowledgements.first?.actionResults == [
                .init(action: "lamp", success: true), .init(action: "dance", success: false, reason: .unsupported),
                .init(action: "honk", success: false, reason: .damaged, details: "horn"),
                .init(action: "enable-camera", success: false, reason: .dataUnsupported),
                .init(action: "door-lock", success: false, reason: .unable),
                .init(action: "msg-static", success: false, reason: .dataUnsupported, details: "no int-id given"),
            ]
        )
    }

    /// The answer of RFC 8148 section 9.3.1.
    @Test func theAnswerOfTheRFCIsMade() {
        let answer = self.answer([
            VehicleAction.dynamicMessage([.init(language: nil, content: "Help is on the way.")]).request,
            VehicleAction.lamp(.interior, .on, .restOfCall).request,
        ])
        let document = answer.acknowledgement(
            after: [.done, .failed(.unable, details: "The requested lamp is inoperable")]
        )
        let text = String(decoding: document?.serialized() ?? [], as: UTF8.self)
        #expect(text.contains("<actionResult action=\"msg-dynamic\" success=\"true\"/>"))
        #expect(
            text.contains(
                "<actionResult action=\"lamp\" success=\"false\" reason=\"unable\" "
                    + "details=\"The requested lamp is inoperable\"/>"
            )
        )
    }
}
