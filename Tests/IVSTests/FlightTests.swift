import CallControl
import Foundation
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// The flight recorder keeps what the call machine was told, and another machine, told the same, wants the same.
@Suite struct FlightTests {
    private static func stamp(_ seconds: Int64, boot: String = "b") -> Stamp {
        Stamp(boot: boot, at: .boot.advanced(by: .seconds(seconds)), wallMilliseconds: nil)
    }

    /// A call that fails, is redialled, answered, and cleared down; and a press that is cancelled.
    private static func flown() throws -> VehicleBench {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.reject(503)
        bench.advance(by: .seconds(10))
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(3_700))
        bench.press()
        try bench.ring()
        bench.press()
        bench.advance(by: .seconds(60))
        return bench
    }

    @Test func aReplayOfACallWantsWhatTheCallWanted() throws {
        let bench = try Self.flown()
        var replay = try Replay(bench.ivs.flightHeader)
        let verdicts = try bench.decisions.map { try replay.tell($0) }
        #expect(verdicts.count > 10)
        #expect(verdicts.allSatisfy { $0 == .same })
    }

    @Test func aReplayWithOtherLimitsTellsWhereItDiffers() throws {
        let bench = try Self.flown()
        let header = bench.ivs.flightHeader
        var limits = header.limits
        limits.maximumAttempts = 1
        var replay = try Replay(
            FlightHeader(version: header.version, boot: header.boot, centers: header.centers, limits: limits)
        )
        let verdicts = try bench.decisions.map { try replay.tell($0) }
        let first = try #require(verdicts.firstIndex { $0 != .same })
        #expect(bench.decisions[first].told.word.hasPrefix("attemptEnded 1"))
        let did: [String] = if case .different(let did) = verdicts[first] { did } else { [] }
        #expect(did.contains("closeIncident failed"))
    }

    @Test func aReplayBeginsWhereTheMachineWasAtRest() throws {
        let bench = try Self.flown()
        var replay = try Replay(bench.ivs.flightHeader)
        let verdicts = try bench.decisions.dropFirst(3).map { try replay.tell($0) }
        #expect(verdicts.first == .skipped)
        #expect(verdicts.last == .same)
        #expect(verdicts.contains(.skipped) && !verdicts.contains { if case .different = $0 { true } else { false } })
    }

    @Test func whatNoMachineIsToldIsRefused() throws {
        let header = VehicleBench.started().ivs.flightHeader
        var replay = try Replay(header)
        let incident = Incident(id: IncidentID("a"), trigger: .manual, startedAt: .boot)
        let told = CallStimulus.resumed(incident, attempts: 1, center: 7, after: .seconds(1))
        #expect(throws: ReplayError.self) {
            try replay.tell(FlightEntry(at: .boot, isAtRest: true, told: told, did: []))
        }
        #expect(throws: ReplayError.self) {
            try Replay(FlightHeader(version: "", boot: "", centers: 0, limits: header.limits))
        }
    }

    @Test func whatFollowsAnEmergencyIsKeptAsLongAsTheEmergency() throws {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(3_700))
        bench.call(.testCall)
        let begun = try #require(bench.decisionStamps.first)
        #expect(bench.decisions.last?.told.word == "testRequested")
        #expect(Set(bench.decisionStamps) == [begun])
        bench.crash()
        #expect(bench.decisionStamps.last.map { $0.at > begun.at } == true)
    }

    // The file.

    private func withFile(_ body: (_ storePath: String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // The system empties its folder too.
        try body(folder.appending(path: "vehicle.sqlite").path)
    }

    private static func slots(_ storePath: String) throws -> (slots: [FlightFile.Slot], damaged: Int) {
        FlightFile.read([UInt8](try Data(contentsOf: URL(fileURLWithPath: FlightFile.path(besides: storePath)))))
    }

    private static let entry = FlightEntry(at: .boot, isAtRest: true, told: .deadlineReached, did: ["clearDown 1"])

    @Test func whatIsWrittenIsReadInItsOrderOverTwoRuns() throws {
        try self.withFile { path in
            let bench = try Self.flown()
            for run in 0..<2 as Range<Int64> {
                let file = FlightFile(besides: path)
                file.begin(bench.ivs.flightHeader, since: Self.stamp(run))
                for entry in bench.decisions { file.add(entry, since: Self.stamp(run)) }
                file.flush()
            }
            let (slots, damaged) = try Self.slots(path)
            #expect(damaged == 0)
            #expect(slots.map(\.number) == (0..<UInt64(2 * (bench.decisions.count + 1))).map { $0 })
            #expect(slots.compactMap(\.entry) == bench.decisions + bench.decisions)
            #expect(slots.compactMap(\.header).count == 2)
        }
    }

    @Test func theFileNeverGrowsAndKeepsTheLatest() throws {
        try self.withFile { path in
            let file = FlightFile(besides: path)
            for second in 0..<Int64(FlightFile.slots + 40) {
                file.add(Self.entry, since: Self.stamp(second))
                file.flush()
            }
            let (slots, _) = try Self.slots(path)
            #expect(slots.count == FlightFile.slots && slots.first?.number == 40)
            let attributes = try FileManager.default.attributesOfItem(atPath: FlightFile.path(besides: path))
            #expect(attributes[.size] as? Int == FlightFile.slots * SlotFile.slotOctets)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func whatIsKeptNoLongerIsOverwritten() throws {
        try self.withFile { path in
            let earlier = FlightFile(besides: path)
            earlier.add(Self.entry, since: Self.stamp(1, boot: "earlier"))
            earlier.flush()
            let file = FlightFile(besides: path)
            for second in [10, 50_000] as [Int64] { file.add(Self.entry, since: Self.stamp(second)) }
            file.forget(
                PurgeRule(
                    boot: "b",
                    now: .boot.advanced(by: .seconds(50_001)),
                    wallMilliseconds: nil,
                    emergency: VehicleConfiguration.longestRetention,
                    privateService: nil,
                    patience: .seconds(600)
                )
            )
            file.flush()
            #expect(try Self.slots(path).slots.map(\.since) == [.boot.advanced(by: .seconds(50_000))])
            let octets = try Data(contentsOf: URL(fileURLWithPath: FlightFile.path(besides: path)))
            #expect(octets.range(of: Data("earlier".utf8)) == nil)
        }
    }

    @Test func aTornSlotIsCountedAndTheRestIsRead() throws {
        try self.withFile { path in
            let file = FlightFile(besides: path)
            for second in 0..<3 as Range<Int64> { file.add(Self.entry, since: Self.stamp(second)) }
            file.flush()
            let url = URL(fileURLWithPath: FlightFile.path(besides: path))
            var octets = try Data(contentsOf: url)
            octets.replaceSubrange(SlotFile.slotOctets..<(SlotFile.slotOctets + 9), with: Data("{\"at\":{}}".utf8))
            let (slots, damaged) = FlightFile.read([UInt8](octets))
            #expect(slots.map(\.number) == [0, 2] && damaged == 1)
        }
    }

    @Test func aFileThatCannotBeMadeStopsNothing() {
        let file = FlightFile(besides: "/nonexistent/vehicle.sqlite")
        file.add(Self.entry, since: Self.stamp(1))
        file.flush()
    }

    @Test func noVINAndNoPlaceIsInAnEntry() throws {
        let bench = try Self.flown()
        let text = String(decoding: try JSONEncoder().encode(bench.decisions), as: UTF8.self)
        #expect(!text.contains(VehicleBench.vin) && !text.contains("48.1") && !text.contains("173345"))
    }
}
