import CallControl

import GPIO
import SIP
import Store
import Timeline

@testable import Center
@testable import ControlSocket
import CrashSensing
@testable import IVS

// What both ends want done, and what lines, disks and operators do to them.
extension World {
    func perform(_ outputs: [VehicleOutput]) {
        for (index, output) in outputs.enumerated() {
            if let left = self.killAfter {
                guard left > 0 else { return self.kill(leaving: outputs[index...]) }
                self.killAfter = left - 1
            }
            switch output {
            case .drive(let line, let level):
                let isRequested = self.plan.vehicle.actions.lines.contains(line)
                if isRequested, level == .inactive, self.shown[line] == .active {
                    self.watch.mark("action line at rest")
                }
                self.shown[line] = level
                self.note("vehicle \(line) \(level.rawValue)")
            case .readLines:
                let takes = Int.random(in: 0...5, using: &self.random)
                self.later(.toRun(self.generation, .linesRead(through: self.now)), in: takes)
            case .open(let flow, let endpoint, _, _):
                self.watch.opens(endpoint, self.vehicle, at: self.now)
                self.open(flow, endpoint)
            case .send(let octets, let flow):
                self.watch.sends(octets, over: self.paths[flow]?.transport ?? .tcp, self.vehicle, at: self.now)
                if let path = self.paths[flow] {
                    let center = self.plan.vehicle.centers[path.center].name
                    let isNoticed = self.shown["led"] == .active || self.shown["chime"] == .active
                    self.watch.answersCallback(
                        octets,
                        to: center,
                        isNoticed: isNoticed,
                        self.vehicle,
                        at: self.now
                    )
                }
                self.note("vehicle sends \(Self.word(octets))")
                self.send(octets, over: flow, fromVehicle: true)
            case .close(let flow): self.close(flow, byVehicle: true)
            case .write(let batch, let records):
                self.watch.writes(records, batch: batch, at: self.now)
                self.write(batch, records)
            case .purge(let rule):
                self.later(.toRun(self.generation, .purged(self.disk.purgeNow(rule))), in: 1)
                self.watch.purged(self.disk)
            case .recordDecision(let entry, _): self.watch.replays(entry, at: self.now)
            case .readLateData(let isSimulated): self.readLateData(isSimulated: isSimulated)
            case .log(let event):
                self.watch.tells(event, at: self.now)
                self.note("vehicle \(event.kind.word) \(event.state.rawValue): \(event.reason)")
            case .reply, .fail, .simulate, .moveLines, .readIncidents, .readIncident, .playTrace, .readTrace, .ready,
                .showStatus, .feedWatchdog, .reportLevels, .readHost:
                break
            case .failWrite, .refuse: self.watch.fail("nothing is injected in a walk", at: self.now)
            case .keepInputs(let text): self.survivors.inputs = text
            case .left: self.watch.mark("left")
            }
        }
        self.watch.holds(self.vehicle, at: self.now)
        guard self.vehicle.call.state != .voiceSession else { return }
        for line in self.plan.vehicle.actions.lines where self.shown[line] == .active && line != "door-unlock" {
            self.watch.fail("\(line) is active without a voice session", at: self.now)
        }
    }

    private func readLateData(isSimulated: Bool) {
        let result = Result { () throws(StoreError) in try self.disk.lateData(isSimulated: isSimulated) }
        let takes = Int.random(in: self.faults.writeTakes, using: &self.random)
        self.later(.toRun(self.generation, .lateDataRead(result)), in: takes)
    }

    /// The start line of a message, or its length for what is none.
    private static func word(_ octets: [UInt8]) -> String {
        let line = octets.prefix { $0 != 0x0D }
        return line.isEmpty ? "\(octets.count) octets" : String(decoding: line, as: UTF8.self)
    }

    private func write(_ batch: Int, _ records: [VehicleRecord]) {
        let takes = Duration.milliseconds(Int.random(in: self.faults.writeTakes, using: &self.random))
        self.vehicleDiskBusyUntil = max(self.vehicleDiskBusyUntil, self.now).advanced(by: takes)
        self.survivors.pending.append((records, fate: self.fate()))
        self.queue.put(.toRun(self.generation, .written(batch: batch, nil)), at: self.vehicleDiskBusyUntil)
    }

