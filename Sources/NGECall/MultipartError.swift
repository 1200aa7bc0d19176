/// Why a multipart body, or one part of it, could not be read.
package enum MultipartError: Error, Hashable, Sendable {
    /// The Content-Type is no multipart type.
    case notMultipart(contentType: String)
    /// The Content-Type lacks its boundary parameter.
    case noBoundaryParameter
    /// The boundary breaks RFC 2046 5.1.1: 1 to 70 of its characters, the last no blank.
    case illegalBoundary(octets: Int)
    /// The delimiter that the Content-Type announces begins no line of the body.
    case noDelimiter(boundary: String)
    /// The body ends before the closing delimiter.
    case unterminated(partsBegun: Int)
    /// More parts than `Multipart.maximumParts`.
    case tooManyParts(maximum: Int)
    /// Multiparts inside each other deeper than `Multipart.maximumNesting`.
    case nestedTooDeep(maximum: Int)
    /// A part's header fields are longer than `Multipart.maximumHeaderOctets`.
    case headersTooLong(part: Int, octets: Int)
    /// A part has more header fields than `Multipart.maximumHeaderCount`.
    case tooManyHeaders(part: Int, maximum: Int)
    /// A line of a part's header (both counted from 1) is no header field.
    case malformedHeader(part: Int, line: Int)
    /// A transfer encoding other than binary, 8bit, 7bit and base64.
    case unknownTransferEncoding(String)
    /// The part says base64 and is none.
    case damagedBase64
}

extension MultipartError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notMultipart(let contentType): "expected a multipart Content-Type, found \"\(contentType)\""
        case .noBoundaryParameter: "the multipart Content-Type has no boundary parameter"
        case .illegalBoundary(let octets):
            "expected a boundary of 1 to 70 legal characters, the last no blank; it has \(octets) octets"
        case .noDelimiter(let boundary): "no line of the body begins with --\(boundary)"
        case .unterminated(let parts): "the body ends inside part \(parts), before the closing delimiter"
        case .tooManyParts(let maximum): "more than \(maximum) parts"
        case .nestedTooDeep(let maximum): "multiparts nested deeper than \(maximum)"
        case .headersTooLong(let part, let octets): "part \(part) has \(octets) octets of header fields"
        case .tooManyHeaders(let part, let maximum): "part \(part) has more than \(maximum) header fields"
        case .malformedHeader(let part, let line): "line \(line) of part \(part) is no header field"
        case .unknownTransferEncoding(let name): "unknown Content-Transfer-Encoding \"\(name)\""
        case .damagedBase64: "the content is not the base64 it is announced as"
        }
    }
}
