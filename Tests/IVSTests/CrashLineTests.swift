import CallControl
import ConfigurationFile
import CrashSensing
import Foundation
import GPIO
import Testing
import Timeline

@testable import IVS

/// Crash lines that carry a signal, from the edges to the call.
@Suite struct CrashLineTests {
    private static let profilesFile = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "config/crash-profiles.yaml").path

    private static let shipped: [String: CrashLineProfile] = {
        do {
            let file = try ConfigurationReader.read(path: Self.profilesFile, schema: CrashLineSettings.file)
            return try VehicleConfiguration.profiles(file)
        } catch {
            Issue.record("the shipped profiles are not read: \(error)")
            return [:]
        }
    }()

    /// A rig whose one crash line has a profile of the shipped file, at the level with which that one begins.
    private func bench(_ name: String) throws -> (bench: VehicleBench, profile: CrashLineProfile) {
        let profile = try #require(Self.shipped[name])
        return (Self.bench(profile, crash: profile.rest ? .active : .inactive), profile)
    }

    private static func bench(_ profile: CrashLineProfile, crash level: Level) -> VehicleBench {
        let bench = VehicleBench(VehicleBench.configuration { $0.crashProfiles = ["crash": profile] })
        bench.step(.started)
        for (line, level) in [("sos-button", .inactive), ("sos-cover", .active), ("crash", level)]
            as [(LineName, Level)]
        {
            bench.step(.line(.level(line: line, level: level, at: bench.now)))
        }
        return bench
    }

    private func play(_ parts: [CrashLineProfile.Part], on bench: VehicleBench) {
        for part in parts {
            if bench.ivs.inputs.isActive("crash") != part.high { bench.edge("crash", part.high ? .active : .inactive) }
            bench.advance(by: part.length)
        }
    }

    @Test(arguments: Self.shipped.keys.sorted())
    func aCrashOfEveryShippedProfileCallsAndIdleDoesNot(_ name: String) throws {
        let (bench, profile) = try self.bench(name)
        for _ in 0..<20 { self.play(profile.idleParts, on: bench) }
        #expect(bench.ivs.call.state == .idle)
        self.play(profile.crashParts, on: bench)
        bench.advance(by: .milliseconds(200))
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        #expect(bench.ivs.faults.isEmpty)
    }

    @Test(arguments: Self.shipped.keys.sorted(), [Level.inactive, .active])
    func aLineThatIsStuckFromTheStartStartsNoCallAndIsAFaultWhereThatCanBeTold(_ name: String, level: Level) throws {
        let profile = try #require(Self.shipped[name])
        let bench = Self.bench(profile, crash: level)
        bench.advance(by: .seconds(60))
        #expect(bench.ivs.call.state == .idle)
        let rests = profile.idle == .level(high: level == .active)
        #expect(bench.ivs.faults.isEmpty == rests)
    }

    @Test func whatIsWrongWithASignalIsSaidByItsOwnName() throws {
        let (bench, profile) = try self.bench("train-5hz-50hz")
        self.play(profile.idleParts, on: bench)
        bench.advance(by: .seconds(12))
        #expect(bench.ivs.faults.keys.map(\.fault) == [.crashLineSilent])
        for _ in 0..<3 { self.play(profile.idleParts, on: bench) }
        #expect(bench.ivs.faults.isEmpty)
        let half = [
            CrashLineProfile.Part(high: true, length: .milliseconds(100)),
            .init(high: false, length: .milliseconds(100)),
        ]
        for _ in 0..<70 { self.play(half, on: bench) }
        #expect(bench.ivs.faults.keys.map(\.fault) == [.crashLineInvalid])
        #expect(bench.ivs.call.state == .idle)
    }

    @Test func aCrashThatIsNotOnRecordIsMadeAgainByTheNextRunAndTheSameBurstIsNoSecond() throws {
        let profile = try #require(Self.shipped["train-5hz-50hz"])
        let configuration = VehicleBench.configuration { $0.crashProfiles = ["crash": profile] }
        let kept = VehicleBench(configuration, earlierInputs: "crash unrecorded \(99_900 * 1_000_000) 0\n")
        kept.advance(by: .seconds(100))
        kept.step(.started)
        kept.take(over: "crash", .active, at: nil, isResumed: true)
        #expect(kept.ivs.call.incident?.trigger == .automatic)
        let used = VehicleBench(configuration, earlierInputs: "crash used\n")
        used.advance(by: .seconds(100))
        used.step(.started)
        used.take(over: "crash", .inactive, at: nil, isResumed: true)
        for _ in 0..<10 { self.play(profile.crashParts, on: used) }
        #expect(used.ivs.call.state == .idle)
    }

    @Test func aConfigurationThatNamesAnUnknownProfileSaysWhichThereAre() throws {
        let text = """
            vehicle: {vin: ECALLEXAMPLE02026}
            centers: [{name: center, host: 127.0.0.1, uri: "sip:sos@center.invalid"}]
            lines:
              crashProfiles: \(Self.profilesFile)
              crashLines:
                crash-left: {profile: duty-thirds-33hz, side: left}
                crash-right: {profile: duty-halves, side: right}
            """
        let settings = try ConfigurationReader.read(text: text, file: "rig.yaml", schema: VehicleSchema.schema)
        do throws(ConfigurationMistakes) {
            _ = try VehicleConfiguration(settings)
            Issue.record("an unknown profile is taken")
        } catch {
            #expect(error.mistakes.map(\.path) == ["lines.crashLines.crash-right.profile"])
            #expect(error.mistakes.first?.expected.contains("duty-thirds-33hz") == true)
        }
        let good = text.replacingOccurrences(of: "duty-halves", with: "level")
        let read = try ConfigurationReader.read(text: good, file: "rig.yaml", schema: VehicleSchema.schema)
        #expect(try VehicleConfiguration(read).lines.crash == ["crash-left": .left, "crash-right": .right])
    }

    @Test func aProfileThatCannotTellACrashFromRestIsRefusedAtItsPlace() throws {
        let text = """
            profiles:
              both: {idle: {high: 10 ms, low: 10 ms}, crash: {high: 10 ms, low: 11 ms}}
              none: {idle: {level: low}, crash: {high: 10 ms}}
            """
        let file = try ConfigurationReader.read(text: text, file: "profiles.yaml", schema: CrashLineSettings.file)
        do throws(ConfigurationMistakes) {
            _ = try VehicleConfiguration.profiles(file)
            Issue.record("profiles without sense are taken")
        } catch {
            #expect(error.mistakes.map(\.path) == ["profiles.both.crash", "profiles.none.crash.level"])
        }
    }
}