    /// What becomes of a write: SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC and SQLITE_FULL are the ways in which a disk fails.
    private func fate() -> Medium.Fate {
        guard self.random.chance(self.faults.writeFails) else { return .done }
        let code = [778, 1034, 13][Int.random(in: 0..<3, using: &self.random)] as Int32
        let count = Int64.random(in: 1...4, using: &self.random)
        return self.random.chance(50)
            ? .refused(.failed(reason: "disk I/O error", code: 10))
            : .fails(at: Int64.random(in: 0...6, using: &self.random), count: count, code: code)
    }

    func perform(_ outputs: [CenterOutput], ofCenter index: Int) {
        for output in outputs {
            switch output {
            case .send(let octets, let flow):
                self.note("center \(index + 1) sends \(Self.word(octets))")
                self.send(octets, over: flow, fromVehicle: false)
            case .close(let flow): self.close(flow, byVehicle: false)
            case .hold: break  // Here no peer is forgotten for its silence.
            case .write(let batch, let records):
                self.watch.centerWrites(records, center: index, at: self.now)
                let takes = Int.random(in: self.faults.writeTakes, using: &self.random)
                let error: StoreError? = self.random.chance(self.faults.writeFails) ? .closed : nil
                self.later(.center(index, .written(batch: batch, error)), in: takes)
            case .show(let event):
                self.watch.centerTells(event, at: self.now)
                self.note("center \(index + 1) \(event.text)")
            }
        }
    }
}

// Triggers and operators.
extension World {
    /// Lines at rest, and what the storm will do to them.
    func prepare() {
        self.queue.put(.vehicle(.started), at: self.now)
        let opened = VehicleInput.storeOpened(unfinished: [], ended: nil, recovery: nil)
        self.later(.toRun(self.generation, opened), in: Int.random(in: 1...400, using: &self.random))
        for line in ["sos-button", "crash"] as [LineName] {
            self.queue.put(.vehicle(.line(.level(line: line, level: .inactive, at: self.now))), at: self.now)
        }
        self.queue.put(.vehicle(.line(.level(line: "sos-cover", level: .active, at: self.now))), at: self.now)
        var time = 1_000
        for _ in 0..<Int.random(in: 1...6, using: &self.random) {
            time += Int.random(in: 50...20_000, using: &self.random)
            self.stimulus(at: time)
        }
        for _ in 0..<self.plan.kills {
            let at = Duration.milliseconds(Int.random(in: 1_000...80_000, using: &self.random))
            self.queue.put(.kill, at: Instant.boot.advanced(by: at))
        }
        // A clock that is set, and found right or wrong, by minutes or by years.
        if self.random.chance(20) {
            for _ in 0..<Int.random(in: 1...3, using: &self.random) {
                let at = Instant.boot.advanced(by: .seconds(Int.random(in: 0...85, using: &self.random)))
                let most = [2, 900, 40_000_000][Int.random(in: 0..<3, using: &self.random)] as Int64
                let step = Int64.random(in: -most...most, using: &self.random)
                self.queue.put(.clock(step: step, isTrusted: self.random.chance(70)), at: at)
            }
        }
        // A disk that other programs fill, until somebody cleans up.
        if self.random.chance(10) {
            let at = Instant.boot.advanced(by: .seconds(Int.random(in: 0...60, using: &self.random)))
            self.queue.put(.diskLimit(Int64.random(in: 4_096...600_000, using: &self.random)), at: at)
            let later = Int.random(in: 1...30, using: &self.random)
            self.queue.put(.diskLimit(0), at: at.advanced(by: .seconds(later)))
        }
        self.feelImpacts()
        self.gatewayTells()
        self.machineFails()
        // Somebody works on the car, and presses the button.
        if self.random.chance(15) {
            let at = Int.random(in: 500...60_000, using: &self.random)
            self.control(.setGarageMode, ["milliseconds": 60_000], at: at)
            self.pulse("sos-button", at: at + Int.random(in: 0...20_000, using: &self.random), for: 1_200)
        }
        self.queue.put(.operators, at: self.now.advanced(by: .seconds(2)))
        self.queue.put(.stormEnds, at: Instant.boot.advanced(by: Plan.storm))
    }

