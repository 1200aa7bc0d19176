import CallControl
import ControlSocket
import Diagnosis
import GPIO
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// What is kept of faults, over clearings, cycles and runs.
@Suite struct FaultMemoryTests {
    private func bench(_ troubles: [TroubleRecord] = []) -> VehicleBench {
        let bench = VehicleBench.started()
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil, troubles: troubles))
        return bench
    }

    private func breakLine(_ bench: VehicleBench, _ line: LineName = "crash") {
        bench.step(.line(.health(line: line, health: .vanished(reason: "unplugged"))))
    }

    private func mend(_ bench: VehicleBench, _ line: LineName = "crash") {
        bench.step(.line(.health(line: line, health: .good)))
    }

    /// What was put on record of the memory last, by fault and unit.
    private func onRecord(_ bench: VehicleBench) -> [String: TroubleRecord] {
        var found: [String: TroubleRecord] = [:]
        for record in bench.records {
            switch record {
            case .troubleChanged(let trouble): found["\(trouble.fault) \(trouble.unit)"] = trouble
            case .troublesCleared: found = [:]
            default: break
            }
        }
        return found
    }

    private func faults(_ bench: VehicleBench) throws -> [JSONValue] {
        try bench.reply(.faults)["faults"]?.asArray ?? []
    }

    @Test func everyFaultHasACodeOfItsOwnThatAWorkshopCanRead() {
        let codes = Fault.allCases.map(\.code)
        #expect(codes.allSatisfy { TroubleCode($0)?.description == $0 })
        #expect(Set(codes).count == codes.count)
    }

    @Test func aFaultIsKeptWithItsStatusItsTimesAndWhatWasSoThen() throws {
        let bench = self.bench()
        bench.call(.setVehicle, ["values": ["speed": 87.6, "ignition": true]])
        self.breakLine(bench)
        let fault = try #require(try self.faults(bench).first)
        #expect(fault["code"] == "B1A31-31" && fault["fault"] == "lineUnusable" && fault["unit"] == "crash")
        #expect(fault["present"] == true && fault["status"] == 0xAF && fault["warning"] == true)
        #expect(fault["frame"]?["speed"] == "88" && fault["frame"]?["ignition"] == "on")
        #expect(fault["frame"]?["state"] == "idle")
        #expect(fault["first"] == fault["last"] && fault["first"]?["time"]?.asString != nil)
        bench.advance(by: .seconds(10))
        self.mend(bench)
        let gone = try #require(try self.faults(bench).first)
        #expect(gone["present"] == false && gone["status"] == 0xAE && gone["confirmed"] == true)
        bench.advance(by: .seconds(10))
        self.breakLine(bench)
        let again = try #require(try self.faults(bench).first)
        #expect(again["occurrences"] == 2 && again["first"] != again["last"])
        #expect(self.onRecord(bench)["lineUnusable crash"]?.occurrences == 2)
    }

    @Test func theNextRunGoesOnWithItAndHealsIt() throws {
        var bench = self.bench()
        self.breakLine(bench)
        self.mend(bench)
        var kept = Array(self.onRecord(bench).values)
        #expect(kept.map(\.status) == [0xAE])
        // Three runs in which the line is good for a minute, and a fourth that tells so.
        for run in 0..<4 {
            bench = self.bench(kept)
            bench.advance(by: .seconds(61))
            kept = Array(self.onRecord(bench).values)
            #expect(kept.first.map { $0.status & 0x80 != 0 } == (run < 3), "run \(run)")
        }
        #expect(kept.first?.cleanCycles == 3 && kept.first?.status == 0x28)
        for _ in 0..<37 {
            bench = self.bench(kept)
            bench.advance(by: .seconds(61))
            kept = Array(self.onRecord(bench).values)
        }
        #expect(kept.first?.status == 0x20, "aged out, and still on record")
    }

    @Test func aRunThatDoesNotLookForAMinuteHealsNothing() throws {
        let first = self.bench()
        self.breakLine(first)
        self.mend(first)
        var kept = Array(self.onRecord(first).values)
        for _ in 0..<10 {
            let bench = self.bench(kept)
            bench.advance(by: .seconds(59))
            kept = Array(self.onRecord(bench).values)
        }
        #expect(kept.first?.cleanCycles == 0 && kept.first.map { $0.status & 0x80 != 0 } == true)
    }

    @Test func aFaultThatIsThereFromTheStartOfARunGoesOn() throws {
        let first = self.bench()
        self.breakLine(first)
        let kept = Array(self.onRecord(first).values)
        let bench = VehicleBench.started()
        self.breakLine(bench)
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil, troubles: kept))
        let fault = try #require(try self.faults(bench).first)
        #expect(fault["occurrences"] == 1 && fault["status"] == 0xAF)
        #expect(self.onRecord(bench)["lineUnusable crash"]?.failedCycles == 2)
    }

    @Test func nothingIsWrittenBeforeWhatEarlierRunsHaveKeptIsRead() {
        let bench = VehicleBench.started()
        self.breakLine(bench)
        #expect(self.onRecord(bench).isEmpty)
    }

    @Test func theIgnitionBeginsACycle() throws {
        let bench = self.bench()
        self.breakLine(bench)
        self.mend(bench)
        // The first comes within the minute in which it has failed.
        for _ in 0..<5 {
            bench.call(.setVehicle, ["values": ["ignition": false]])
            bench.advance(by: .seconds(10))
            bench.call(.setVehicle, ["values": ["ignition": true]])
            bench.advance(by: .seconds(61))
        }
        let fault = try #require(try self.faults(bench).first)
        #expect(fault["warning"] == false && fault["cleanCycles"] == 3)
    }

    @Test func anIgnitionThatFlickersWritesTheMemoryOnce() {
        let bench = self.bench()
        self.breakLine(bench)
        bench.advance(by: .seconds(61))
        let before = bench.records.count { if case .troubleChanged = $0 { true } else { false } }
        for _ in 0..<100 {
            bench.call(.setVehicle, ["values": ["ignition": false]])
            bench.call(.setVehicle, ["values": ["ignition": true]])
            bench.advance(by: .milliseconds(100))
        }
        let after = bench.records.count { if case .troubleChanged = $0 { true } else { false } }
        #expect(after - before <= 2)
    }

    @Test func whatIsOnlyFoundWhenItIsTriedHealsOnlyByThat() throws {
        let record = TroubleRecord(
            fault: "registrationFailing",
            unit: "center-1",
            status: 0xAE,
            failedCycles: 1,
            cleanCycles: 0,
            occurrences: 1,
            first: Stamp(boot: "old", at: .boot, wallMilliseconds: nil),
            last: Stamp(boot: "old", at: .boot, wallMilliseconds: nil),
            sentence: "no answer",
            frame: "{}"
        )
        let bench = self.bench([record])
        bench.advance(by: .seconds(600))
        let fault = try #require(try self.faults(bench).first)
        #expect(fault["status"] == 0xEC && fault["unit"] == "center-1")
    }

    @Test func whatIsClearedIsForgottenAndFoundAnewWhereItIsStillThere() throws {
        let bench = self.bench()
        self.breakLine(bench)
        self.breakLine(bench, "led")
        self.mend(bench, "led")
        #expect(try self.faults(bench).count == 2)
        bench.call(.clearFaults, ["fault": "B1A31-31", "unit": "led"])
        #expect(try self.faults(bench).map { $0["unit"]?.asString } == ["crash"])
        bench.call(.clearFaults)
        let left = try self.faults(bench)
        #expect(left.count == 1 && left[0]["occurrences"] == 1 && left[0]["present"] == true)
        #expect(self.onRecord(bench).count == 1)
        self.mend(bench)
        bench.call(.clearFaults, ["fault": "lineUnusable"])
        #expect(try self.faults(bench).isEmpty && self.onRecord(bench).isEmpty)
        bench.call(.clearFaults, ["fault": "engine"])
        #expect(bench.failures.last?.error == "net.ecall.ecalld.UnknownFault")
    }

    @Test func aMemoryThatIsFullLosesOneAndNotTheNewest() {
        var memory = FaultMemory()
        let stamp = Stamp(boot: "b", at: .boot, wallMilliseconds: nil)
        let keys = (0..<300).map { FaultKey(fault: .lineUnusable, unit: String($0)) }
        var forgotten: Set<FaultKey> = []
        for (number, key) in keys.enumerated() {
            if let gone = memory.failed(key, "gone", at: stamp, frame: [:]) { forgotten.insert(gone) }
            #expect(memory.entries[key] != nil)
            // The first hundred have failed twice, and outlive the others.
            guard number < 100 else { continue }
            _ = memory.passed(key)
            memory.failed(key, "gone", at: stamp, frame: [:])
        }
        #expect(memory.entries.count == FaultMemory.maximumEntries && forgotten.count == 44)
        #expect(forgotten.isDisjoint(with: keys.prefix(100)))
        #expect(forgotten.allSatisfy { memory.entries[$0] == nil })
    }

    @Test func whatIsForgottenForWantOfRoomIsForgottenOnRecordToo() {
        let bench = self.bench()
        for number in 0...FaultMemory.maximumEntries {
            bench.step(.line(.health(line: LineName("line-\(number)"), health: .vanished(reason: "unplugged"))))
        }
        let cleared = bench.records.count { if case .troublesCleared = $0 { true } else { false } }
        #expect(cleared == 1)
    }

    @Test func nothingIsClearedBeforeTheMemoryIsRead() throws {
        let bench = VehicleBench.started()
        bench.call(.clearFaults)
        #expect(bench.failures.last?.error == "net.ecall.ecalld.StoreUnavailable")
        #expect(!bench.records.contains { if case .troublesCleared = $0 { true } else { false } })
    }

    @Test func whatCameAndWentBeforeTheMemoryIsReadIsInIt() throws {
        let bench = VehicleBench.started()
        self.breakLine(bench)
        self.mend(bench)
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil, troubles: []))
        let fault = try #require(try self.faults(bench).first)
        #expect(fault["status"] == 0xAE && fault["occurrences"] == 1)
        #expect(self.onRecord(bench)["lineUnusable crash"]?.status == 0xAE)
    }

    @Test func aLineThatIsGoneHealsNoFaultThatItWouldTell() throws {
        let bench = self.bench()
        bench.advance(by: .seconds(1))
        bench.edge("crash", .active)
        bench.advance(by: .seconds(40))
        #expect(try self.faults(bench).map { $0["fault"]?.asString } == ["crashLineStuck"])
        self.breakLine(bench)
        bench.advance(by: .seconds(120))
        let stuck = try #require(try self.faults(bench).first { $0["fault"] == "crashLineStuck" })
        #expect(stuck["present"] == false && stuck["status"] == 0xAF)
    }

    @Test func aRunThatEndsBeforeALineCouldTellHealsNothing() throws {
        let first = self.bench()
        self.breakLine(first)
        self.mend(first)
        var kept = Array(self.onRecord(first).values)
        for _ in 0..<10 {
            let bench = self.bench(kept)
            // The line is told to be good at each start.
            self.mend(bench)
            bench.advance(by: .seconds(10))
            kept = Array(self.onRecord(bench).values)
        }
        #expect(kept.first?.cleanCycles == 0)
    }

    @Test func aCycleBeginsAfterAParkOverWhichTheVehicleWasSilent() throws {
        let bench = self.bench()
        self.breakLine(bench)
        self.mend(bench)
        bench.call(.setVehicle, ["values": ["ignition": true]])
        bench.advance(by: .seconds(120))
        for _ in 0..<4 {
            bench.call(.setVehicle, ["values": ["ignition": false]])
            bench.advance(by: .seconds(36_000))
            bench.call(.setVehicle, ["values": ["ignition": true]])
            bench.advance(by: .seconds(120))
        }
        #expect(try self.faults(bench).first?["cleanCycles"] == 3)
    }

    @Test func faultsThatAreGoneAreToldTheNewestFirst() throws {
        let bench = self.bench()
        for line in ["crash", "led", "sos-cover"] as [LineName] {
            self.breakLine(bench, line)
            self.mend(bench, line)
            bench.advance(by: .seconds(5))
        }
        self.breakLine(bench, "sos-button")
        #expect(try self.faults(bench).map { $0["unit"]?.asString } == ["sos-button", "sos-cover", "led", "crash"])
    }

    @Test func aDamagedRecordIsNoTrap() {
        let stamp = Stamp(boot: "b", at: .boot, wallMilliseconds: nil)
        let records = ["lineUnusable", "nonsense"].map { fault in
            TroubleRecord(
                fault: fault,
                unit: "crash",
                status: -7,
                failedCycles: -1,
                cleanCycles: .max,
                occurrences: .min,
                first: stamp,
                last: stamp,
                sentence: "",
                frame: "[1]"
            )
        }
        var memory = FaultMemory(records)
        #expect(memory.entries.count == 1)
        memory.cycleBegins()
        memory.failed(FaultKey(fault: .lineUnusable, unit: "crash"), "gone", at: stamp, frame: [:])
        #expect(memory.record(of: FaultKey(fault: .lineUnusable, unit: "crash"))?.status == 0xAF)
    }

    @Test func noFaultHoldsACall() throws {
        let bench = self.bench()
        for line in ["crash", "led", "lamp", "sos-cover"] as [LineName] { self.breakLine(bench, line) }
        bench.press()
        #expect(bench.invites.count == 1)
    }
}
