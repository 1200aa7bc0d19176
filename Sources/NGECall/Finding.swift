/// What a vehicle can say of one thing: its value, that it does not know it, or that it has nothing to know it by.
///
/// A responder reads "airbag not deployed" and "no sensor for it" as different things, so they must not share a blank.
package enum Finding<Value: Hashable & Sendable>: Hashable, Sendable {
    case value(Value)
    /// There is something that should know, and it does not; what a document does not speak of is read as this.
    case unknown
    /// The vehicle has no such equipment.
    case notFitted

    /// The value, `nil` for both of the other two.
    package var value: Value? {
        switch self {
        case .value(let value): value
        case .unknown, .notFitted: nil
        }
    }

    /// The same of something derived from the value; `nil` from `transform` is unknown.
    package func map<Other>(_ transform: (Value) -> Other?) -> Finding<Other> {
        switch self {
        case .value(let value): transform(value).map(Finding<Other>.value) ?? .unknown
        case .unknown: .unknown
        case .notFitted: .notFitted
        }
    }
}
