/// The compact header names and what they stand for.
enum HeaderNames {
    /// The long name of a compact one (RFC 3261 7.3.3 and the IANA registry), any other name as it is.
    static func expanded(_ name: String) -> String {
        guard name.utf8.count == 1, let octet = name.utf8.first else { return name }
        return switch HeaderSyntax.lowercased(octet) {
        case UInt8(ascii: "a"): "Accept-Contact"
        case UInt8(ascii: "b"): "Referred-By"
        case UInt8(ascii: "c"): "Content-Type"
        case UInt8(ascii: "d"): "Request-Disposition"
        case UInt8(ascii: "e"): "Content-Encoding"
        case UInt8(ascii: "f"): "From"
        case UInt8(ascii: "i"): "Call-ID"
        case UInt8(ascii: "j"): "Reject-Contact"
        case UInt8(ascii: "k"): "Supported"
        case UInt8(ascii: "l"): "Content-Length"
        case UInt8(ascii: "m"): "Contact"
        case UInt8(ascii: "n"): "Identity-Info"
        case UInt8(ascii: "o"): "Event"
        case UInt8(ascii: "r"): "Refer-To"
        case UInt8(ascii: "s"): "Subject"
        case UInt8(ascii: "t"): "To"
        case UInt8(ascii: "u"): "Allow-Events"
        case UInt8(ascii: "v"): "Via"
        case UInt8(ascii: "x"): "Session-Expires"
        case UInt8(ascii: "y"): "Identity"
        default: name
        }
    }
}
