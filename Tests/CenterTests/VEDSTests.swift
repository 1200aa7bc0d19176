import NGECall
import SIP
import Testing
import Timeline

@testable import Center

/// The vehicle's data set at the center.
@Suite struct VEDSTests {
    private static let reference = "veds-1@vehicle.invalid"

    private func answer(_ bench: CenterBench, _ set: VehicleEmergencyDataSet, hasMSD: Bool = true) throws -> Message {
        try bench.call(adjust: { invite in
            if !hasMSD { invite.msd = nil }
            invite.veds = VEDSPart(dataSet: set, contentID: Self.reference)
        })
        bench.advance(by: .seconds(1))
        return try #require(bench.sent.last { $0.message.status == 200 }?.message)
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
