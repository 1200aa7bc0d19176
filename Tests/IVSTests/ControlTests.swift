import CallControl
import GPIO
import Testing
import Timeline

@testable import ControlSocket
@testable import IVS

/// What the control socket is told: status, watch, why, and the simulated lines.
@Suite struct ControlTests {
    @Test func aWatcherGetsEveryEventFromThenOn() throws {
        let bench = VehicleBench.started()
        let before = bench.events.count
        let watch = bench.call(.watch, more: true)
        bench.press()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        let told = bench.replies.filter { $0.call == watch }.compactMap { $0.parameters["event"]?["sequence"]?.asInt }
        // The first reply says that watching has begun; it repeats the number of the last event.
        #expect(told.dropFirst().elementsEqual(bench.events.dropFirst(before).map(\.sequence)))
        #expect(bench.events.map(\.sequence) == Array(1...bench.events.count))
    }

    @Test func aWatcherThatLeftIsToldNothingMore() throws {
        let bench = VehicleBench.started()
        let watch = bench.call(.watch, more: true)
        bench.gone(watch)
        bench.press()
        #expect(bench.replies.count { $0.call == watch } == 1)
    }

    @Test func watchingWantsMoreThanOneReply() throws {
        let bench = VehicleBench.started()
        bench.call(.watch)
        #expect(bench.failures.map(\.error) == ["org.varlink.service.ExpectedMore"])
    }

    @Test func whyExplainsATransition() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.call.cancelWindow = .seconds(8) })
        bench.press()
        let why = try bench.reply(.why)
        #expect(why["from"] == "idle" && why["to"] == "triggered")
        #expect(why["timer"]?["milliseconds"] == 8_000)
        #expect(
            why["sentence"]?.asString
                == "manualTrigger took the call from idle to triggered: a manual call waits 8 s for a cancel before it dials."
        )
    }

    @Test func whyExplainsWhatDidNotHappen() throws {
        let bench = VehicleBench.started()
        bench.press(for: .milliseconds(400))
        let why = try bench.reply(.why)
        #expect(why["from"] == "idle" && why["to"] == "idle")
        #expect(why["guard"] == "heldLongEnough")
        #expect(why["timer"]?["name"] == "lines.button.hold")
        #expect(why["timer"]?["milliseconds"] == 1_000)
    }

    @Test func whyHasNothingToSayBeforeAnythingHappened() throws {
        let bench = VehicleBench.started()
        bench.call(.why)
        #expect(bench.failures.map(\.error) == ["net.ecall.ecalld.NothingHappened"])
    }

    @Test func statusNamesStateAttemptAndDetail() throws {
        let bench = VehicleBench.started()
        #expect(try bench.reply(.status)["detail"] == "waiting for a trigger")
        bench.press()
        let status = try bench.reply(.status)
        #expect(status["state"] == "connecting" && status["attempt"] == 1 && status["trigger"] == "manual")
        #expect(status["detail"] == "attempt 1 to center-1")
        try bench.answer()
        #expect(try bench.reply(.status)["state"] == "voiceSession")
    }

    @Test func aTestCallNeedsAnIdleSystem() throws {
        let bench = VehicleBench.started()
        #expect(try bench.reply(.testCall)["started"] == true)
        #expect(try bench.reply(.testCall)["started"] == false)
        #expect(bench.invites.count == 1)
    }

    @Test func simulatedLinesAreDrivenAndRealOnesAreNot() throws {
        let simulated = VehicleBench.started()
        simulated.call(.pressButton, ["holdMilliseconds": 1_500])
        simulated.call(.setLine, ["name": "crash", "level": "active"])
        simulated.call(.pulseLine, ["name": "crash", "milliseconds": 200])
        simulated.call(.bounceLine, ["name": "crash", "times": 4])
        simulated.call(.stickLine, ["name": "crash", "level": "inactive"])
        simulated.call(.vanishLine, ["name": "crash"])
        simulated.call(.restoreLine, ["name": "crash"])
        #expect(
            simulated.commands == [
                .pulse("sos-button", .milliseconds(1_500)), .set("crash", .active),
                .pulse("crash", .milliseconds(200)),
                .bounce("crash", times: 4, period: .milliseconds(1)), .stick("crash", .inactive), .vanish("crash"),
                .restore("crash"),
            ]
        )
        let real = VehicleBench.started(VehicleBench.configuration { $0.isSimulated = false })
        real.call(.pressButton)
        real.call(.setPosition, ["latitudeMilliarcseconds": 0, "longitudeMilliarcseconds": 0])
        #expect(real.commands.isEmpty)
        #expect(real.failures.map(\.error) == Array(repeating: "net.ecall.ecalld.NotSimulated", count: 2))
    }

    @Test(arguments: [
        ("latitudeMilliarcseconds", 324_000_001), ("longitudeMilliarcseconds", -648_000_001), ("errorMeters", -1),
        ("directionDegrees", 361),
    ])
    func aPositionThatIsNoneIsRefusedByName(_ parameter: String, _ value: Int) throws {
        let bench = VehicleBench.started()
        var parameters = ["latitudeMilliarcseconds": 0, "longitudeMilliarcseconds": 0] as [String: JSONValue]
        parameters[parameter] = .int(value)
        bench.call(.setPosition, .object(parameters))
        #expect(bench.failures.map(\.error) == ["net.ecall.ecalld.OutOfRange"])
        #expect(bench.failures.last?.parameters["parameter"]?.asString == parameter)
    }

    @Test func anUnknownMethodIsNotImplemented() throws {
        let bench = VehicleBench.started()
        bench.step(.control(.call(.numbered(1, "net.ecall.ecalld.Explode", [:], more: false))))
        #expect(bench.failures.map(\.error) == ["org.varlink.service.MethodNotImplemented"])
    }

    @Test(arguments: ControlMethod.allCases)
    func whoMayOnlyReadChangesNothing(_ method: ControlMethod) throws {
        let bench = VehicleBench.started()
        let call = ControlCall(
            id: .init(connection: 1, serial: 1),
            connection: ControlConnection(number: 1, peer: nil, circle: .view),
            method: method.fullName,
            parameters: [:],
            more: true,
            oneway: false
        )
        bench.step(.control(.call(call)))
        let isRefused = bench.failures.contains { $0.error == "net.ecall.ecalld.NotPermitted" }
        let reading: Set<ControlMethod> = [
            .status, .watch, .why, .timers, .incidents, .describeIncident, .trace, .faults, .inspect,
            .injections,
            // Neither rings anywhere: one looks, the other only makes a rig safer.
            .selfTest, .shutGate,
        ]
        #expect(isRefused != reading.contains(method))
        if isRefused { #expect(bench.commands.isEmpty && bench.ivs.call.state == .idle) }
    }
}
