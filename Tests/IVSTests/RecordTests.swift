import CallControl
import CrashSensing
import ControlSocket
import GPIO
import SIP
import Store
import Testing
import Supervision
import Timeline

@testable import IVS

/// On record before on air, and never held up by the record.
@Suite struct RecordTests {
    /// What happens between the trigger and the INVITE, in order.
    private func afterTrigger(_ bench: VehicleBench) throws -> [String] {
        let first = try #require(bench.trail.lastIndex { $0 == "open 5061" })
        return Array(bench.trail[(first + 1)...])
    }

    private func inviteDelay(_ bench: VehicleBench) throws -> Duration {
        let trigger = try #require(bench.events.first { $0.kind == .call(.manualTrigger) })
        let invite = try #require(bench.sent.first { $0.message.method == .invite })
        return trigger.moment.instant.duration(to: invite.at)
    }

    @Test func theTriggerIsWrittenBeforeTheInviteLeaves() throws {
        let bench = VehicleBench.started()
        bench.disk = .takes(.milliseconds(7))
        bench.press()
        #expect(try self.inviteDelay(bench) == .milliseconds(7))
        let trail = try self.afterTrigger(bench)
        let written = try #require(trail.lastIndex { $0.hasPrefix("written") })
        let write = try #require(trail.firstIndex { $0.hasPrefix("write ") })
        let invite = try #require(trail.firstIndex(of: "send INVITE"))
        #expect(write < invite && invite <= written + 1)
        #expect(!bench.kinds.contains("recordLate"))
    }

    @Test func theInviteLeavesAtOnceWhenTheWriteIsDone() throws {
        let bench = VehicleBench.started()
        bench.press()
        #expect(try self.inviteDelay(bench) == .zero)
        let trail = try self.afterTrigger(bench)
        let written = try #require(trail.firstIndex { $0.hasPrefix("written") })
        let invite = try #require(trail.firstIndex(of: "send INVITE"))
        #expect(written < invite)
    }

    @Test func aSlowDiskHoldsTheInviteFor20MillisecondsAndTheLatenessIsAnEvent() throws {
        let bench = VehicleBench.started()
        bench.disk = .takes(.seconds(2))
        bench.press()
        #expect(try self.inviteDelay(bench) == .milliseconds(20))
        #expect(bench.reasons(of: .recordLate) == ["the trigger was not on record after 20 ms; the call goes out"])
        bench.advance(by: .seconds(3))
        #expect(bench.invites.count == 1)
        #expect(bench.kinds.count { $0 == "recordLate" } == 1)
    }

    @Test func aFailingDiskRaisesAFaultAndNeverStopsTheCall() throws {
        let bench = VehicleBench.started()
        bench.disk = .fails(.failed(reason: "disk I/O error", code: 10))
        bench.press()
        #expect(try self.inviteDelay(bench) == .zero)
        #expect(bench.kinds.contains("recordFailed"))
        #expect(bench.levels["lamp"] == .active)
        let status = try bench.reply(.status)
        #expect(status["store"]?["working"] == false)
        try bench.answer()
        try bench.clearDown()
        #expect(bench.state == .ended)
    }

    @Test func aDiskThatWorksAgainClearsTheFault() throws {
        let bench = VehicleBench.started()
        bench.disk = .fails(.failed(reason: "disk full", code: 13))
        bench.press(for: .milliseconds(300))
        #expect(bench.levels["lamp"] == .active)
        bench.disk = .works
        bench.press(for: .milliseconds(300))
        #expect(bench.levels["lamp"] == .inactive)
        #expect(bench.kinds.contains("faultCleared"))
        #expect(try bench.reply(.status)["store"]?["working"] == true)
    }

    @Test func aRealTriggerDuringATestCallsWriteWaitsForItsOwnRecord() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.crashProfiles["crash"]?.crash = .level(high: true, hold: .zero); $0.lines.debounce = .zero
            }
        )
        bench.disk = .takes(.milliseconds(15))
        bench.call(.testCall)
        bench.advance(by: .milliseconds(10))
        bench.edge("crash", .active)
        let crashed = bench.now
        bench.advance(by: .milliseconds(100))
        let own = try #require(
            bench.sent.first { $0.message.method == .invite && $0.at > crashed.advanced(by: .milliseconds(6)) }
        )
        #expect(crashed.duration(to: own.at) == .milliseconds(15))
        #expect(
            bench.sent.count { $0.message.method == .invite && $0.at < crashed.advanced(by: .milliseconds(15)) } <= 1
        )
    }

    @Test func anIncidentIsClosedOnRecordWithWhatBecameOfIt() throws {
        let bench = try VehicleBench.connected()
        try bench.clearDown()
        let closing = bench.records.compactMap { record -> IncidentClosing? in
            guard case .incidentClosed(_, let closing) = record else { return nil }
            return closing
        }
        #expect(closing.map(\.state) == [.delivered])
        #expect(closing.map(\.outcome) == ["cleared"])
    }
}
