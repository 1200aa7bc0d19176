import CallControl
import CrashSensing
import MSD
import NGECall
import SIP
import Sensors
import Testing
import Timeline

@testable import IVS

/// The vehicle's data set, beside the MSD and on request.
@Suite struct VEDSTests {
    private func bench(_ change: (inout VehicleConfiguration) -> Void = { _ in }) -> VehicleBench {
        VehicleBench.started(
            VehicleBench.configuration {
                $0.sendsVEDS = true
                $0.crash.source = .trace(file: nil)
                $0.vehicle.propulsion[.electricEnergyStorage] = true
                change(&$0)
            }
        )
    }

    private func crash(_ bench: VehicleBench) {
        bench.step(.sensor(.working(rate: 1_000)))
        var record = CrashRecord(timeZero: bench.now, number: 1)
        record.maximum = PlanarVector(x: -48.3, y: -2)
        record.maximumAfter = .milliseconds(95)
        record.endAfter = .milliseconds(110)
        record.rollAngle = 1
        bench.step(.sensor(.sign(.woke(at: bench.now))))
        bench.step(.sensor(.sign(.severe(record, because: .deltaV))))
        bench.step(.sensor(.sign(.ended(record))))
        bench.advance(by: .milliseconds(25))
    }

    /// The center asks for a fresh one, in one of the packages.
    private func ask(_ bench: VehicleBench, package: String = EmergencyCallData.vedsPackage) throws {
        let call = try #require(bench.incoming.last?.call)
        let content = EmergencyInfo.request(
            .sendVEDS,
            contentID: "req-1@center.invalid",
            boundary: "b",
            package: package
        )
        bench.center { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
    }

    private func set(_ message: Message?) throws -> VehicleEmergencyDataSet {
        let invite = try #require(message)
        return try #require(InviteContent(invite).veds?.dataSet)
    }

    @Test func theInviteTellsTheCrashAndTheEstimateWithWhatItWasMadeWithout() throws {
        let bench = self.bench()
        self.crash(bench)
        let set = try self.set(bench.invites.last)
        #expect(set.incident.trigger == .value(.accelerometers))
        #expect(set.crash.changeInVelocity.longitudinalTenths == .value(-483))
        #expect(set.crash.changeInVelocity.timeToMaximumMilliseconds == .value(95))
        #expect(set.crash.impactSide == .value(.front) && set.crash.rollover == .value(false))
        #expect(set.vehicle.propulsion == .value([.electric]))
        #expect(set.vehicle.identificationNumber == .value(VehicleBench.vin))
        guard case .value(let thousandths) = set.injury.probabilityThousandths else {
            Issue.record("no estimate")
            return
        }
        #expect((25...45).contains(thousandths))
        #expect(set.injury.unknownInputs.contains("belts"))
        #expect(set.injury.possibleRegions == ["head", "chest", "lowerLimbs"])
        #expect(set.injury.seriousThousandths == .value(390))
        #expect(set.injury.isLikely == .unknown, "nobody is told that nobody is hurt")
        let invite = try #require(bench.invites.last)
        #expect(InviteContent(invite).msd != nil)
    }

    @Test func withoutASensorTheCrashIsNotFittedAndNotMadeUp() throws {
        let bench = self.bench { $0.crash.source = .none }
        bench.crash()
        let set = try self.set(bench.invites.last)
        #expect(set.crash.changeInVelocity.longitudinalTenths == .notFitted)
        #expect(set.crash.rollover == .notFitted)
        #expect(set.incident.trigger == .value(.other))
        #expect(set.injury.band == .value("elevated") && set.injury.probabilityThousandths == .unknown)
    }

    @Test func a112CallNeverCarriesOne() throws {
        let bench = self.bench { $0.profile = .emergency112 }
        bench.press()
        let content = InviteContent(try #require(bench.invites.last))
        #expect(content.veds == nil && content.msd != nil)
        #expect(!content.receivesVEDSPackage)
    }

    @Test func aCallThatGoesTo112LeavesItBehind() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration(centers: 2) {
                $0.sendsVEDS = true
                $0.crash.addsEuroNCAP = true
                $0.centers[1].isFallback = true
                $0.call.fallback = Fallback(hops: 1..<2, rounds: 1, after: .seconds(30))
            }
        )
        self.crash(bench)
        bench.advance(by: .seconds(1))
        try bench.reject(503)
        bench.advance(by: .seconds(1))
        let contents = bench.invites.map { InviteContent($0) }
        #expect(contents.map { $0.veds != nil } == [true, false])
        #expect(try MSD(decoding: #require(contents.last?.msd?.octets)).optionalAdditionalData == nil)
        try bench.answer()
        for package in [EmergencyCallData.vedsPackage, EmergencyCallData.msdPackage] {
            try self.ask(bench, package: package)
        }
        #expect(!bench.kinds.contains("vedsSent"))
        #expect(bench.reasons(of: .requestRefused).contains { $0.hasSuffix("answered 469") })
    }

    @Test func aTestCallCarriesNoCrashThatWasFeltBeforeIt() throws {
        let bench = self.bench()
        self.crash(bench)
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        bench.call(.testCall)
        let set = try self.set(bench.invites.last)
        #expect(bench.ivs.call.incident?.trigger == .test)
        #expect(set.crash == VehicleEmergencyDataSet.Crash() && set.injury.band == .unknown)
    }

    @Test func aCenterThatAsksAllTheTimeGetsOneASecond() throws {
        let bench = self.bench()
        self.crash(bench)
        try bench.answer()
        for _ in 0..<20 {
            try self.ask(bench)
            bench.advance(by: .milliseconds(100))
        }
        #expect(bench.reasons(of: .vedsSent).count == 2)
        let refusals = bench.sent.map(\.message).filter { message in
            guard message.method == .info else { return false }
            let reading = InfoReading(message, packages: [EmergencyCallData.vedsPackage])
            guard case .content(let content) = reading else { return false }
            return content.controls.contains { !$0.document.acknowledgements.isEmpty }
        }
        #expect(refusals.count == 18, "each in the package of its request")
    }

    @Test func aFreshOneIsSentOnRequest() throws {
        let bench = self.bench()
        self.crash(bench)
        try bench.answer()
        try self.ask(bench)
        let infos = bench.sent.map(\.message).filter { $0.method == .info }
        let reading = InfoReading(try #require(infos.last), packages: [EmergencyCallData.vedsPackage])
        guard case .content(let answer) = reading else {
            Issue.record("no data set: \(reading)")
            return
        }
        #expect(answer.veds?.dataSet?.crash.impactSide == .value(.front))
        #expect(bench.kinds.contains("vedsSent"))
    }

    @Test func withoutTheSwitchTheRequestIsRefused() throws {
        let bench = self.bench { $0.sendsVEDS = false }
        bench.press()
        try bench.answer()
        try self.ask(bench, package: EmergencyCallData.msdPackage)
        #expect(!bench.kinds.contains("vedsSent"))
        #expect(bench.kinds.contains("requestRefused"))
    }
}
