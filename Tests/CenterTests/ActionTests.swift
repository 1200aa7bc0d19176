import NGECall
import SIP
import Testing

@testable import Center

/// What an operator has a vehicle do (RFC 8148), and what the vehicle says of it.
@Suite struct ActionTests {
    /// A confirmed call of a vehicle that offers some things and takes the packages it names.
    private func call(
        packages: [String] = [EmergencyCallData.msdPackage],
        isVEDSTaken: Bool = false
    ) throws
        -> (bench: CenterBench, call: UserAgent.Call)
    {
        let bench = CenterBench()
        let (call, _) = try bench.call(
            { plan in if isVEDSTaken { plan.headers.set("Recv-Info", packages.joined(separator: ", ")) } },
            adjust: { invite in
                invite.abilities.lamps = [.hazard]
                invite.abilities.honks = true
                invite.abilities.showsDynamicMessages = true
                invite.abilities.highestStaticMessage = 1
                invite.abilities.locksDoors = true
            }
        )
        bench.advance(by: .seconds(1))
        return (bench, call)
    }

    /// What the center asked for by INFO, with the package of each.
    private func asked(_ bench: CenterBench) throws -> [(package: String, action: VehicleAction)] {
        let packages = [EmergencyCallData.msdPackage, EmergencyCallData.vedsPackage]
        return try bench.sent.map(\.message).filter { $0.method == .info }.flatMap { message in
            guard case .content(let content) = InfoReading(message, packages: packages) else {
                return [] as [(String, VehicleAction)]
            }
            return try content.controls.flatMap(\.document.requests).map { (content.package, try VehicleAction($0)) }
        }
    }

    @Test func everyCommandIsAskedOfTheVehicle() throws {
        let (bench, _) = try self.call()
        for line in [
            "lamp 1 hazard flash 30", "horn 1", "horn 1 2.5", "doors 1 unlocked", "message 1 1",
            "say 1 de Hilfe kommt bald",
        ] {
            bench.command(line)
        }
        let expected: [VehicleAction] = [
            .lamp(.hazard, .flash, .lasting(.seconds(30))), .honk(.restOfCall), .honk(.lasting(.milliseconds(2_500))),
            .doorLock(.unlocked), .staticMessage(1),
            .dynamicMessage([.init(language: "de", content: "Hilfe kommt bald")]),
        ]
        #expect(try self.asked(bench).map(\.action) == expected)
        #expect(try self.asked(bench).allSatisfy { $0.package == EmergencyCallData.msdPackage })
        #expect(bench.reasons(of: .actionRequested).count == 6)
    }

    @Test func aVehicleOfTheDataSetIsAskedInItsPackage() throws {
        let (bench, _) = try self.call(
            packages: [EmergencyCallData.msdPackage, EmergencyCallData.vedsPackage],
            isVEDSTaken: true
        )
        bench.command("horn 1")
        #expect(try self.asked(bench).map(\.package) == [EmergencyCallData.vedsPackage])
    }

    @Test func whatAVehicleDoesNotOfferIsNotAskedOfIt() throws {
        let (bench, _) = try self.call()
        bench.command("camera 1 interior")
        bench.command("lamp 1 interior on")
        bench.command("message 1 2")
        #expect(try self.asked(bench).isEmpty)
        #expect(
            bench.reasons(of: .mistake) == [
                "the vehicle does not offer enable-camera", "the vehicle offers lamp, but not that one",
                "the vehicle offers msg-static, but not that one",
            ]
        )
    }

    @Test func nothingIsAskedBeforeTheCallIsAnsweredOrAfterItsEnd() throws {
        let bench = CenterBench { $0.ringing = nil }
        try bench.call { _ in
        } adjust: {
            $0.abilities.honks = true
        }
        bench.command("horn 1")
        bench.command("horn 7")
        #expect(bench.reasons(of: .mistake) == ["the call is not answered yet", "there is no call 7"])
    }

    @Test(arguments: [
        "lamp 1 hazard", "lamp 1 blue on", "lamp 1 hazard dim", "lamp 1 hazard on soon", "lamp 1 hazard on 5 5",
        "lamp 1 hazard on -1", "horn", "horn x", "horn 1 long", "doors 1", "doors 1 open", "message 1 one", "say 1 en",
        "say 1", "camera 1", "camera 1 roof",
    ])
    func aRequestThatNoVehicleCouldReadIsAMistake(_ line: String) {
        guard case .mistake(let sentence) = OperatorCommand(line: line) else {
            Issue.record("\(line) was taken")
            return
        }
        #expect(!sentence.isEmpty)
    }

    @Test func theVehiclesWordOnEachRequestIsTold() throws {
        let (bench, call) = try self.call()
        bench.command("horn 1")
        let results: [ControlDocument.ActionResult] = [
            .init(action: "honk", success: true),
            .init(action: "lamp", success: false, reason: .damaged, details: "line x\u{1B}[2J is gone"),
        ]
        let document = ControlDocument(acknowledgements: [.init(ref: "r", actionResults: results)])
        let content = EmergencyInfo.control(document, contentID: "a@vehicle.invalid", boundary: "b")
        bench.vehicles { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
        let told = bench.events.filter { $0.kind == .controlReceived }
        #expect(told.first?.reason == "the vehicle says of honk: done")
        #expect(told.last?.fields == ["action": "lamp", "success": "false", "reason": "damaged"])
        #expect(told.last?.reason.contains("damaged") == true && told.last?.text.contains("\u{1B}") == false)
    }
}
