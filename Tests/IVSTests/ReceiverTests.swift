import CallControl
import GPSD
import MSD
import NGECall
import Positioning
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// The receiver's position on its way into the MSD.
@Suite struct ReceiverTests {
    private func bench(wait: Duration = .zero) -> VehicleBench {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.position = nil
                $0.receiver = ReceiverSettings()
                $0.receiver?.wait = wait
            }
        )
        bench.step(.receiver(.connected(at: bench.now)))
        return bench
    }

    private func report(
        _ bench: VehicleBench,
        latitude: Double = 48.2626,
        longitude: Double = 11.434,
        error: Double? = 5,
        height: (meters: Double, error: Double)? = nil,
        time: Int64 = 1_790_000_000
    ) {
        let vertical = height.map { ",\"altHAE\":\($0.meters),\"epv\":\($0.error)" } ?? ""
        let date = LocationDocument.timestampText(secondsSince1970: time)
        let parser = """
            {"class":"TPV","mode":3,"time":"\(date)","lat":\(latitude),"lon":\(longitude),"track":90,\
            "speed":0\(error.map { ",\"eph\":\($0)" } ?? "")\(vertical)}

            """
        var reader = GPSDParser()
        for event in reader.received(Array(parser.utf8), at: bench.now) { bench.step(.receiver(event)) }
    }

    private func msd(_ bench: VehicleBench) throws -> MSD {
        let octets = try #require(bench.invites.last.flatMap { InviteContent($0).msd?.octets })
        return try MSD(decoding: octets)
    }

    @Test func aTrustedFixIsInTheMSDToTheMilliarcsecond() throws {
        let bench = self.bench()
        self.report(bench)
        bench.press()
        let msd = try self.msd(bench)
        #expect(msd.vehicleLocation.positionLatitude == 173_745_360)
        #expect(msd.vehicleLocation.positionLongitude == 41_162_400)
        #expect(msd.control.positionCanBeTrusted)
    }

    /// The shape of the place beside the MSD.
    private func shape(_ bench: VehicleBench) throws -> LocationDocument.Shape {
        try #require(bench.invites.last.flatMap { InviteContent($0).location?.shape })
    }

    @Test func aGoodHeightMakesThePlaceAnEllipsoidThatHoldsItWith95Percent() throws {
        let bench = self.bench()
        self.report(bench, height: (512.3, 10))
        bench.press()
        guard case .ellipsoid(let position, let altitude, let axes, let vertical) = try self.shape(bench) else {
            Issue.record("no ellipsoid")
            return
        }
        #expect(position.latitudeMilliarcseconds == 173_745_360)
        #expect(altitude == 512_300)
        // One deviation of 5 m in the plane and of 10 m in height, times 2.795; the radius is rounded up to a meter.
        #expect((13_975...15_120).contains(axes.semiMajorMillimeters))
        #expect(axes.semiMinorMillimeters == axes.semiMajorMillimeters && axes.orientationMillidegrees == 0)
        #expect(abs(vertical - 27_950) <= 1)
    }

    @Test(arguments: [(512.3, 15.4), (20_000, 5), (-1_500, 5)])
    func aHeightThatTellsNothingLeavesACircle(_ meters: Double, _ error: Double) throws {
        let bench = self.bench()
        self.report(bench, height: (meters, error))
        bench.press()
        guard case .circle(_, let radius) = try self.shape(bench) else {
            Issue.record("no circle")
            return
        }
        #expect(radius == 13_000)
    }

    @Test func withoutAFixTheCallGoesOutAtOnceAndSaysUnknown() throws {
        let bench = self.bench()
        bench.crash()
        #expect(bench.invites.count == 1)
        let msd = try self.msd(bench)
        #expect(msd.vehicleLocation == .unknown && !msd.control.positionCanBeTrusted)
        #expect(msd.vehicleDirection == Direction.unknown)
    }

    @Test func anOldFixIsToldAndNotTrusted() throws {
        let bench = self.bench()
        self.report(bench)
        bench.advance(by: .seconds(6))
        #expect(bench.kinds.contains("positionUntrusted"))
        bench.press()
        let msd = try self.msd(bench)
        #expect(msd.vehicleLocation.positionLatitude == 173_745_360 && !msd.control.positionCanBeTrusted)
    }

    @Test func aCallThatMayWaitTakesThePositionThatComes() throws {
        let bench = self.bench(wait: .seconds(3))
        bench.crash()
        bench.advance(by: .seconds(1))
        #expect(bench.invites.isEmpty)
        self.report(bench)
        bench.advance(by: .milliseconds(25))
        #expect(try self.msd(bench).control.positionCanBeTrusted)
    }

    @Test func aPositionThatNeverComesHoldsTheCallForThreeSecondsAtTheMost() throws {
        let bench = self.bench(wait: .seconds(3))
        bench.crash()
        bench.advance(by: .seconds(2))
        #expect(bench.invites.isEmpty)
        bench.advance(by: .seconds(1) + .milliseconds(25))
        #expect(try self.msd(bench).vehicleLocation == .unknown)
    }

    @Test func aCallThatIsCancelledWhileItWaitsRingsNobody() {
        let bench = self.bench(wait: .seconds(3))
        bench.press()
        #expect(bench.state == .connecting)
        bench.press()
        bench.advance(by: .seconds(10))
        #expect(bench.invites.isEmpty && bench.state == .idle)
        let states = bench.records.compactMap { record in
            if case .incidentClosed(_, let end) = record { end.state } else { nil }
        }
        #expect(states == [.cancelled])
    }

    @Test func aCrashWhileACallWaitsIsOnRecordAtOnceAndEndsTheRightToCancel() {
        let bench = self.bench(wait: .seconds(3))
        bench.press()
        bench.advance(by: .milliseconds(500))
        bench.crash()
        #expect(bench.invites.isEmpty, "the position is still waited for")
        let follows = bench.records.contains {
            if case .incidentChanged(_, let change) = $0 { change.crashFollowed == true } else { false }
        }
        #expect(follows && bench.kinds.contains("automaticTrigger"))
        bench.press()
        bench.advance(by: .seconds(3))
        #expect(bench.invites.count == 1 && bench.state == .connecting)
    }

    @Test func aPositionThatComesBehindTheTriggerIsInTheNextAttempt() throws {
        let bench = self.bench()
        bench.crash()
        let first = try self.msd(bench)
        #expect(first.vehicleLocation == .unknown)
        bench.advance(by: .milliseconds(500))
        self.report(bench)
        try bench.reject(503)
        bench.advance(by: .seconds(10))
        #expect(bench.invites.count == 2)
        let second = try self.msd(bench)
        #expect(second.control.positionCanBeTrusted && second.timestamp == first.timestamp)
    }

    /// The device of the report and how long after the sky view it comes.
    @Test(arguments: [("a", 1, true), ("b", 1, false), ("a", 6, false)])
    func aSkyViewCountsForItsOwnDeviceAndNotForLong(device: String, seconds: Int, isTrusted: Bool) {
        let bench = self.bench()
        var parser = GPSDParser()
        let sky = #"{"class":"SKY","device":"a","hdop":0.8}"# + "\n"
        for event in parser.received(Array(sky.utf8), at: bench.now) { bench.step(.receiver(event)) }
        bench.advance(by: .seconds(seconds))
        let report = #"{"class":"TPV","device":"\#(device)","mode":3,"time":"2026-09-21T14:13:20Z","lat":48,"lon":11}"#
        for event in parser.received(Array((report + "\n").utf8), at: bench.now) { bench.step(.receiver(event)) }
        #expect((bench.ivs.locations.current?.canBeTrusted(at: bench.now) ?? false) == isTrusted)
    }

    @Test func anOldPlaceIsToldWithItsOwnDate() throws {
        let bench = self.bench()
        bench.advance(by: .seconds(100))
        self.report(bench)
        let taken = VehicleBench.wallAtBoot + Int64(bench.now.nanosecondsSinceBoot / 1_000_000_000)
        bench.advance(by: .seconds(240))
        bench.crash()
        let invite = try #require(bench.invites.last)
        let dates = [taken, taken + 1].map { LocationDocument.timestampText(secondsSince1970: $0) }
        #expect(dates.contains(InviteContent(invite).location?.timestamp ?? ""))
    }

    @Test func aTrustThatComesAndGoesDoesNotFillTheRecord() {
        let bench = self.bench()
        for second in 0..<600 {
            self.report(bench, time: 1_790_000_000 + 6 * Int64(second))
            bench.advance(by: .seconds(6))
        }
        let kept = bench.records.filter { record in
            if case .event(let event) = record { event.kind.hasPrefix("position") } else { false }
        }
        #expect(bench.reasons(of: .positionUntrusted).count == 600)
        #expect((100...130).contains(kept.count), "one of each a minute")
    }

    @Test(arguments: [(0.0, 0.0), (91, 11), (48, 181)])
    func aPlaceThatIsNoneIsRefusedAndSaid(latitude: Double, longitude: Double) {
        let bench = self.bench()
        for _ in 0..<100 { self.report(bench, latitude: latitude, longitude: longitude) }
        #expect(bench.reasons(of: .positionRefused).count == 1)
        #expect(bench.ivs.locations.current == nil)
    }

    @Test func garbageIsSaidOnceInAWhileAndTheNextReportCounts() {
        let bench = self.bench()
        var parser = GPSDParser()
        for _ in 0..<200 {
            for event in parser.received(Array("{\"class\":\"TPV\",\"lat\":\n".utf8), at: bench.now) {
                bench.step(.receiver(event))
            }
        }
        #expect(bench.reasons(of: .receiverProblem).count == 1)
        self.report(bench)
        #expect(bench.ivs.locations.current != nil)
    }

    @Test func aReceiverThatSaysNothingForAMinuteIsAFaultUntilItSpeaks() {
        let bench = self.bench()
        self.report(bench)
        bench.advance(by: .seconds(59))
        #expect(bench.ivs.faults.isEmpty)
        bench.advance(by: .seconds(2))
        #expect(bench.ivs.faults.keys.map(\.fault) == [.receiverFailing])
        self.report(bench)
        #expect(bench.ivs.faults.isEmpty)
    }

    @Test func noFixIsNoFault() {
        let bench = self.bench()
        for _ in 0..<120 {
            var parser = GPSDParser()
            for event in parser.received(Array("{\"class\":\"TPV\",\"mode\":1}\n".utf8), at: bench.now) {
                bench.step(.receiver(event))
            }
            bench.advance(by: .seconds(1))
        }
        #expect(bench.ivs.faults.isEmpty)
    }
}
