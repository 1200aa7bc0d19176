import CallControl
import ControlSocket
import MSD
import NGECall
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// Garage mode and the test calls that the vehicle places by itself.
@Suite struct TestCallTests {
    private static func inGarage(minutes: Int = 30) -> VehicleBench {
        let bench = VehicleBench.started()
        bench.call(.setGarageMode, ["milliseconds": .int(minutes * 60_000)])
        return bench
    }

    private static func triggers(_ bench: VehicleBench) -> [String] {
        bench.records.compactMap { if case .incidentOpened(let opening) = $0 { opening.trigger } else { nil } }
    }

    @Test func inGarageModeTheButtonMakesATestCall() throws {
        let bench = Self.inGarage()
        #expect(bench.kinds.contains("garageEntered"))
        bench.press()
        #expect(Self.triggers(bench) == ["test"])
        let invite = try #require(bench.invites.first)
        #expect(!String(decoding: invite.serialized(), as: UTF8.self).contains("service:sos"))
        #expect(try bench.sentMSDs().map(\.control.testCall) == [true])
    }

    @Test func aCrashInGarageModeIsAnEmergencyAndEndsIt() {
        let bench = Self.inGarage()
        bench.crash()
        #expect(Self.triggers(bench) == ["automatic"])
        #expect(bench.kinds.contains("garageLeft"))
        #expect(bench.ivs.garage.endsAt == nil)
    }

    @Test func aCrashDuringATestCallOfTheGarageIsAnEmergency() throws {
        let bench = Self.inGarage()
        bench.press()
        try bench.answer()
        bench.crash()
        #expect(Self.triggers(bench) == ["test", "automatic"])
    }

    @Test func aPressBehindItsEndIsAnEmergency() {
        let bench = Self.inGarage(minutes: 1)
        bench.advance(by: .seconds(60))
        #expect(bench.kinds.contains("garageLeft"))
        bench.press()
        #expect(Self.triggers(bench) == ["manual"])
    }

    @Test func aPressAcrossItsEndIsAnEmergency() {
        let bench = Self.inGarage(minutes: 1)
        bench.advance(by: .milliseconds(59_500))
        bench.press()
        #expect(Self.triggers(bench) == ["manual"])
    }

    @Test func itIsSwitchedOffAndShown() throws {
        let bench = Self.inGarage()
        #expect(try bench.reply(.status)["garage"]?.asInt == 1_800_000)
        #expect(bench.ivs.indicators.indication == .garage)
        bench.call(.setGarageMode)
        #expect(try bench.reply(.status)["garage"] == .null)
        #expect(bench.ivs.indicators.indication == .ready)
        bench.press()
        #expect(Self.triggers(bench) == ["manual"])
    }

    @Test func duringAnEmergencyItIsRefusedAndALengthOutOfRangeToo() {
        let bench = VehicleBench.started()
        bench.call(.setGarageMode, ["milliseconds": .int(59_999)])
        bench.crash()
        bench.call(.setGarageMode, ["milliseconds": .int(60_000)])
        #expect(bench.failures.map(\.error) == ["OutOfRange", "CallInProgress"].map { "net.ecall.ecalld.\($0)" })
        #expect(bench.ivs.garage.endsAt == nil)
    }

    @Test func ofThe112ProfileItGoesToTheTestService() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.profile = .emergency112 })
        bench.call(.setGarageMode, ["milliseconds": 60_000])
        bench.press()
        #expect(bench.invites.first?.requestURI == "urn:service:test.sos.ecall")
    }
}

/// Test calls that the vehicle places by itself.
@Suite struct SelfCheckTests {
    private static let interval = Duration.seconds(86_400)

