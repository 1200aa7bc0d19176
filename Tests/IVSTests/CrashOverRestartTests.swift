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

/// What is known of a crash, over a restart of the daemon in the call that it is about.
@Suite struct CrashOverRestartTests {
    private static func configuration() -> VehicleConfiguration {
        VehicleBench.configuration {
            $0.sendsVEDS = true
            $0.crash.source = .trace(file: nil)
            $0.crash.addsEuroNCAP = true
            $0.crash.wait = .zero
            $0.lines.crash = ["crash": .left]
        }
    }

    private static func record(_ bench: VehicleBench) -> CrashRecord {
        var record = CrashRecord(timeZero: bench.now, number: 1)
        record.maximum = PlanarVector(x: -12.4, y: 31.7)
        record.maximumAfter = .milliseconds(80)
        record.rollAngle = -182
        record.hasRolledOver = true
        return record
    }

    /// A run in which a crash was felt and a line has fired, and what it has on record of it.
    private func firstRun(_ signs: (VehicleBench) -> Void) throws -> (bench: VehicleBench, crash: String) {
        let bench = VehicleBench.started(Self.configuration())
        bench.step(.sensor(.working(rate: 1_000)))
        signs(bench)
        bench.advance(by: .milliseconds(200))
        let kept = bench.records.compactMap { record -> String? in
            if case .incidentChanged(_, let change) = record { change.crash } else { nil }
        }
        return (bench, try #require(kept.last))
    }

    private func secondRun(
        _ crash: String?,
        ended: Bool = false,
        before: (VehicleBench) -> Void = { _ in }
    ) -> VehicleBench {
        let started = Stamp(
            boot: "boot-of-the-bench",
            at: Instant.boot.advanced(by: .seconds(95)),
            wallMilliseconds: nil
        )
        let opening = IncidentOpening(
            id: "0123456789abcdef0123456789abcdef",
            profile: "private",
            trigger: "automatic",
            isTest: false,
            started: started,
            msdTimestamp: 1_789_999_000,
            isSimulated: true
        )
        let bench = VehicleBench(Self.configuration())
        bench.advance(by: .seconds(100))
        bench.step(.started)
        before(bench)
        if ended {
            var incident = StoredIncident.ended()
            incident.crash = crash
            bench.step(.storeOpened(unfinished: [], ended: incident, recovery: nil))
        } else {
            bench.step(.storeOpened(unfinished: [.open(opening, crash: crash)], ended: nil, recovery: nil))
        }
        bench.advance(by: .milliseconds(100))
        return bench
    }

    private func set(_ bench: VehicleBench) throws -> VehicleEmergencyDataSet {
        try #require(bench.invites.last.flatMap { InviteContent($0).veds?.dataSet })
    }

    private func msd(_ bench: VehicleBench) throws -> MSD {
        try MSD(decoding: #require(bench.invites.last.flatMap { InviteContent($0).msd?.octets }))
    }

    @Test func theNextRunTellsTheSameCrash() throws {
        let (first, crash) = try self.firstRun { bench in
            bench.step(.sensor(.sign(.severe(Self.record(bench), because: .deltaV))))
        }
        let second = self.secondRun(crash)
        #expect(try self.set(second).crash == self.set(first).crash)
        #expect(try self.set(second).injury == self.set(first).injury)
        #expect(try self.set(second).crash.rolloverQuarterTurns == .value(2))
        let data = try self.msd(second).optionalAdditionalData
        #expect(data != nil)
        #expect(try data == self.msd(first).optionalAdditionalData)
    }

    @Test func theLinesThatHaveFiredAreKnownTooAndARollWithoutAnImpact() throws {
        let (_, crash) = try self.firstRun { bench in
            bench.crash()
            bench.step(.sensor(.sign(.rollover(at: bench.now))))
        }
        let second = self.secondRun(crash)
        #expect(second.ivs.crash.sides == [.left] && second.ivs.crash.hasRolledOver == true)
        #expect(try self.set(second).crash.rollover == .value(true))
        #expect(try self.set(second).crash.impactSide == .value(.left))
    }

    @Test func whatIsKnownGoesToTheDiskBeforeTheINVITE() throws {
        let (bench, _) = try self.firstRun { bench in
            bench.step(.sensor(.sign(.severe(Self.record(bench), because: .deltaV))))
        }
        let sent = try #require(bench.sent.first { $0.message.method == .invite }?.at)
        let write = try #require(
            bench.writes.first { write in
                write.records.contains {
                    if case .incidentChanged(_, let change) = $0 { change.crash != nil } else { false }
                }
            }
        )
        #expect(write.at <= sent)
        #expect(write.records.contains { if case .incidentOpened = $0 { true } else { false } })
    }

    @Test func aCrashThatNobodyCanReadIsSaidAndHoldsNoCall() throws {
        for text in ["", "{}", "no JSON", #"{"sides":[],"events":[{"x":1}],"rolledOver":null}"#] {
            let bench = self.secondRun(text)
            #expect(bench.invites.count == 1, "\(text)")
            #expect(bench.reasons(of: .recordFailed).contains { $0.contains("cannot be read") }, "\(text)")
            #expect(try self.set(bench).crash.changeInVelocity.longitudinalTenths == .unknown, "\(text)")
        }
    }

    @Test func aCallbackOfACallOfAnEarlierRunTellsItsCrashAndAnotherCallDoesNot() throws {
        let (_, crash) = try self.firstRun { bench in
            bench.step(.sensor(.sign(.severe(Self.record(bench), because: .deltaV))))
        }
        let bench = self.secondRun(crash, ended: true)
        #expect(bench.state == .idle && bench.ivs.crash.isEmpty)
        #expect(bench.ivs.callbackData?.crash.worst?.maximum == PlanarVector(x: -12.4, y: 31.7))
        // A new call of somebody else's trouble, soon after the restart.
        for line in ["sos-button", "crash"] as [LineName] {
            bench.step(.line(.level(line: line, level: .inactive, at: bench.now)))
        }
        bench.press()
        #expect(try self.set(bench).crash.changeInVelocity.longitudinalTenths == .unknown)
        #expect(try self.set(bench).crash.rollover == .unknown)
    }

    @Test func aJoltBehindTheCallIsNotItsCrashWhenTheCenterRingsBack() throws {
        let (bench, crash) = try self.firstRun { bench in
            bench.step(.sensor(.sign(.severe(Self.record(bench), because: .deltaV))))
        }
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(1_200))
        var jolt = CrashRecord(timeZero: bench.now, number: 1)
        jolt.maximum = PlanarVector(x: 9, y: 0)
        bench.step(.sensor(.sign(.event(jolt))))
        bench.advance(by: .seconds(10))
        bench.ringBack()
        #expect(bench.state == .voiceSession)
        #expect(bench.ivs.crash.worst?.maximum == PlanarVector(x: -12.4, y: 31.7))
        bench.advance(by: .seconds(1))
        let kept = bench.records.compactMap { record -> String? in
            if case .incidentChanged(_, let change) = record { change.crash } else { nil }
        }
        #expect(kept.last == crash, "what is on record of the call stays")
    }

