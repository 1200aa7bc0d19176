/// Why a line cannot be used as asked.
package enum LineError: Error, Hashable, Sendable {
    case unknown(LineName, known: [LineName])
    case duplicate(LineName)
    case tooMany(count: Int)
    /// A line of a real rig without a place in the kernel.
    case unwired(LineName)
    case wrongDirection(LineName, is: LineSpecification.Direction)
    case unusable(LineName, LineHealth)
    /// A number or time of a command lies outside what is allowed.
    case outOfRange(LineName, quantity: String, found: String, allowed: String)
}

extension LineError: CustomStringConvertible {
    /// One sentence for the engineer at the tool.
    package var description: String {
        switch self {
        case .unknown(let name, let known):
            "There is no line \"\(name)\"; the lines are \(known.map(\.text).joined(separator: ", "))."
        case .duplicate(let name):
            "The line \"\(name)\" is configured twice."
        case .tooMany(let count):
            "\(count) lines are configured, at most \(SimulatedLines.maximumLines) are possible."
        case .unwired(let name):
            "The line \"\(name)\" has no pin."
        case .wrongDirection(let name, .input):
            "The line \"\(name)\" is an input and cannot be driven."
        case .wrongDirection(let name, .output):
            "The line \"\(name)\" is an output and cannot be set from outside."
        case .unusable(let name, let health):
            "The line \"\(name)\" cannot be used: \(health)."
        case .outOfRange(let name, let quantity, let found, let allowed):
            "The \(quantity) for line \"\(name)\" is \(found), allowed is \(allowed)."
        }
    }
}
