/// Why a report of a receiver is not taken as the position.
package enum PositionRefusal: Error, Hashable, Sendable {
    /// The receiver has no fix, or does not say that it has one.
    case noFix
    /// The receiver says that it has a fix, and not where.
    case noCoordinates
    /// A coordinate is infinite or no number.
    case notFinite
    /// A coordinate does not exist on the earth.
    case offTheEarth
    /// Exactly 0/0, which stands for a receiver that knows nothing.
    case nullIsland
    /// Farther from the last fix than any car gets; may be accepted when the receiver stays there.
    case jump(meters: Int)
    /// The receiver's time is before that of the last fix; may be accepted when it goes on from there.
    case oldFix(seconds: Int)
    /// The receiver's time is that of the last fix, and the fix is no better.
    case repeatedTime
    /// Nothing is known of its error, and the last fix can still be trusted.
    case noErrorFigure
    /// It cannot be trusted, and the last fix can, or was trusted when the car crashed.
    case worse(radiusMeters: Int)
}

extension PositionRefusal: CustomStringConvertible {
    /// The refusal as a sentence without its full stop and without coordinates, fit for a log.
    package var description: String {
        switch self {
        case .noFix: "the receiver has no fix"
        case .noCoordinates: "the receiver has a fix and tells no coordinates"
        case .notFinite: "a coordinate is no number"
        case .offTheEarth: "a coordinate is beyond 90 degrees of latitude or 180 of longitude"
        case .nullIsland: "the coordinates are exactly zero, as of a receiver that knows nothing"
        case .jump(let meters): "the position is \(meters) m from the last one, farther than a car gets"
        case .oldFix(let seconds): "the receiver's time is \(seconds) s before that of the last position"
        case .repeatedTime: "the receiver repeats the time of the last position"
        case .noErrorFigure: "the receiver tells no error, and the last position can be trusted"
        case .worse(let meters): "the error is \(meters) m, and the last position is better"
        }
    }
}
