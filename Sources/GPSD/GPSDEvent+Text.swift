private import Glibc

extension GPSDLoss: CustomStringConvertible {
    /// The reason as a sentence without its full stop.
    package var description: String {
        switch self {
        case .closedByPeer: "gpsd closed the connection"
        case .timedOut(let limit): "gpsd did not answer within \(limit)"
        case .unresolved: "the name of gpsd's machine has no address"
        case .system(ECONNREFUSED): "no gpsd listens there (connection refused)"
        case .system(let errno): "the connection to gpsd failed: \(unsafe String(cString: strerror(errno)))"
        case .flooded(let limit): "gpsd sent more than \(limit) reports in a second"
        case .tooManyLines(let limit): "gpsd sent more than \(limit) lines in a second"
        case .tooManyOctets(let limit): "gpsd sent more than \(limit) octets in a second"
        case .silent(let time): "gpsd said nothing for \(time), also when it was asked"
        case .other(let text): "the connection to gpsd failed: \(text)"
        }
    }
}

extension GPSDProblem: CustomStringConvertible {
    /// The problem as a sentence without its full stop.
    package var description: String {
        switch self {
        case .lineTooLong(let limit): "a line of gpsd is longer than \(limit) octets"
        case .unfinishedLine(let octets): "the connection to gpsd ended after \(octets) octets of a line"
        case .malformed(let flaw, let octet): "a line of gpsd is no JSON at octet \(octet): \(flaw)"
        case .noObject: "a line of gpsd is no JSON object"
        case .noClass: "a line of gpsd has no class"
        case .wrongType(let field, let report, let expected): "\(field) of \(report) is not \(expected)"
        case .noTime(let field, let report): "\(field) of \(report) is no time in UTC (ISO 8601)"
        }
    }
}

extension JSONFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedEnd: "it ends too early"
        case .unexpectedOctet: "another character is expected"
        case .notUTF8: "it is not UTF-8"
        case .malformedEscape: "what follows a backslash is no escape"
        case .malformedNumber: "it is no number"
        case .hugeNumber: "the number is too large"
        case .tooDeep(let limit): "it nests deeper than \(limit) levels"
        case .tooManyValues(let limit): "it has more than \(limit) values"
        }
    }
}
