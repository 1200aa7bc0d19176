import CallControl
import Foundation
import GPSD
import MSD
import NGECall
import Positioning
import Supervision
import Testing
import Timeline

@testable import IVS

/// Drives that a real gpsd reads from a receiver's log, and what the MSD would say at each moment of them.
///
/// `make drives` replays them and names their folder in `ECALL_DRIVES`; without it there is nothing to look at.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["ECALL_DRIVES"] != nil))
struct DriveTests {
    /// What a receiver said in one RMC sentence: the truth of the log, read without gpsd.
    private struct Truth {
        let secondOfDay: Double
        let position: Position
    }

    /// The logs that were replayed, each with what gpsd reported of it beside it.
    private static let logs: [URL] = {
        guard let folder = ProcessInfo.processInfo.environment["ECALL_DRIVES"] else { return [] }
        let files = try? FileManager.default.contentsOfDirectory(
            at: URL(filePath: folder),
            includingPropertiesForKeys: nil
        )
        return (files ?? []).filter { $0.pathExtension == "nmea" }.sorted { $0.path < $1.path }
    }()

    @Test func thereAreDrives() {
        #expect(!Self.logs.isEmpty)
    }

    /// Feeds what gpsd made of a log to a vehicle in virtual time, and looks at the MSD after each report.
    @Test(arguments: Self.logs)
    func theMSDSaysWhereTheCarIsAtEachMoment(_ log: URL) throws {
        let truths = Self.truths(try String(contentsOf: log, encoding: .utf8))
        let lines = try Data(contentsOf: log.deletingPathExtension().appendingPathExtension("json"))
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.position = nil
                $0.receiver = ReceiverSettings()
            }
        )
        var parser = GPSDParser()
        var walk = Walk(truths: truths)
        for event in parser.received(Array(lines), at: bench.now) {
            guard case .report(.tpv(let report), _) = event else {
                bench.step(.receiver(event))
                if case .report(.sky(let sky), _) = event, let dilution = sky.hdop { walk.dilution = dilution }
                continue
            }
            // gpsd's own clock decides how much later it is; a report without a time comes a second later.
            let step = walk.seconds(to: report.time)
            bench.advance(by: .seconds(step))
            bench.step(.receiver(.report(.tpv(report), at: bench.now)))
            walk.judge(report, try Self.msd(bench), at: bench.now)
        }
        print("\(log.lastPathComponent): \(walk.summary)")
        #expect(walk.trusted > truths.count / 2 && walk.n2 > 20)
        #expect(bench.ivs.faults.isEmpty)
    }

    /// The MSD of a call that would begin now.
    private static func msd(_ bench: VehicleBench) throws -> MSD {
        let incident = Incident(id: IncidentID("0"), trigger: .manual, startedAt: bench.now)
        let identifiers = ContentIdentifiers(token: "0", host: "ivs.invalid")
        let frozen = FrozenData(incident, locations: bench.ivs.locations, identifiers: identifiers, at: bench.moment)
        let made = try frozen.msd(
            1,
            locations: frozen.locations,
            of: bench.ivs.configuration,
            at: 0,
            trustedAt: bench.now,
            occupants: nil
        )
        return try MSD(decoding: made.octets)
    }

    private static func truths(_ log: String) -> [Truth] {
        log.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > 9, fields[0] == "$GPRMC", fields[2] == "A", fields[1].count >= 6,
                let latitude = Self.degrees(fields[3], digits: 2), let longitude = Self.degrees(fields[5], digits: 3)
            else { return nil }
            let time = Array(fields[1])
            guard let hour = Double(String(time[0...1])), let minute = Double(String(time[2...3])),
                let second = Double(String(time[4...])),
                let position = Position(
                    latitudeDegrees: fields[4] == "S" ? -latitude : latitude,
                    longitudeDegrees: fields[6] == "W" ? -longitude : longitude
                )
            else { return nil }
            return Truth(
                secondOfDay: hour * 3_600 + minute * 60 + second,
                position: position
            )
        }
    }

    private static func degrees(_ text: Substring, digits: Int) -> Double? {
        guard text.count > digits, let whole = Double(String(text.prefix(digits))),
            let minutes = Double(String(text.dropFirst(digits)))
        else { return nil }
        return whole + minutes / 60
    }

    /// What has been seen so far of a drive, and what is expected next.
    private struct Walk {
        let truths: [Truth]
        private(set) var trusted = 0
        private(set) var n2 = 0
        private(set) var n1 = 0
        var dilution: Double?
        private var lastTime: Double?
        private var lastFix: (at: Instant, radius: Double, speed: Double, truth: Truth)?

        init(truths: [Truth]) {
            self.truths = truths
        }

        var summary: String {
            "\(self.truths.count) positions, \(self.trusted) reports trusted, N1 in \(self.n1), N2 in \(self.n2)"
        }

        mutating func seconds(to time: Double?) -> Double {
            guard let time else { return 0 }
            defer { self.lastTime = time }
            return self.lastTime.map { max(0, time - $0) } ?? 1
        }

        mutating func judge(_ report: GPSDTPV, _ msd: MSD, at now: Instant) {
            // Before the first time nobody knows which sentence of the log it is.
            guard report.time != nil || self.lastFix != nil else { return }
            if let time = report.time, (report.mode ?? 0) >= 2, let radius = self.radius(of: report) {
                let second = time.truncatingRemainder(dividingBy: 86_400)
                guard let truth = self.truths.first(where: { abs($0.secondOfDay - second) < 0.01 }) else { return }
                // A place that nobody can trust waits as long as the last one can be trusted.
                let isWorse = radius > 150 && self.isTrusted(at: now)
                if let last = self.lastFix, last.truth.secondOfDay == truth.secondOfDay {
                    // The same second again is no younger, and counts where it is better.
                    self.lastFix?.radius = min(last.radius, radius)
                } else if !isWorse {
                    self.lastFix = (now, radius, report.speed ?? Fix.assumedSpeedMetersPerSecond, truth)
                    self.compareDirection(msd, report)
                }
                self.comparePlace(msd)
            }
            #expect(
                msd.control.positionCanBeTrusted == self.isTrusted(at: now),
                "at \(String(describing: self.lastFix?.truth.secondOfDay))"
            )
            self.trusted += msd.control.positionCanBeTrusted ? 1 : 0
            self.compareApproach(msd)
        }

        /// One sigma for each axis, or 80 m where the receiver gives a fair dilution only.
        private func radius(of report: GPSDTPV) -> Double? {
            if let error = report.eph { return (error * 2.448).rounded(.up) }
            return self.dilution.map { $0 <= 5 ? 80 : 1_000_000 }
        }

        private func comparePlace(_ msd: MSD) {
            guard let truth = self.lastFix?.truth else { return }
            let off = max(
                abs(Int(msd.vehicleLocation.positionLatitude) - Int(truth.position.positionLatitude)),
                abs(Int(msd.vehicleLocation.positionLongitude) - Int(truth.position.positionLongitude))
            )
            // gpsd prints nine digits behind the point.
            #expect(off <= 1, "\(off) milliarcseconds off at \(truth.secondOfDay)")
        }

        /// gpsd says the course itself, also where it works it out from the places.
        private func compareDirection(_ msd: MSD, _ report: GPSDTPV) {
            guard let speed = report.speed, speed > 3, let track = report.track else { return }
            #expect(msd.vehicleDirection == Direction.step(courseDegrees: track))
        }

        private func isTrusted(at now: Instant) -> Bool {
            guard let fix = self.lastFix else { return false }
            let age = fix.at.duration(to: now)
            let seconds = Double(age.components.seconds) + Double(age.components.attoseconds) / 1e18
            return age <= .seconds(5) && fix.radius + seconds * fix.speed <= 150
        }

        /// N1 and N2 are places where the car has been some seconds before, one before the other, to the 100
        /// milliarcseconds of their unit.
        private mutating func compareApproach(_ msd: MSD) {
            guard let first = msd.recentVehicleLocationN1, let second = msd.recentVehicleLocationN2, first != .zero
            else {
                return
            }
            var place = msd.vehicleLocation
            var reachedAt = self.lastFix?.truth.secondOfDay ?? 0
            for (delta, name) in [(first, "N1"), (second, "N2")] where delta != .zero {
                place = Position(
                    positionLatitude: place.positionLatitude + Int32(delta.latitudeDelta) * 100,
                    positionLongitude: place.positionLongitude + Int32(delta.longitudeDelta) * 100
                )
                // The instants of arrival, by which they are kept, waver around the seconds of the log.
                let before = reachedAt - Self.leastSpacing
                let passed = self.truths.filter { truth in
                    abs(Int(truth.position.positionLatitude) - Int(place.positionLatitude)) <= 101
                        && abs(Int(truth.position.positionLongitude) - Int(place.positionLongitude)) <= 101
                        && truth.secondOfDay <= before
                }
                #expect(!passed.isEmpty || Self.isClamped(delta), "\(name) is no place of the drive before \(before)")
                reachedAt = passed.map(\.secondOfDay).max() ?? before
            }
            self.n1 += 1
            if second != .zero { self.n2 += 1 }
        }

        /// Seconds: five, less what the way of a report may take.
        private static let leastSpacing = 4.0

        /// Whether the place is farther away than a delta can say.
        private static func isClamped(_ delta: LocationDelta) -> Bool {
            [delta.latitudeDelta, delta.longitudeDelta].contains { $0 == -512 || $0 == 511 }
        }
    }
}
