import CallControl
import ControlSocket
import CrashSensing
import GPIO
import MSD
import NGECall
import SIP
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// What the accelerometer says, and what becomes of it.
@Suite struct CrashTests {
    private func bench(_ change: (inout VehicleConfiguration) -> Void = { _ in }) -> VehicleBench {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.crash.addsEuroNCAP = true
                change(&$0)
            }
        )
        bench.step(.sensor(.working(rate: 1_000)))
        return bench
    }

    private func record(_ bench: VehicleBench, x: Double, y: Double = 0, end: Duration? = nil) -> CrashRecord {
        var record = CrashRecord(timeZero: bench.now, number: 1)
        record.maximum = PlanarVector(x: x, y: y)
        record.maximumLongitudinal = x
        record.maximumLateral = y
        record.endAfter = end
        return record
    }

    private func additional(_ bench: VehicleBench) throws -> EuroNCAPData {
        let octets = try #require(bench.invites.last.flatMap { InviteContent($0).msd?.octets })
        let data = try #require(try MSD(decoding: octets).optionalAdditionalData)
        return try EuroNCAPData(decoding: data.data)
    }

    @Test func aSevereImpactCallsAtItsEndWithAllOfItsChange() throws {
        let bench = self.bench()
        bench.step(.sensor(.sign(.woke(at: bench.now))))
        bench.step(.sensor(.sign(.event(self.record(bench, x: -9)))))
        bench.step(.sensor(.sign(.severe(self.record(bench, x: -24), because: .deltaV))))
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        bench.advance(by: .milliseconds(90))
        #expect(bench.invites.isEmpty, "the event goes on")
        var ended = self.record(bench, x: -55, y: 9, end: .milliseconds(110))
        ended.rollAngle = 2
        bench.step(.sensor(.sign(.ended(ended))))
        bench.advance(by: .milliseconds(1))
        #expect(bench.invites.count == 1, "nothing is waited for any more")
        let data = try self.additional(bench)
        #expect(data.locationOfImpact == .front && data.rolloverDetected == false)
        #expect(data.deltaVX == -55 && data.deltaVY == 9 && data.rangeLimit == 125)
    }

    @Test func anEventThatNeverEndsHoldsTheCallNoLongerThanConfigured() {
        let bench = self.bench { $0.crash.wait = .milliseconds(200) }
        bench.step(.sensor(.sign(.woke(at: bench.now))))
        bench.step(.sensor(.sign(.severe(self.record(bench, x: -24), because: .deltaV))))
        bench.advance(by: .milliseconds(199))
        #expect(bench.invites.isEmpty)
        bench.advance(by: .milliseconds(30))
        #expect(bench.invites.count == 1)
    }

    @Test func aLineWhoseCrashNobodyFeelsWaitsATenthOfASecond() {
        let bench = self.bench()
        bench.crash()
        let triggered = bench.events.last { $0.kind == .call(.automaticTrigger) }?.moment.instant
        bench.advance(by: .milliseconds(300))
        let invited = bench.sent.first { $0.message.method == .invite }?.at
        let wait = triggered.flatMap { start in invited.map { start.duration(to: $0) } }
        #expect(wait.map { $0 >= .milliseconds(100) && $0 <= .milliseconds(125) } == true)
    }

    @Test func withoutASensorNothingIsWaitedForAndNothingIsMadeUp() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.crash.addsEuroNCAP = true })
        bench.crash()
        bench.advance(by: .milliseconds(25))
        #expect(bench.invites.count == 1)
        let data = try self.additional(bench)
        #expect(data.locationOfImpact == .unknown && data.rolloverDetected == nil)
        #expect(data.deltaVX == 255 && data.deltaVY == 255)
    }

    @Test(arguments: [
        (ImpactSide.left, EuroNCAPData.LocationOfImpact.driverSide, false), (.left, .nonDriverSide, true),
        (.rear, .rear, false),
    ])
    func theSideOfTheLineIsTheLocationWhereNothingIsFelt(
        side: ImpactSide,
        location: EuroNCAPData.LocationOfImpact,
        isRightHandDrive: Bool
    ) throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.crash.addsEuroNCAP = true
                $0.crash.isRightHandDrive = isRightHandDrive
                $0.lines.crash = ["crash": side]
            }
        )
        bench.crash()
        bench.advance(by: .milliseconds(25))
        #expect(try self.additional(bench).locationOfImpact == location)
    }

    @Test func aManualCallCarriesNoAdditionalData() throws {
        let bench = self.bench()
        bench.press()
        let octets = try #require(bench.invites.last.flatMap { InviteContent($0).msd?.octets })
        #expect(try MSD(decoding: octets).optionalAdditionalData == nil)
    }

    @Test func aRolloverCalls() {
        let bench = self.bench()
        bench.step(.sensor(.sign(.rollover(at: bench.now))))
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        #expect(bench.ivs.crash.hasRolledOver == true)
    }

    @Test func anImpactBelowTheLimitIsToldAndKeptAndCallsNobody() throws {
        let bench = self.bench()
        bench.step(.sensor(.sign(.event(self.record(bench, x: -9)))))
        #expect(bench.ivs.call.state == .idle)
        #expect(bench.events.last { $0.kind == .announcement }?.fields["announcement"] == "impactFelt")
        bench.step(.sensor(.sign(.recorded(self.record(bench, x: -9, end: .milliseconds(80))))))
        let kept = bench.records.compactMap { if case .crashRecorded(let event) = $0 { event } else { nil } }
        #expect(kept.count == 1 && kept.first?.incident == nil)
    }

    @Test func whatWasFeltJustBeforeAManualCallIsKeptWithIt() throws {
        let bench = self.bench()
        var record = self.record(bench, x: -12, end: .milliseconds(80))
        record.changes = Array(repeating: .zero, count: CrashRecord.count)
        record.samples = [AccelerationSample(at: bench.now, x: -8, y: 0, z: 1)]
        bench.step(.sensor(.sign(.recorded(record))))
        bench.advance(by: .seconds(10))
        bench.press()
        let kept = bench.records.compactMap { if case .crashRecorded(let event) = $0 { event.incident } else { nil } }
        #expect(kept == [bench.ivs.call.incident?.id.text])
    }

    @Test func aCallKeepsItsCrashHoweverLongItGoesOn() throws {
        let bench = self.bench()
        bench.step(.sensor(.sign(.severe(self.record(bench, x: -55), because: .deltaV))))
        bench.step(.sensor(.sign(.ended(self.record(bench, x: -55, end: .milliseconds(100))))))
        bench.advance(by: .milliseconds(25))
        try bench.answer()
        bench.advance(by: .seconds(120))
        bench.step(.sensor(.sign(.woke(at: bench.now))))
        bench.step(.sensor(.sign(.calmed(at: bench.now))))
        try bench.info([.sendMSD])
        let msd = try #require(try bench.sentMSDs().last)
        #expect(msd.messageIdentifier == 2)
        let data = try EuroNCAPData(decoding: #require(msd.optionalAdditionalData).data)
        #expect(data.deltaVX == -55 && data.locationOfImpact == .front)
    }

    @Test func theEmergencyServiceGetsTheMSDWithoutAdditionalData() throws {
        let bench = self.bench { $0.profile = .emergency112 }
        bench.step(.sensor(.sign(.severe(self.record(bench, x: -55), because: .deltaV))))
        bench.advance(by: .seconds(1))
        let octets = try #require(bench.invites.last.flatMap { InviteContent($0).msd?.octets })
        #expect(try MSD(decoding: octets).optionalAdditionalData == nil)
    }

    @Test func aRecordThatTheDiskRefusesIsWrittenAgain() {
        let bench = self.bench()
        bench.disk = .fails(.failed(reason: "disk I/O error", code: 10))
        bench.step(.sensor(.sign(.recorded(self.record(bench, x: -9, end: .milliseconds(80))))))
        bench.disk = .works
        bench.advance(by: .seconds(11))
        let writes = bench.writes.filter { write in
            write.records.contains { if case .crashRecorded = $0 { true } else { false } }
        }
        #expect(writes.count == 2)
    }

    @Test func aSensorThatFailsIsAFaultUntilItWorksAgain() {
        let bench = self.bench()
        bench.step(.sensor(.failed("there is no sensor adxl; there are none")))
        #expect(bench.ivs.faults.keys.map(\.fault) == [.accelerometerFailing])
        bench.crash()
        bench.advance(by: .milliseconds(25))
        #expect(bench.invites.count == 1, "a call does not wait for a sensor that is not there")
        bench.step(.sensor(.working(rate: 1_000)))
        #expect(bench.ivs.faults.isEmpty)
    }

    @Test func aGyroThatFailsIsAFaultOfItsOwn() {
        let bench = self.bench()
        bench.step(.sensor(.rollFailed("there is no sensor gyro; there are none")))
        #expect(bench.ivs.faults.keys.map(\.fault) == [.gyroFailing])
        #expect(bench.ivs.sensor.rate == 1_000, "accelerations come all the same")
        bench.step(.sensor(.rollWorking))
        #expect(bench.ivs.faults.isEmpty)
    }

    @Test func badSamplesAreToldOnceInAWhile() {
        let bench = self.bench()
        for _ in 0..<1_000 { bench.step(.sensor(.sign(.badSample(at: bench.now)))) }
        #expect(bench.reasons(of: .sensorSampleBad).count == 1)
    }

    @Test func additionalDataThatDoesNotFitYieldsAndIsSaid() throws {
        let frozen = try #require(
            {
                let bench = self.bench()
                bench.crash()
                bench.advance(by: .seconds(1))
                return bench.ivs.frozen
            }()
        )
        let large = OptionalAdditionalData(oid: [8, 1], data: Array(repeating: 0, count: 120))
        #expect(throws: MSDFailure.self) {
            try frozen.msd(
                1,
                locations: frozen.locations,
                of: VehicleBench.configuration(),
                at: 0,
                trustedAt: .boot,
                occupants: nil,
                additionalData: large
            )
        }
    }

    @Test func aTriggerThatIsNotOnRecordIsMadeAgainByTheNextRun() {
        let kept = "accelerometer unrecorded \(99_900 * 1_000_000) 0\n"
        let bench = VehicleBench(earlierInputs: kept)
        bench.advance(by: .seconds(100))
        bench.step(.started)
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        let used = VehicleBench(earlierInputs: "accelerometer used\n")
        used.step(.started)
        #expect(used.ivs.call.state == .idle)
    }

    @Test func aLineAndASensorThatDoNotAgreeAreAFaultBehindTheCallAndNotBeforeIt() {
        let line = self.bench()
        line.crash()
        line.advance(by: .milliseconds(150))
        #expect(line.invites.count == 1 && line.ivs.faults.isEmpty)
        line.advance(by: .milliseconds(500))
        #expect(line.ivs.faults.keys.map(\.fault) == [.crashSignalsDisagree])
        let both = self.bench()
        both.crash()
        both.step(.sensor(.sign(.event(self.record(both, x: -20)))))
        both.advance(by: .seconds(1))
        #expect(both.ivs.faults.isEmpty)
    }
}
