import NIOCore

/// Why a client has no answer; the description says what to do about it.
package enum ControlClientError: Error, CustomStringConvertible {
    case noSocket(path: String)
    case permissionDenied(path: String)
    case nobodyAnswers(path: String)
    case pathTooLong(path: String, limit: Int)
    /// The connection was refused for another reason.
    case notConnected(path: String, any Error)
    /// The service answered with an error.
    case refused(method: String, ServiceError)
    /// No answer within the wait.
    case noAnswer(method: String, wait: Duration)
    /// The connection ended before the answer.
    case closed
    /// What came is no reply of a Varlink service.
    case malformedReply(String)
    /// The reader of a stream left more than this many replies waiting.
    case readerTooSlow(limit: Int)

    package var description: String {
        switch self {
        case .noSocket(let path):
            "there is no socket \(path): is ecalld running, and is this its socket? (systemctl status ecalld)"
        case .permissionDenied(let path):
            "no permission to open \(path): add the user to the group that owns the socket and log in again "
                + "(ls -l \(path); sudo usermod -aG GROUP USER)"
        case .nobodyAnswers(let path):
            "nobody answers on \(path): ecalld has ended and left its socket; start it (systemctl start ecalld)"
        case .pathTooLong(let path, let limit):
            "the socket path \(path) has \(path.utf8.count) octets; the kernel takes at most \(limit)"
        case .notConnected(let path, let error):
            "\(path) cannot be connected to: \(error)"
        case .refused(let method, let error):
            "\(method): \(error.sentence)"
        case .noAnswer(let method, let wait):
            "\(method): no answer within \(wait.components.seconds) s; ecalld is stuck, or a stream has the connection"
        case .closed:
            "the connection ended before the answer: ecalld was stopped, has "
                + "\(ControlLimits.maximumConnections) clients already, or refused what was sent; its log says which"
        case .malformedReply(let why):
            "what came is no reply: \(why); is this the socket of ecalld?"
        case .readerTooSlow(let limit):
            "more than \(limit) events wait to be read; read them faster"
        }
    }
}

extension ControlClientError {
    /// What a refused connection means to the user.
    static func connecting(to path: String, _ error: any Error) -> ControlClientError {
        guard let errnoCode = (error as? IOError)?.errnoCode else { return .notConnected(path: path, error) }
        switch SystemRefusal(errnoCode) {
        case .missing: return .noSocket(path: path)
        case .denied: return .permissionDenied(path: path)
        case .unanswered: return .nobodyAnswers(path: path)
        case .other: return .notConnected(path: path, error)
        }
    }
}

extension ServiceError {
    /// The error as a person reads it.
    package var sentence: String {
        let parameter = { (name: String) in self.parameters[name]?.asString ?? "" }
        switch self.name {
        case "\(ServiceCatalog.serviceName).InvalidParameter":
            return "the parameter \(parameter("parameter")) is unknown, missing, or of the wrong type or value"
        case "\(ServiceCatalog.serviceName).MethodNotFound":
            return "the service has no such method; it may be of another version"
        case "\(ServiceCatalog.serviceName).InterfaceNotFound":
            return "the service has no interface \(parameter("interface")); it may be of another version"
        default:
            guard self.parameters != [:] else { return self.name }
            return "\(self.name) \(self.parameters.text)"
        }
    }
}
