internal import NIOCore
private import NIOPosix

extension GPSDLoss {
    /// What SwiftNIO says, in our words; `limit` is how long a connection was waited for.
    init(_ error: any Error, after limit: Duration?) {
        switch error {
        case let error as IOError:
            self = .system(errno: error.errnoCode)
        case ChannelError.connectTimeout:
            self = limit.map(GPSDLoss.timedOut(after:)) ?? .other("\(error)")
        case let error as NIOConnectionError:
            // Of several addresses the first one's answer is told; without any the name has none.
            self = error.connectionErrors.first.map { GPSDLoss($0.error, after: limit) } ?? .unresolved
        default:
            self = .other("\(error)")
        }
    }
}
