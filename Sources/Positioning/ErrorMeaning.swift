/// What a receiver's error figure in the plane stands for; gpsd says of its own that their certainty is unknown.
package enum ErrorMeaning: String, Hashable, Sendable, CaseIterable {
    /// The radius that holds the true position with 95 % probability.
    case percent95
    /// The root of the mean square distance.
    case drms
    /// One standard deviation along each axis; the safe reading, as it makes the largest radius.
    case sigmaPerAxis

    /// What the figure is multiplied by for the radius of 95 %, errors along both axes alike and Gaussian.
    var radiusFactor: Double {
        switch self {
        case .percent95: 1
        case .drms: 1.731
        case .sigmaPerAxis: 2.448
        }
    }

    /// The same for the larger of two figures that stand for one axis each.
    private var axisFactor: Double {
        switch self {
        // 95 % of one axis are 1.960 standard deviations.
        case .percent95: 2.448 / Self.percent95OfOneAxis
        // There is no root mean square distance along one axis, but its standard deviation.
        case .drms, .sigmaPerAxis: 2.448
        }
    }

    private static let percent95OfOneAxis = 1.960

    /// The largest radius that says anything: half the earth's circumference.
    static let maximumRadiusMeters = 20_000_000.0

    /// The worst dilution at which a fix without an error figure is worth anything.
    package static let maximumDilution = 5.0

    /// The radius that is assumed with a fair dilution and no error figure: 6 m of error in the distances to the
    /// satellites, one standard deviation, times the worst dilution and 2.448, up to the next ten.
    package static let assumedRadiusMeters = 80

    /// The radius in whole meters, rounded up, that holds the true position with 95 % probability.
    ///
    /// `nil` when the report says nothing of it: without figures above zero for the plane or for both axes, and without
    /// a dilution up to `maximumDilution`.
    package func radius95Meters(of report: ReceiverReport) -> Int? {
        if let plane = Self.figure(report.horizontalErrorMeters) { return Self.rounded(plane * self.radiusFactor) }
        if let longitude = Self.figure(report.longitudeErrorMeters),
            let latitude = Self.figure(report.latitudeErrorMeters)
        {
            return Self.rounded(max(longitude, latitude) * self.axisFactor)
        }
        guard let hdop = Self.figure(report.hdop), hdop <= Self.maximumDilution else { return nil }
        return Self.assumedRadiusMeters
    }

    /// How far the true height is away at most with 95 % probability; `nil` when the report does not say.
    func heightError95Meters(of report: ReceiverReport) -> Double? {
        // Cut before it is multiplied, so that the product is a number.
        guard let figure = Self.figure(report.verticalErrorMeters).map({ min($0, Self.maximumRadiusMeters) }) else {
            return nil
        }
        switch self {
        case .percent95: return figure
        case .drms, .sigmaPerAxis: return figure * Self.percent95OfOneAxis
        }
    }

    /// A figure that says something: no receiver is without error, so that zero stands for a missing one.
    private static func figure(_ number: Double?) -> Double? {
        number.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }

    private static func rounded(_ meters: Double) -> Int {
        Int(min(meters, Self.maximumRadiusMeters).rounded(.up))
    }
}
