import NGECall
import SIP
import Testing
import Timeline

@testable import Center

/// The vehicle's data set at the center.
@Suite struct VEDSTests {
    private static let reference = "veds-1@vehicle.invalid"

    private func answer(
        _ bench: CenterBench,
        _ set: VehicleEmergencyDataSet,
        hasMSD: Bool = true,
        status: Int = 200
    ) throws -> Message {
        try bench.call(adjust: { invite in
            if !hasMSD { invite.msd = nil }
            invite.veds = VEDSPart(dataSet: set, contentID: Self.reference)
        })
        bench.advance(by: .seconds(1))
        return try #require(bench.sent.last { $0.message.status == status }?.message)
    }

    @Test(arguments: [true, false])
    func itIsShownAndAcknowledgedWithAnMSDAndWithout(hasMSD: Bool) throws {
        let bench = CenterBench()
        var set = VehicleEmergencyDataSet()
        set.crash.impactSide = .value(.left)
        let answer = try self.answer(bench, set, hasMSD: hasMSD)
        #expect(AnswerContent(answer).acknowledgement(of: Self.reference) == .positive)
        let text = try #require(bench.events.last { $0.kind == .veds }?.text)
        #expect(text.contains("impact: left"))
        #expect(answer.headers.all("Recv-Info").joined().contains(EmergencyCallData.vedsPackage))
    }

    @Test func aCenterThatKnowsNoECallSaysNothingOfIt() throws {
        let bench = CenterBench { $0.reply = .accept(.none) }
        let answer = try self.answer(bench, VehicleEmergencyDataSet())
        #expect(AnswerContent(answer).acknowledgement(of: Self.reference) == .none)
    }

    @Test(arguments: [true, false])
    func aRefusalWithAcknowledgementSpeaksOfItWithAnMSDAndWithout(hasMSD: Bool) throws {
        let reply = try #require(CenterConfiguration.Reply("603+ack"))
        let bench = CenterBench { $0.reply = reply }
        let answer = try self.answer(bench, VehicleEmergencyDataSet(), hasMSD: hasMSD, status: 603)
        #expect(AnswerContent(answer).acknowledgement(of: Self.reference) == .positive)
    }

    @Test func aRefusalWithoutAcknowledgementSaysNothingOfIt() throws {
        let reply = try #require(CenterConfiguration.Reply("603"))
        let bench = CenterBench { $0.reply = reply }
        let answer = try self.answer(bench, VehicleEmergencyDataSet(), status: 603)
        #expect(AnswerContent(answer).acknowledgement(of: Self.reference) == .none)
    }

    @Test func aVehicleWhoseDataSetHasNoNameIsToldThatMoreAreTaken() throws {
        let bench = CenterBench()
        let name = Array("Content-ID: <\(Self.reference)>".utf8)
        try bench.call(
            { plan in
                guard let range = plan.body.firstRange(of: name) else { return }
                plan.body.replaceSubrange(range, with: Array("Content-Description: set".utf8))
            },
            adjust: { $0.veds = VEDSPart(dataSet: VehicleEmergencyDataSet(), contentID: Self.reference) }
        )
        bench.advance(by: .seconds(1))
        let answer = try #require(bench.sent.last { $0.message.status == 200 }?.message)
        #expect(bench.kinds.contains(.veds))
        #expect(AnswerContent(answer).acknowledgement(of: Self.reference) == .none)
        #expect(answer.headers.all("Recv-Info").joined().contains(EmergencyCallData.vedsPackage))
    }

    /// A vehicle that can send its data set, in a call that is answered.
    private func answeredCall(_ bench: CenterBench, receivesVEDS: Bool = true) throws -> UserAgent.Call {
        let (call, _) = try bench.call(adjust: { invite in
            if receivesVEDS { invite.abilities.datatypes.append(EmergencyCallData.vedsDatatype) }
        })
        bench.advance(by: .seconds(1))
        return call
    }

