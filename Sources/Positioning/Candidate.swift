internal import MSD
internal import Timeline

/// A report that tells a place on the earth, its numbers checked.
struct Candidate: Hashable, Sendable {
    /// The latest receiver time that is one: the year 9999.
    static let maximumTime = 253_402_300_800.0

    /// The fastest speed that a receiver is believed to tell: twice that of a car.
    private static let maximumSpeed = 2 * PositionFilter.maximumSpeedMetersPerSecond

    /// Heights in which there are cars, with room: the Dead Sea and the highest roads.
    private static let heights = -1_000.0...10_000.0

    let position: Position
    let radius95Meters: Int?
    let speed: Double?
    let time: Double?
    /// When it arrived, or when another one of the same receiver time did.
    var at: Instant

    init(_ report: ReceiverReport, meaning: ErrorMeaning, at now: Instant) throws(PositionRefusal) {
        switch report.mode {
        case .unknown, .none: throw .noFix
        case .twoD, .threeD: break
        }
        guard let latitude = report.latitudeDegrees, let longitude = report.longitudeDegrees else {
            throw .noCoordinates
        }
        guard latitude.isFinite, longitude.isFinite else { throw .notFinite }
        guard latitude != 0 || longitude != 0 else { throw .nullIsland }
        guard let position = Position(latitudeDegrees: latitude, longitudeDegrees: longitude) else {
            throw .offTheEarth
        }
        self.position = position
        self.radius95Meters = meaning.radius95Meters(of: report)
        self.speed = report.speedMetersPerSecond.flatMap { (0...Self.maximumSpeed).contains($0) ? $0 : nil }
        self.time = report.time.flatMap { (0...Self.maximumTime).contains($0) ? $0 : nil }
        self.at = now
    }

    /// Whether the fix it makes could be trusted at the moment it is taken.
    var canBeTrusted: Bool {
        self.radius95Meters.map { $0 <= Fix.maximumTrustedRadiusMeters } ?? false
    }

    /// The radius, or that of the limit when nothing is known of it.
    var doubtMeters: Int {
        self.radius95Meters ?? Fix.maximumTrustedRadiusMeters
    }

    /// The refusal of a place that no car gets to from an earlier one; `nil` when it can.
    ///
    /// A radius beyond what can be trusted allows no more than that: else the worst fix could be anywhere.
    func jump(from earlier: Candidate) -> PositionRefusal? {
        let elapsed = max(PositionFilter.minimumStep, earlier.at.duration(to: self.at))
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        let doubt = min(max(self.doubtMeters, earlier.doubtMeters), Fix.maximumTrustedRadiusMeters)
        let reach = PositionFilter.maximumSpeedMetersPerSecond * seconds + PositionFilter.jumpRadii * Double(doubt)
        let meters = Ground.meters(from: earlier.position, to: self.position)
        return meters > reach ? .jump(meters: Int(meters)) : nil
    }

    /// The fix it makes; `nil` when a number of it is none.
    func fix(direction: UInt8?, _ report: ReceiverReport, _ meaning: ErrorMeaning) -> Fix? {
        // Without three dimensions the height is a guess of the receiver.
        let height = report.mode == .threeD ? report.heightMeters.flatMap { Self.heights.contains($0) ? $0 : nil } : nil
        return Fix(
            position: self.position,
            radius95Meters: self.radius95Meters,
            direction: direction,
            takenAt: self.at,
            speedMetersPerSecond: self.speed,
            heightMeters: height,
            heightError95Meters: height == nil ? nil : meaning.heightError95Meters(of: report)
        )
    }
}

/// The fix that counts, with what later ones are held against.
struct AcceptedFix: Hashable, Sendable {
    let fix: Fix
    let candidate: Candidate
    /// Whether it was trusted when the car crashed, or came after and could be.
    var isKept: Bool
}
