import CallControl
import ControlSocket
import GPIO
import MSD
import NGECall
import Net
import SIP
import Testing
import Timeline

@testable import IVS

/// What the center asks for inside the call.
@Suite struct InfoTests {
    @Test func sendDataIsAnsweredByAnMSDWithTheNextIdentifierAndTheSameTimestamp() throws {
        let bench = try VehicleBench.connected()
        bench.advance(by: .seconds(30))
        try bench.info([.sendMSD])
        try bench.info([.sendMSD])
        #expect(bench.sentWords == ["INVITE", "ACK", "200", "INFO", "200", "INFO"])
        let msds = try bench.sentMSDs()
        #expect(msds.map(\.messageIdentifier) == [1, 2, 3])
        #expect(Set(msds.map(\.timestamp)).count == 1)
        #expect(bench.kinds.count { $0 == "msdSent" } == 2)
    }

    @Test func theFreshMSDCarriesThePresentPosition() throws {
        let bench = try VehicleBench.connected()
        bench.call(
            .setPosition,
            ["latitudeMilliarcseconds": 173_400_000, "longitudeMilliarcseconds": 41_700_000, "errorMeters": 9.5]
        )
        try bench.info([.sendMSD])
        let msds = try bench.sentMSDs()
        #expect(msds.map(\.vehicleLocation.positionLatitude) == [173_345_400, 173_400_000])
        #expect(msds.last?.control.positionCanBeTrusted == true)
    }

    @Test func sendDataMayOvertakeThe200() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.ring()
        try bench.info([.sendMSD])
        #expect(try bench.sentMSDs().map(\.messageIdentifier) == [1, 2])
        try bench.answer()
        try bench.info([.sendMSD])
        #expect(try bench.sentMSDs().map(\.messageIdentifier) == [1, 2, 3])
    }

    @Test func anUnknownActionIsUnsupported() throws {
        let bench = try VehicleBench.connected()
        try bench.info([.init(action: "honk")])
        #expect(bench.actionResults == [.init(action: "honk", success: false, reason: .unsupported)])
        #expect(bench.state == .voiceSession)
    }

    @Test func sendDataForAnotherDatatypeIsRefused() throws {
        let bench = try VehicleBench.connected()
        try bench.info([.init(action: "send-data", datatype: "VEDS")])
        #expect(bench.actionResults.map(\.reason) == [.dataUnsupported])
        #expect(try bench.sentMSDs().count == 1)
    }

    @Test func anMSDThatCannotBeMadeOnRequestIsSaidToBeUnable() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.vehicle.vin = .broken })
        bench.press()
        try bench.answer(received: nil)
        try bench.info([.sendMSD])
        #expect(bench.actionResults.map(\.reason) == [.unable])
        #expect(bench.levels["lamp"] == .active)
    }

    @Test func afterIdentifier255FurtherRequestsAreRefused() throws {
        let bench = try VehicleBench.connected()
        for _ in 0..<254 { try bench.info([.sendMSD]) }
        #expect(try bench.sentMSDs().last?.messageIdentifier == 255)
        try bench.info([.sendMSD])
        #expect(try bench.sentMSDs().count == 255)
        #expect(bench.actionResults.map(\.reason) == [.unable])
        #expect(bench.state == .voiceSession)
    }

    @Test func aWrongPackageIs469AndTheCallLives() throws {
        let bench = try VehicleBench.connected()
        try bench.info([.sendMSD], package: "nonsense")
        #expect(bench.sentWords.last == "469")
        #expect(bench.sent.last?.message.headers["Recv-Info"] == EmergencyCallData.msdPackage)
        #expect(bench.state == .voiceSession)
        try bench.info([.sendMSD])
        #expect(try bench.sentMSDs().count == 2)
    }

    @Test func anotherMethodInTheDialogIs405() throws {
        let bench = try VehicleBench.connected()
        let call = try #require(bench.incoming.last?.call)
        bench.center { $0.request(Method("MESSAGE"), in: call, headers: [], body: [], at: $1).1 }
        #expect(bench.sentWords.last == "405")
        #expect(bench.state == .voiceSession)
    }

    @Test func aClearDownEndsTheCallAndIsAnswered() throws {
        let bench = try VehicleBench.connected()
        try bench.clearDown()
        #expect(bench.sentWords.last == "200")
        #expect(bench.state == .ended)
        bench.advance(by: .seconds(35))
        #expect(bench.state == .idle)
        let isQuiet = bench.ivs.userAgent.isQuiet
        #expect(isQuiet)
    }

    @Test func anMSDAskedForInTheSegmentThatEndsTheCallIsNotMade() throws {
        let bench = try VehicleBench.connected()
        var said: [Message] = []
        bench.withholds = { message in
            said.append(message)
            return true
        }
        try bench.info([.sendMSD])
        try bench.clearDown()
        try #require(said.map(\.method) == [.info, .bye])
        let flow = try #require(bench.sent.last?.flow)
        bench.step(.net(.received(flow, said.flatMap { $0.serialized() })))
        // The end of the dialog answers what is open in it (RFC 3261 15.1.2).
        #expect(bench.sentWords == ["INVITE", "ACK", "200", "487"])
        #expect(try bench.sentMSDs().count == 1)
        #expect(!bench.kinds.contains("requestRefused"))
    }
}
