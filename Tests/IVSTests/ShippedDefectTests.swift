import CallControl
import GPIO
import MSD
import NGECall
import Net
import Positioning
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// What went wrong in other eCall systems (docs/shipped-defects.md) and no test elsewhere holds.
@Suite struct ShippedDefectTests {
    @Test func theEndAtT2IsNotRedialled() throws {
        let bench = try VehicleBench.connected()
        bench.advance(by: .seconds(3_600))
        #expect(bench.sentWords.last == "BYE")
        bench.advance(by: .seconds(600))
        #expect(bench.state == .idle)
        #expect(bench.invites.count == 1)
    }

    @Test func behindTheLastFailedRedialTheVehicleIsReadyForTheNextCall() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.call.maximumAttempts = 2 })
        bench.crash()
        try bench.reject(503)
        bench.advance(by: .seconds(6))
        try bench.reject(503)
        #expect(bench.state == .ended)
        bench.advance(by: .seconds(10))
        #expect(bench.state == .idle && bench.levels["led"] == .inactive)
        bench.crash()
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(try bench.sentMSDs().last?.messageIdentifier == 1)
    }

    @Test func aRedialThatSucceedsIsToldAsACallAndNothingElse() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.call.maximumAttempts = 2 })
        bench.crash()
        try bench.reject(503)
        bench.advance(by: .seconds(6))
        try bench.answer()
        bench.advance(by: .seconds(300))
        try bench.clearDown()
        bench.advance(by: .seconds(300))
        let told = bench.events.compactMap { $0.fields["announcement"] }
        #expect(told == ["callRequested", "callConnected", "callEnded"])
        #expect(!bench.kinds.contains("redialWindowOver"))
    }

    @Test func noOtherTimerEndsTheCallbackWindow() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.isECallOnly = true
                $0.call.deregistration = .seconds(60)
                $0.call.clearDownFallback = .seconds(120)
                $0.call.redialWindow = .seconds(30)
            }
        )
        bench.crash()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(3_590))
        bench.ringBack()
        #expect(bench.state == .voiceSession)
    }

    @Test(arguments: [408, 480, 500])
    func noAnswerToAnInfoEndsTheCall(_ status: Int) throws {
        let bench = try VehicleBench.connected()
        bench.withholds = { $0.headers["CSeq"]?.hasSuffix(" INFO") == true && $0.status == 200 }
        try bench.info([.sendMSD])
        let info = try #require(bench.sent.last { $0.message.method == .info })
        let answer = Message.response(to: info.message, status: status, tag: nil)
        bench.step(.net(.received(info.flow, answer.serialized())))
        bench.advance(by: .seconds(60))
        #expect(bench.state == .voiceSession)
        #expect(bench.invites.count == 1)
    }

    @Test func anMSDWithoutADirectionIsReadAndMade() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                guard let place = $0.position?.position else { return }
                $0.position = Fix(position: place, radius95Meters: 15, direction: nil, takenAt: nil)
            }
        )
        bench.crash()
        let msd = try #require(bench.sentMSDs().first)
        #expect(msd.vehicleDirection == 255)
        #expect(try MSD(decoding: msd.encoded()) == msd)
    }

    @Test func anMSDThatCannotBeMadeLeavesACallOnRecord() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.vehicle.vin = .broken })
        bench.crash()
        try bench.answer()
        try bench.clearDown()
        let opened = bench.records.filter { if case .incidentOpened = $0 { true } else { false } }
        let closed = bench.records.filter { if case .incidentClosed = $0 { true } else { false } }
        let attempts = bench.records.filter { if case .attempt = $0 { true } else { false } }
        #expect(opened.count == 1 && closed.count == 1 && attempts.count == 2)
    }
}