    private static func checking(lastTest: Stamp? = nil) -> VehicleBench {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.selfCheckInterval = Self.interval })
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil, lastTest: lastTest))
        return bench
    }

    /// Lets time pass until a call is going on, two intervals at the most; how long that was.
    @discardableResult
    private static func awaitCall(_ bench: VehicleBench) -> Duration {
        var waited = Duration.zero
        while bench.state == .idle, waited < Self.interval * 2 {
            bench.advance(by: .seconds(20))
            waited += .seconds(20)
        }
        return waited
    }

    @Test func itComesByItselfNotBehindAStartAndNobodyIsTold() throws {
        let bench = Self.checking()
        let first = Self.awaitCall(bench)
        #expect(first >= .seconds(1_800) && first <= .seconds(3_620))
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(!bench.kinds.contains("announcement"))
        #expect(bench.ivs.indicators.indication == .ready)
        bench.advance(by: .seconds(10))
        #expect(bench.sentWords.last == "BYE")
        #expect(bench.kinds.contains("selfCheckPassed"))
        let outcomes = bench.records.compactMap {
            if case .incidentClosed(_, let end) = $0 { end.outcome } else { nil }
        }
        #expect(outcomes == ["selfChecked"])
        let second = Self.awaitCall(bench)
        #expect(second >= Self.interval * 0.49 && second <= Self.interval * 1.5 + .seconds(20))
    }

    @Test func aCrashDuringItIsAnEmergencyThatIsTold() throws {
        let bench = Self.checking()
        Self.awaitCall(bench)
        try bench.answer()
        bench.crash()
        #expect(bench.state == .connecting)
        #expect(bench.kinds.contains("announcement"))
        let triggers = bench.records.compactMap {
            if case .incidentOpened(let opening) = $0 { opening.trigger } else { nil }
        }
        #expect(triggers == ["test", "automatic"])
        #expect(!bench.kinds.contains("selfCheckFailed"))
    }

    @Test func threeThatNobodyAnswersAreAFaultAndOneThatIsAnsweredEndsIt() throws {
        let bench = Self.checking()
        let isFaulty = { bench.ivs.faults.keys.contains { $0.fault == .selfCheckFailing } }
        for _ in 0..<3 {
            #expect(!isFaulty())
            Self.awaitCall(bench)
            try bench.reject(500)
            bench.advance(by: .seconds(10))
        }
        #expect(isFaulty())
        Self.awaitCall(bench)
        try bench.answer()
        bench.advance(by: .seconds(10))
        #expect(!isFaulty())
    }

    @Test(arguments: [404, 486, 603])
    func aCenterThatRefusesItIsThere(_ status: Int) throws {
        let bench = Self.checking()
        Self.awaitCall(bench)
        try bench.reject(status)
        #expect(bench.kinds.contains("selfCheckPassed"))
    }

    @Test func withoutAConnectionNoneIsPlaced() {
        let bench = Self.checking()
        bench.hops = [5_061: .refuses]
        bench.cut(bench.ivs.links[0].flow ?? .init(number: 0))
        bench.advance(by: .seconds(10_000))
        #expect(!bench.kinds.contains("testTrigger"))
        #expect(bench.ivs.selfCheck.dueAt != nil)
    }

    @Test func aTestOfAnEarlierRunCounts() {
        let anHourAgo = (VehicleBench.wallAtBoot - 3_600) * 1_000
        let bench = Self.checking(lastTest: Stamp(boot: "another", at: .boot, wallMilliseconds: anHourAgo))
        #expect(Self.awaitCall(bench) >= Self.interval * 0.5 - .seconds(3_620))
    }

    @Test func aTimeOfTheEarlierTestThatIsLearnedLatePutsTheCheckOff() {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.selfCheckInterval = Self.interval })
        bench.isWallTrusted = false
        let anHourAgo = (VehicleBench.wallAtBoot - 3_600) * 1_000
        let stamp = Stamp(boot: "another", at: .boot, wallMilliseconds: anHourAgo)
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil, lastTest: stamp))
        bench.advance(by: .seconds(60))
        bench.isWallTrusted = true
        #expect(Self.awaitCall(bench) >= Self.interval * 0.5 - .seconds(3_700))
    }

    @Test func whileACenterMayRingBackNoneIsPlaced() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.selfCheckInterval = Self.interval })
        bench.crash()
        try bench.answer()
        try bench.clearDown()
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        bench.ivs.selfCheck = SelfCheckSchedule(interval: Self.interval)
        bench.ivs.selfCheck.opened(lastAgo: nil, shares: (0, 0), at: bench.now)
        bench.advance(by: .seconds(3_500))
        #expect(!bench.kinds.contains("testTrigger"), "it was due behind half an hour")
        #expect(Self.awaitCall(bench) < .seconds(3_000))
    }

    @Test func theCenterThatRingsBackEndsATestCall() throws {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        bench.call(.testCall)
        try bench.answer()
        let test = try #require(bench.ivs.call.incident?.id)
        bench.ringBack()
        #expect(bench.state == .voiceSession)
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        let ends = bench.records.compactMap { record -> String? in
            if case .incidentClosed(test.text, let end) = record { end.outcome } else { nil }
        }
        #expect(ends == ["superseded"])
        #expect(bench.sentWords.contains("BYE"))
    }
}