    private func stimulus(at milliseconds: Int) {
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0...1: self.pulse("sos-button", at: milliseconds, for: Int.random(in: 300...3_000, using: &self.random))
        case 2...3:
            // A press, and another one to cancel it.
            let second = milliseconds + Int.random(in: 1_300...6_000, using: &self.random)
            self.pulse("sos-button", at: milliseconds, for: 1_100)
            self.pulse("sos-button", at: second, for: 1_100)
        case 4...6: self.pulse("crash", at: milliseconds, for: Int.random(in: 20...500, using: &self.random))
        case 7...8:
            self.testCall(at: milliseconds)
            // A crash soon after it meets the test call at every point; one that began 100 ms before, its hold, meets
            // the write of the test's record.
            guard self.random.chance(50) else { return }
            let offset = Int.random(in: self.random.chance(40) ? -100...(-85) : 0...2_000, using: &self.random)
            self.pulse("crash", at: milliseconds + offset, for: 200)
        default: self.vanish("sos-button", at: milliseconds)
        }
    }

    /// An accelerometer that works, and what it feels: mild or severe, with an end or without.
    private func feelImpacts() {
        guard self.random.chance(30) else { return }
        self.queue.put(.vehicle(.sensor(.working(rate: 1_000))), at: self.now)
        for _ in 0..<Int.random(in: 1...2, using: &self.random) {
            let begin = Int.random(in: 1_000...60_000, using: &self.random)
            let zero = Instant.boot.advanced(by: .milliseconds(begin - 20))
            var record = CrashRecord(timeZero: zero, number: 1)
            record.maximum = PlanarVector(x: -10, y: 2)
            let isSevere = self.random.chance(50)
            let hasEnd = self.random.chance(80)
            let signs: [(Int, CrashDetector.Sign)] = [
                (0, .woke(at: zero)), (30, .event(record)), (50, .severe(record, because: .deltaV)),
                (120, .ended(record)), (280, .recorded(record)),
            ]
            for (offset, sign) in signs {
                switch sign {
                case .severe where !isSevere: continue
                case .ended where !hasEnd, .recorded where !hasEnd: continue
                default: self.later(.vehicle(.sensor(.sign(sign))), in: begin + offset)
                }
            }
        }
    }

    /// A gateway of the vehicle's network, which tells what it likes, some of it wrong, and repeats nothing.
    private func gatewayTells() {
        guard self.random.chance(40) else { return }
        for _ in 0..<Int.random(in: 2...12, using: &self.random) {
            let values: JSONValue =
                switch Int.random(in: 0..<7, using: &self.random) {
                case 0: ["airbags": [["airbag": "front", "deployed": .bool(self.random.chance(50))]]]
                case 1: ["fuelCutOff": .bool(self.random.chance(50))]
                case 2: ["occupants": .int(Int.random(in: -1...300, using: &self.random))]
                case 3: ["speed": .double(Double.random(in: -10...400, using: &self.random)), "heading": 90]
                case 4: ["ignition": .bool(self.random.chance(50))]
                case 5: ["seats": [["seat": "driver", "occupied": true, "belted": .bool(self.random.chance(50))]]]
                default: ["doors": "mixed"]
                }
            let forgets = self.random.chance(20)
            let parameters: JSONValue = forgets ? ["values": values, "forget": ["airbags"]] : ["values": values]
            self.control(.setVehicle, parameters, at: Int.random(in: 500...80_000, using: &self.random))
        }
    }

    private func testCall(at milliseconds: Int) {
        self.control(.testCall, [:], at: milliseconds)
    }

    private func control(_ method: ControlMethod, _ parameters: JSONValue, at milliseconds: Int) {
        let call = ControlCall(
            id: .init(connection: UInt64(milliseconds), serial: 1),
            connection: ControlConnection(number: UInt64(milliseconds), peer: nil),
            method: method.fullName,
            parameters: parameters,
            more: false,
            oneway: false
        )
        self.later(.vehicle(.control(.call(call))), in: milliseconds)
    }

    /// A press or pulse whose edges bounce; some of them are lost.
    private func pulse(_ line: LineName, at start: Int, for duration: Int) {
        for (edge, level) in [(start, Level.active), (start + duration, Level.inactive)] {
            let bounces = Int.random(in: 0...4, using: &self.random)
            for index in 0...(2 * bounces) {
                let isLost = index > 0 && index < 2 * bounces && self.random.chance(self.faults.edgeLost)
                let shown = index.isMultiple(of: 2) ? level : level.opposite
                self.edge(line, shown, at: edge + 2 * index, isLost: isLost)
            }
        }
    }

    private func edge(_ line: LineName, _ level: Level, at milliseconds: Int, isLost: Bool) {
        let at = Instant.boot.advanced(by: .milliseconds(milliseconds))
        guard !isLost else { return self.queue.put(.vehicle(.line(.lost(line: line, count: 1))), at: at) }
        self.queue.put(.vehicle(.line(.edge(Edge(line: line, level: level, at: at, sequence: 1)))), at: at)
    }

    private func vanish(_ line: LineName, at milliseconds: Int) {
        let back = Instant.boot.advanced(by: .milliseconds(milliseconds + 700))
        self.later(.vehicle(.line(.health(line: line, health: .vanished(reason: "unplugged")))), in: milliseconds)
        self.queue.put(.vehicle(.line(.health(line: line, health: .good))), at: back)
        self.queue.put(.vehicle(.line(.level(line: line, level: .inactive, at: back))), at: back)
    }

    /// In the storm the operators do as they please; afterwards each answers and clears down what is left.
    func operatorsAct() {
        for index in self.centers.indices {
            for number in self.centers[index].calls.keys.sorted() {
                guard let phase = self.centers[index].calls[number]?.machine.phase else { continue }
                guard let command = self.isStorm ? self.whim(number) : Self.duty(number, phase) else { continue }
                self.note("operator \(index + 1) \(command)")
                self.step(.command(command), center: index)
            }
        }
        self.ringsBack()
        self.later(.operators, in: self.isStorm ? Int.random(in: 200...6_000, using: &self.random) : 2_000)
    }

    /// Any call that was ever made may be rung back, by any center.
    private func ringsBack() {
        guard self.isStorm, self.random.chance(25) else { return }
        let index = Int.random(in: self.centers.indices, using: &self.random)
        guard self.centers[index].lastNumber > 0 else { return }
        let number = Int.random(in: 1...self.centers[index].lastNumber, using: &self.random)
        self.note("operator \(index + 1) rings call \(number) back")
        self.step(.command(.callback(number)), center: index)
    }

    private func whim(_ number: Int) -> OperatorCommand? {
        switch Int.random(in: 0..<14, using: &self.random) {
        case 0...3: .sendData(number)
        case 4: .clearDown(number)
        case 5: .answer(number, nil)
        case 6: .reply(number, .decline(status: 600, isAcknowledged: self.random.chance(50)))
        case 7: CenterConfiguration.Reply("302=sip:desk@center.invalid").map { .answer(number, $0) }
        case 8: OperatorCommand(line: "transfer \(number) sip:desk@center.invalid")
        case 9: OperatorCommand(line: "lamp \(number) hazard flash")
        case 10: OperatorCommand(line: "horn \(number) 3")
        case 11: OperatorCommand(line: "doors \(number) \(self.random.chance(50) ? "locked" : "unlocked")")
        case 12: OperatorCommand(line: "say \(number) en Help is coming")
        default: nil
        }
    }

    private static func duty(_ number: Int, _ phase: CenterCallMachine.Phase) -> OperatorCommand? {
        switch phase {
        case .ringing: .answer(number, .accept(.positive))
        case .calling, .answered, .voiceSession: .clearDown(number)
        case .ended: nil
        }
    }
}
