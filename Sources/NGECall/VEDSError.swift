/// Why a Vehicle Emergency Data Set was refused; it quotes neither VIN nor position.
package enum VEDSError: Error, Hashable, Sendable {
    case tooLarge(octets: Int, maximum: Int)
    case xml(XMLError)
    /// The root is not `AutomatedCrashNotification` in a namespace of the set.
    case wrongRoot(namespace: String, name: String)
    /// An element that gives its parent its meaning is not there.
    case missing(element: String)
    case badValue(element: String, found: String, expected: String)
    case textTooLong(element: String, octets: Int, maximum: Int)
    case tooMany(element: String, count: Int, maximum: Int)
}

extension VEDSError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let octets, let maximum):
            "vehicle data: a document of \(octets) octets, allowed are \(maximum)"
        case .xml(let error): "vehicle data: \(error)"
        case .wrongRoot(let namespace, let name):
            "vehicle data: expected the root AutomatedCrashNotification, found \(name) in \"\(namespace)\""
        case .missing(let element): "vehicle data: no \(element)"
        case .badValue(let element, let found, let expected):
            "vehicle data: \(element) is \"\(found)\", expected \(expected)"
        case .textTooLong(let element, let octets, let maximum):
            "vehicle data: \(element) has \(octets) octets, allowed are \(maximum)"
        case .tooMany(let element, let count, let maximum):
            "vehicle data: \(count) of \(element), allowed are \(maximum)"
        }
    }
}
