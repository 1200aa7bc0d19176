import CallControl
import CrashSensing
import GPIO
import GPSD
import MSD
import NGECall
import Positioning
import SIP
import Testing
import Timeline

@testable import ControlSocket
@testable import IVS

/// What the vehicle's own network tells over the socket, and what becomes of it.
@Suite struct VehicleValuesTests {
    private func bench(_ change: (inout VehicleConfiguration) -> Void = { _ in }) -> VehicleBench {
        VehicleBench.started(
            VehicleBench.configuration {
                $0.sendsVEDS = true
                change(&$0)
            }
        )
    }

    private static let belted: JSONValue = [
        "seats": [
            ["seat": "driver", "occupied": true, "belted": true],
            ["seat": "secondRowLeft", "occupied": true, "belted": false],
            ["seat": "frontPassenger", "occupied": false],
        ]
    ]

    private func content(_ bench: VehicleBench) throws -> InviteContent {
        InviteContent(try #require(bench.invites.last))
    }

    @Test func whoSitsThereIsInTheMSDAndInTheDataSet() throws {
        let bench = self.bench()
        bench.call(.setVehicle, ["values": Self.belted])
        bench.call(
            .setVehicle,
            [
                "values": [
                    "doors": "locked", "fuelCutOff": true,
                    "airbags": [["airbag": "front", "seat": "driver", "deployed": true]],
                ]
            ]
        )
        bench.crash()
        let content = try self.content(bench)
        #expect(try MSD(decoding: #require(content.msd?.octets)).numberOfOccupants == 2)
        let set = try #require(content.veds?.dataSet)
        #expect(set.occupants == .value(2) && set.crash.seats.count == 3)
        let rear = try #require(set.crash.seats.first { $0.location == .secondRowLeft })
        #expect(rear.occupied == .value(true) && rear.beltFastened == .value(false))
        #expect(set.crash.fuelCutoff == .value(true) && set.crash.doorLocks == .value(.locked))
        #expect(set.crash.airbags.map(\.deployed) == [.value(true)])
        #expect(set.incident.trigger == .value(.airbag))
    }

    @Test func anUnbeltedOccupantCountsInTheEstimate() throws {
        let bench = self.bench()
        bench.step(.sensor(.working(rate: 1_000)))
        var record = CrashRecord(timeZero: bench.now, number: 1)
        record.maximum = PlanarVector(x: -55, y: 0)
        bench.step(.sensor(.sign(.severe(record, because: .deltaV))))
        let moment = bench.moment
        let before = try #require(bench.ivs.injuryEstimate(at: moment))
        bench.call(.setVehicle, ["values": Self.belted])
        let after = try #require(bench.ivs.injuryEstimate(at: moment))
        #expect(try #require(after.probability) > (before.probability ?? 1))
        #expect(before.unknown.count == after.unknown.count + 1)
    }

    @Test func eachValueSaysSinceWhenAndIsUnknownWhenNobodyRepeatsIt() throws {
        let bench = self.bench()
        bench.call(.setVehicle, ["values": ["ignition": true, "occupants": 3]])
        let first = bench.now
        bench.advance(by: .seconds(400))
        bench.call(.setVehicle, ["values": ["ignition": true]])
        bench.advance(by: .seconds(300))
        let known = try #require(try bench.reply(.status)["vehicle"]?.asArray)
        #expect(known.map { $0["name"]?.asString } == ["ignition"], "what was told 700 s ago counts no more")
        #expect(known.first?["value"] == "on")
        #expect(known.first?["at"]?.asInt == Int(first.nanosecondsSinceBoot), "told again, it is as old as before")
        bench.call(.setVehicle, ["values": [:], "forget": ["ignition"]])
        #expect(try bench.reply(.status)["vehicle"] == [])
    }

    @Test func aCallKeepsWhatWasKnownWhenItBegan() throws {
        let bench = self.bench()
        bench.call(.setVehicle, ["values": ["occupants": 3]])
        bench.advance(by: .seconds(500))
        bench.crash()
        try bench.answer()
        bench.advance(by: .seconds(600))
        try bench.info([.sendMSD])
        #expect(try bench.sentMSDs().map(\.numberOfOccupants) == [3, 3])
    }

    @Test func aLaterPositionLeavesTheValuesOfTheCallAsTheyWere() throws {
        let bench = self.bench {
            $0.bus.validFor = .seconds(1)
            $0.position = nil
            $0.receiver = ReceiverSettings()
        }
        bench.call(.setVehicle, ["values": ["occupants": 3]])
        bench.crash()
        bench.advance(by: .seconds(2))
        var parser = GPSDParser()
        let report = #"{"class":"TPV","mode":3,"time":"2026-09-21T14:13:20Z","lat":48,"lon":11,"speed":0,"eph":5}"#
        for event in parser.received(Array((report + "\n").utf8), at: bench.now) { bench.step(.receiver(event)) }
        try bench.reject(503)
        bench.advance(by: .seconds(10))
        let sent = try bench.sentMSDs()
        #expect(sent.map(\.control.positionCanBeTrusted) == [false, true])
        #expect(sent.map(\.numberOfOccupants) == [3, 3])
    }

    @Test func theIgnitionIsKnownForAsLongAsItIsRepeated() {
        let bench = self.bench()
        bench.call(.setVehicle, ["values": ["ignition": false]])
        #expect(bench.ivs.ignition == false)
        bench.advance(by: .seconds(599))
        #expect(bench.ivs.ignition == false)
        bench.advance(by: .seconds(2))
        #expect(bench.ivs.ignition == nil)
        bench.call(.setVehicle, ["values": ["ignition": true]])
        #expect(bench.ivs.ignition == true)
        bench.call(.setVehicle, ["values": [:], "forget": ["ignition"]])
        #expect(bench.ivs.ignition == nil)
    }

    /// A burst of 4 ms high and 16 ms low, four times.
    private func burst(_ bench: VehicleBench) {
        for _ in 0..<4 {
            bench.edge("crash", .active)
            bench.advance(by: .milliseconds(4))
            bench.edge("crash", .inactive)
            bench.advance(by: .milliseconds(16))
        }
        bench.advance(by: .milliseconds(100))
    }

    @Test func theLinesHearTheIgnitionAlsoWhenTheyBeginAnew() {
        let cycle = CrashLineProfile.Cycle(
            high: .milliseconds(4),
            low: .milliseconds(16),
            tolerance: .milliseconds(1),
            tolerancePercent: 0,
            count: 3
        )
        let bench = self.bench {
            $0.crashProfiles = ["crash": CrashLineProfile(idle: .level(high: false), crash: .cycles(cycle))]
        }
        bench.call(.setVehicle, ["values": ["ignition": false]])
        bench.advance(by: .seconds(6))
        self.burst(bench)
        #expect(bench.state == .idle && bench.kinds.count { $0 == "crashIgnored" } == 1)
        bench.step(.line(.noise(line: "crash", isNoisy: true)))
        bench.step(.line(.noise(line: "crash", isNoisy: false)))
        bench.step(.line(.level(line: "crash", level: .inactive, at: bench.now)))
        bench.advance(by: .seconds(6))
        self.burst(bench)
        #expect(bench.state == .idle && bench.kinds.count { $0 == "crashIgnored" } == 2, "behind a flood too")
        bench.call(.setVehicle, ["values": [:], "forget": ["ignition"]])
        bench.advance(by: .seconds(6))
        self.burst(bench)
        #expect(bench.state == .connecting)
    }

    @Test func aNoOfLongAgoIsANo() {
        let bench = self.bench { $0.bus.triggers = [.fuelCutOff] }
        bench.call(.setVehicle, ["values": ["fuelCutOff": false]])
        bench.advance(by: .seconds(3_600))
        bench.call(.setVehicle, ["values": ["fuelCutOff": true]])
        #expect(bench.ivs.call.incident?.trigger == .automatic)
    }

    @Test func noValueCallsUnlessTheConfigurationSaysSo() {
        let bench = self.bench()
        let airbag = { (deployed: Bool) -> JSONValue in
            ["values": ["airbags": [["airbag": "front", "deployed": .bool(deployed)]], "fuelCutOff": .bool(deployed)]]
        }
        bench.call(.setVehicle, airbag(false))
        bench.call(.setVehicle, airbag(true))
        #expect(bench.state == .idle)
    }

    @Test(arguments: [
        ("airbags", BusSettings.Trigger.airbags), ("fuelCutOff", .fuelCutOff),
    ])
    func aValueThatTurnsCallsOnceWhereItMay(name: String, trigger: BusSettings.Trigger) {
        let bench = self.bench { $0.bus.triggers = [trigger] }
        let tell = { (isSo: Bool) in
            let value: JSONValue = name == "airbags" ? [["airbag": "side", "deployed": .bool(isSo)]] : .bool(isSo)
            bench.call(.setVehicle, ["values": .object([name: value])])
        }
        tell(true)
        #expect(bench.state == .idle, "what is so from the start is no crash")
        tell(false)
        tell(true)
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        #expect(bench.kinds.contains("vehicleCalls"))
        tell(true)
        #expect(bench.events.count { $0.kind == .vehicleCalls } == 1)
    }

    @Test func valuesOutsideTheirRangeAreRefusedAndNothingOfThemIsTaken() throws {
        let bench = self.bench()
        let twice: JSONValue = [["seat": "driver"], ["seat": "driver"]]
        for values: JSONValue in [
            ["speed": 501, "ignition": true], ["heading": 361, "ignition": true], ["occupants": 255, "ignition": true],
            ["seats": twice, "ignition": true], ["speed": -1, "ignition": true],
        ] {
            bench.call(.setVehicle, ["values": values])
        }
        #expect(bench.failures.map(\.error) == Array(repeating: "net.ecall.ecalld.OutOfRange", count: 5))
        #expect(try bench.reply(.status)["vehicle"] == [])
    }

    @Test func theSocketOfTheBusTellsValuesAndNothingElse() {
        let bench = self.bench()
        let parameters: JSONValue = ["values": ["occupants": 2]]
        for (number, method) in ControlMethod.allCases.enumerated() {
            let call = ControlCall.numbered(UInt64(number + 1), method.fullName, parameters, more: true, circle: .bus)
            bench.step(.control(.call(call)))
        }
        #expect(bench.failures.count == ControlMethod.allCases.count - 2)
        #expect(Set(bench.failures.map(\.error)) == ["net.ecall.ecalld.NotPermitted"])
        #expect(bench.ivs.values.occupants?.value == 2)
    }

    @Test func speedAndHeadingCarryThePositionThroughATunnel() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.position = nil
                $0.receiver = ReceiverSettings()
                $0.receiver?.wait = .seconds(3)
            }
        )
        var parser = GPSDParser()
        let report =
            #"{"class":"TPV","mode":3,"time":"2026-09-21T14:13:20Z","lat":48.2626,"lon":11.434,"#
            + #""track":0,"speed":25,"eph":5}"# + "\n"
        for event in parser.received(Array(report.utf8), at: bench.now) { bench.step(.receiver(event)) }
        let before = try #require(bench.ivs.locations.current)
        for _ in 0..<100 {
            bench.advance(by: .milliseconds(200))
            bench.call(.setVehicle, ["values": ["speed": 90, "heading": 0]])
        }
        let after = try #require(bench.ivs.locations.current)
        #expect(after.canBeTrusted(at: bench.now), "20 s behind the last fix")
        let north = after.position.positionLatitude - before.position.positionLatitude
        #expect((15_000...17_500).contains(north), "500 m are 16,200 milliarcseconds; \(north)")
        #expect(bench.ivs.endOfPositionWait(at: bench.moment) == nil, "a call would wait for nothing")
        for _ in 0..<30 {
            bench.advance(by: .milliseconds(200))
            bench.call(.setVehicle, ["values": ["speed": 90]])
        }
        #expect(bench.ivs.locations.current == after)
        #expect(!(try #require(bench.ivs.locations.current).canBeTrusted(at: bench.now)), "no heading, no way")
    }
}