    @Test func twoCallsOfOneImpactBothHaveItOnRecord() throws {
        let (bench, _) = try self.firstRun { bench in
            var jolt = CrashRecord(timeZero: bench.now, number: 1)
            jolt.maximum = PlanarVector(x: 9, y: 0)
            bench.step(.sensor(.sign(.event(jolt))))
            bench.press()
        }
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        bench.press()
        bench.advance(by: .milliseconds(200))
        let incidents = bench.records.compactMap { record -> String? in
            if case .incidentChanged(let id, let change) = record, change.crash != nil { id } else { nil }
        }
        #expect(Set(incidents).count == 2)
    }

    @Test func whatIsFeltBeforeTheCallGoesOnIsAddedToItsCrash() throws {
        let (_, crash) = try self.firstRun { bench in
            bench.step(.sensor(.sign(.severe(Self.record(bench), because: .deltaV))))
        }
        let bench = self.secondRun(crash) { bench in
            var jolt = CrashRecord(timeZero: bench.now, number: 1)
            jolt.maximum = PlanarVector(x: 9, y: 0)
            bench.step(.sensor(.sign(.event(jolt))))
        }
        #expect(bench.ivs.crash.records.count == 2)
        #expect(try self.set(bench).crash.rollover == .value(true))
        #expect(try self.set(bench).crash.multipleImpacts == .value(true))
    }

    @Test func theLargestAccountFitsIntoItsColumn() {
        var account = CrashAccount()
        for side in ImpactSide.allCases { account.fired(side, at: .boot) }
        for number in 0..<20 {
            let zero = Instant(nanosecondsSinceBoot: .max - Int64(number))
            var record = CrashRecord(timeZero: zero, number: .max - number)
            record.maximum = PlanarVector(x: -.greatestFiniteMagnitude, y: -.infinity)
            record.maximumAfter = .milliseconds(300)
            record.rollAngle = -.greatestFiniteMagnitude
            account.took(record, at: .boot)
        }
        let text = account.json.text
        #expect(text.utf8.count <= 2_048)
        let read = CrashAccount(text: text, at: .boot)
        #expect(read?.records.count == CrashAccount.maximumRecords)
        #expect(read?.sides == account.sides && read?.hasRolledOver == true)
    }
}