    private func send(_ set: VehicleEmergencyDataSet, named name: String, in call: UserAgent.Call, _ bench: CenterBench)
    {
        let content = EmergencyInfo.veds(VEDSPart(dataSet: set, contentID: name), boundary: "b")
        bench.vehicles { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
    }

    /// What the center's INFOs acknowledge, by the name of what it is.
    private func acknowledged(_ bench: CenterBench) -> [String: Bool] {
        var names: [String: Bool] = [:]
        for sent in bench.sent where sent.message.method == .info {
            guard case .content(let content) = InfoReading(sent.message, packages: [EmergencyCallData.vedsPackage])
            else { continue }
            for acknowledgement in content.controls.flatMap(\.document.acknowledgements) {
                names[acknowledgement.ref] = acknowledgement.received
            }
        }
        return names
    }

    @Test func oneThatComesUnaskedIsAcknowledgedInAnINFO() throws {
        let bench = CenterBench()
        let call = try self.answeredCall(bench)
        self.send(VehicleEmergencyDataSet(), named: "veds-2@vehicle.invalid", in: call, bench)
        self.send(VehicleEmergencyDataSet(), named: "veds-3@vehicle.invalid", in: call, bench)
        #expect(self.acknowledged(bench) == ["veds-2@vehicle.invalid": true, "veds-3@vehicle.invalid": true])
    }

    @Test func oneThatWasAskedForIsNot() throws {
        let bench = CenterBench()
        let call = try self.answeredCall(bench)
        bench.command("send-data 1")
        // The vehicles of the bench answer no request by themselves.
        let requests = bench.vehicleEvents.compactMap { event -> UserAgent.Request? in
            guard case .requested(let request, _, _) = event else { return nil }
            return request
        }
        #expect(requests.count == 2)
        for request in requests {
            bench.vehicles { $0.respond(to: request, status: 200, headers: [], body: [], at: $1) }
        }
        self.send(VehicleEmergencyDataSet(), named: "veds-2@vehicle.invalid", in: call, bench)
        #expect(self.acknowledged(bench).isEmpty)
        self.send(VehicleEmergencyDataSet(), named: "veds-3@vehicle.invalid", in: call, bench)
        #expect(self.acknowledged(bench) == ["veds-3@vehicle.invalid": true])
    }

    /// Whether the vehicle refuses the request itself, or says later that it has nothing to send.
    @Test(arguments: [true, false])
    func oneBehindARequestThatWasRefusedIsUnasked(isRefusedAtOnce: Bool) throws {
        let bench = CenterBench()
        let call = try self.answeredCall(bench)
        bench.command("send-data 1")
        for event in bench.vehicleEvents {
            guard case .requested(let request, _, _) = event else { continue }
            let status = isRefusedAtOnce ? 469 : 200
            bench.vehicles { $0.respond(to: request, status: status, headers: [], body: [], at: $1) }
        }
        if !isRefusedAtOnce {
            let result = ControlDocument.ActionResult(
                action: EmergencyCallData.sendDataAction,
                success: false,
                reason: .unable
            )
            let content = EmergencyInfo.control(
                ControlDocument(acknowledgements: [.init(ref: "request@center.invalid", actionResults: [result])]),
                contentID: "ack-1@vehicle.invalid",
                boundary: "b",
                package: EmergencyCallData.vedsPackage
            )
            bench.vehicles { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
        }
        self.send(VehicleEmergencyDataSet(), named: "veds-2@vehicle.invalid", in: call, bench)
        #expect(self.acknowledged(bench) == ["veds-2@vehicle.invalid": true])
    }

    @Test func aVehicleThatTakesNoINFOOfThePackageGetsNone() throws {
        let bench = CenterBench()
        let call = try self.answeredCall(bench, receivesVEDS: false)
        self.send(VehicleEmergencyDataSet(), named: "veds-2@vehicle.invalid", in: call, bench)
        #expect(bench.kinds.contains(.veds))
        #expect(!bench.sentWords.contains("INFO"))
    }

    @Test func theEventAsJSONHasWhatMovesACursorAsEscapes() throws {
        let bench = CenterBench()
        var set = VehicleEmergencyDataSet()
        set.injury.band = .value("high")
        set.injury.basis = .value("x")
        _ = try self.answer(bench, set)  // What the center tells of a text of its own is asked for.
        let shown = try #require(bench.events.last { $0.kind == .veds })
        let event = CenterEvent(
            sequence: shown.sequence,
            moment: shown.moment,
            kind: shown.kind,
            call: shown.call,
            state: shown.state,
            reason: "a\u{9B}2J\u{202E}\u{E0041}",
            fields: [:]
        )
        #expect(event.json.contains(#""a\u009b2J\u202e\udb40\udc41""#))
    }

    /// What ends a line, moves a cursor, or turns the direction of the text.
    @Test(arguments: ["\n", "\r\n", "\u{85}", "\u{9B}2J", "\u{2028}", "\u{202E}", "\u{2067}"])
    func aTextOfThePeerIsOneLineAmongTheFindings(sign: String) throws {
        let bench = CenterBench()
        var set = VehicleEmergencyDataSet()
        set.injury.band = .value("high")
        set.injury.basis = .value("x\(sign)severe injury: none")
        _ = try self.answer(bench, set)  // What the center shows is asked for.
        let text = try #require(bench.events.last { $0.kind == .veds }?.text)
        let lines = text.unicodeScalars.split { $0.properties.generalCategory == .control }.map { String($0) }
        #expect(!lines.contains { $0.drop { $0 == " " }.hasPrefix("severe injury: none") })
        #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .format })
    }
}
