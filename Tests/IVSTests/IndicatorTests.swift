import CallControl
import CrashSensing
import ControlSocket
import GPIO
import NGECall
import Testing
import Supervision
import Timeline

@testable import IVS

/// Each pattern of the default table on the LED's line, over time.
@Suite struct IndicatorTests {
    /// The instants at which `line` changed after `start`, in milliseconds from it, with the level.
    private func changes(_ bench: VehicleBench, _ line: LineName, since start: Instant) -> [String] {
        bench.drives.filter { $0.line == line && $0.at >= start }.map { drive in
            "\(start.duration(to: drive.at).wholeMilliseconds) \(drive.level == .active ? "on" : "off")"
        }
    }

    @Test func theLEDIsLitFromTheMomentTheButtonCountsUntilTheCenterAnswers() throws {
        let bench = VehicleBench.started()
        let start = bench.now
        bench.press(for: .seconds(3))
        try bench.ring()
        bench.advance(by: .seconds(20))
        #expect(self.changes(bench, "led", since: start) == ["1000 on"])
    }

    @Test func theLEDFlashesOnceASecondWhileConnected() throws {
        let bench = try VehicleBench.connected()
        let start = bench.now
        bench.advance(by: .seconds(2))
        #expect(self.changes(bench, "led", since: start) == ["500 off", "1000 on", "1500 off", "2000 on"])
    }

    @Test func theLEDGoesOffWhenTheCallHasEnded() throws {
        let bench = try VehicleBench.connected()
        bench.advance(by: .milliseconds(100))
        try bench.clearDown()
        #expect(bench.levels["led"] == .inactive)
        let start = bench.now
        bench.advance(by: .seconds(30))
        #expect(self.changes(bench, "led", since: start.advanced(by: .milliseconds(1))) == [])
        #expect(bench.state == .idle)
    }

    @Test func theLEDFlashesFourTimesASecondForFiveSecondsWhenTheCallFailed() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.call.maximumAttempts = 1 })
        bench.press()
        let start = bench.now
        try bench.reject(503)
        bench.advance(by: .seconds(10))
        let changes = self.changes(bench, "led", since: start)
        #expect(changes.prefix(3) == ["125 off", "250 on", "375 off"])
        #expect(changes.last == "4875 off")
    }

    @Test func theLEDGoesOffWhenTheCallIsCancelled() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.ring()
        bench.press()
        #expect(bench.levels["led"] == .inactive)
        #expect(bench.ivs.indicators.indication == .cancelled)
    }

    @Test func theLEDIsLitDuringTheCancelWindow() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.call.cancelWindow = .seconds(5) })
        bench.press()
        #expect(bench.state == .triggered)
        #expect(bench.levels["led"] == .active)
        #expect(bench.ivs.indicators.indication == .requested)
        bench.advance(by: .seconds(5))
        #expect(bench.state == .connecting)
    }

    @Test func ledAndLampAreCheckedAtTheStart() throws {
        let bench = VehicleBench(VehicleBench.configuration { $0.lampCheck = .seconds(2) })
        bench.step(.started)
        #expect(bench.levels["led"] == .active && bench.levels["lamp"] == .active)
        bench.advance(by: .milliseconds(1_999))
        #expect(bench.levels["led"] == .active && bench.levels["lamp"] == .active)
        bench.advance(by: .milliseconds(1))
        #expect(bench.levels["led"] == .inactive && bench.levels["lamp"] == .inactive)
    }

    @Test func aCallEndsTheCheckOfTheLED() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.lampCheck = .seconds(10) })
        bench.crash()
        try bench.answer()
        #expect(bench.ivs.indicators.indication == .connected)
        bench.advance(by: .milliseconds(500))
        #expect(bench.levels["led"] == .inactive)
    }

    @Test func theLampBurnsWhileAFaultLasts() throws {
        let bench = VehicleBench.started()
        #expect(bench.levels["lamp"] == .inactive)
        bench.step(.line(.health(line: "crash", health: .vanished(reason: "unplugged"))))
        #expect(bench.levels["lamp"] == .active)
        bench.step(.line(.health(line: "crash", health: .good)))
        #expect(bench.levels["lamp"] == .inactive)
    }

    @Test func anotherMakersTableIsObeyed() throws {
        let configuration = VehicleBench.configuration {
            $0.indicators.led[.connecting] = .flash(.milliseconds(200))
            $0.indicators.led[.connected] = .on
        }
        let bench = VehicleBench.started(configuration)
        let start = bench.now
        bench.press()
        #expect(self.changes(bench, "led", since: start) == ["1000 on", "1200 off"])
        bench.advance(by: .milliseconds(200))
        try bench.answer()
        let connected = bench.now
        bench.advance(by: .seconds(5))
        #expect(self.changes(bench, "led", since: connected.advanced(by: .milliseconds(1))) == [])
        #expect(bench.levels["led"] == .active)
    }

    @Test(arguments: [
        (Announcement.callRequested, 1), (.callConnected, 2), (.callEnded, 1), (.callFailed, 3), (.callCancelled, 1),
        (.pressTooShort, 1),
        (.cancelTooLate, 3), (.dataDelivered, 2), (.callback, 4), (.impactFelt, 2), (.centerMessage, 2),
        (.malfunction, 3),
    ])
    func theChimeSoundsAsOftenAsTheTableSays(_ announcement: Announcement, _ beeps: Int) throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.call.maximumAttempts = 1
                $0.actions.showsMessages = true
            }
        )
        if ![.impactFelt, .malfunction].contains(announcement) { bench.press() }
        switch announcement {
        case .callRequested: break
        case .malfunction: bench.step(.line(.health(line: "crash", health: .vanished(reason: "unplugged"))))
        case .impactFelt: bench.step(.sensor(.sign(.event(CrashRecord(timeZero: bench.now, number: 1)))))
        case .centerMessage:
            try bench.answer()
            bench.advance(by: .seconds(5))
            try bench.info([VehicleAction.staticMessage(1).request])
        case .pressTooShort: bench.press(for: .milliseconds(300))
        case .callConnected: try bench.answer()
        case .callEnded:
            try bench.answer()
            bench.advance(by: .seconds(5))
            try bench.clearDown()
        case .callFailed: try bench.reject(503)
        case .callCancelled:
            try bench.ring()
            bench.press()
        case .cancelTooLate:
            bench.isWireWhole = false
            bench.press()
            bench.isWireWhole = true
            try bench.answer()
        case .callback:
            try bench.answer()
            try bench.clearDown()
            bench.advance(by: .seconds(10))
            bench.ringBack()
        case .dataDelivered: try bench.reject(603, acknowledging: try bench.msdReference())
        }
        let told = try #require(bench.events.last { $0.kind == .announcement })
        #expect(told.fields["announcement"] == announcement.rawValue)
        bench.advance(by: .seconds(10))
        let sounded = bench.drives.count { $0.line == "chime" && $0.level == .active && $0.at >= told.moment.instant }
        #expect(sounded == beeps)
        #expect(bench.levels["chime"] == .inactive)
    }
}
