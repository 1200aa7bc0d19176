import CallControl
import ControlSocket
import NGECall
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// VIN and coordinates reach those who may see them, and neither the log nor the record of events.
@Suite struct PrivacyTests {
    /// A walk through as much as one rig does: a refused position, a call with fresh MSDs, rejections, a cancel, a test.
    private func walk() throws -> VehicleBench {
        let bench = VehicleBench.started(VehicleBench.configuration(centers: 2))
        bench.call(.watch, more: true)
        bench.call(
            .setPosition,
            ["latitudeMilliarcseconds": 173_345_400, "longitudeMilliarcseconds": 41_680_440, "directionDegrees": 90]
        )
        bench.call(.setPosition, ["latitudeMilliarcseconds": 999_345_400, "longitudeMilliarcseconds": 41_680_440])
        bench.press(for: .milliseconds(200))
        bench.press()
        try bench.reject(424)
        try bench.reject(488)
        try bench.reject(503)
        try bench.answer()
        try bench.info([.sendMSD, .init(action: "honk")])
        try bench.info([.sendMSD], package: "other")
        bench.cut(try #require(bench.incoming.last?.flow))
        try bench.answer()
        bench.call(.status)
        bench.call(.why)
        try bench.clearDown()
        bench.advance(by: .seconds(20))
        bench.press()
        try bench.ring()
        bench.press()
        bench.advance(by: .seconds(20))
        bench.call(.testCall)
        try bench.reject(603)
        bench.advance(by: .seconds(20))
        return bench
    }

    /// The VIN and the coordinates in the forms in which they could be written.
    private static let secrets = [
        VehicleBench.vin, "173345400", "173_345_400", "41680440", "41_680_440", "999345400", "48.15", "11.57",
        "11.58", "48,15", "02026",
    ]

    private func leaks(in text: String) -> [String] {
        Self.secrets.filter { text.contains($0) }
    }

    @Test func noFieldOfTheLogHoldsVINOrCoordinates() throws {
        for event in try self.walk().events {
            for text in [event.kind.word, event.reason] + event.fields.flatMap({ [$0.key, $0.value] }) {
                #expect(self.leaks(in: text) == [], "\(event.kind.word): \(text)")
            }
        }
    }

    @Test func noRecordHoldsVINOrCoordinatesButTheMSDAndTheTrace() throws {
        let bench = try self.walk()
        var messages = 0
        for record in bench.records {
            switch record {
            case .messageSent:
                messages += 1
                continue
            case .traced: continue
            default: break
            }
            #expect(self.leaks(in: "\(record)") == [], "\(record)")
        }
        #expect(messages > 3)
    }

    @Test func whoWatchesSeesTheDecodedMSD() throws {
        let bench = try self.walk()
        let shown = bench.replies.map(\.parameters).filter { $0["event"]?["kind"] == "msd" }
        #expect(!shown.isEmpty)
        #expect(shown.allSatisfy { $0["event"]?["fields"]?["decoded"]?.asString?.contains(VehicleBench.vin) == true })
    }
}
