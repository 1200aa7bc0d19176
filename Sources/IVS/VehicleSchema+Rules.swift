internal import ConfigurationFile
internal import MSD
internal import NGECall
internal import SIP

// Which texts the keys of `ecalld.yaml` take.
extension VehicleSchema {
    static let vinRule = StringRule(
        "17 characters of 0-9 and A-Z without I, O and Q",
        length: 0...64,
        example: "ECALLEXAMPLE02026"
    ) { text in (try? VIN(text)) != nil }  // Only whether it can be read counts; the rule says what is expected.

    static let uriRule = StringRule(
        "a sip: URI without a password",
        length: 5...256,
        example: "sip:sos@center.invalid"
    ) { text in
        // Only whether it can be read counts; the rule says what is expected.
        guard text.hasPrefix("sip:"), case .sip(let uri)? = try? URI(parsing: text) else { return false }
        return !Self.hasPassword(uri)
    }

    /// Whether the user part has a password behind a colon, which would be in every message and record (RFC 3261 19.1.1).
    private static func hasPassword(_ uri: SIPURI) -> Bool { uri.user?.contains(":") ?? false }

    static let addressOfRecordRule = StringRule(
        "a sip: URI with a user, without password and parameters",
        length: 7...256,
        example: "sip:vehicle@center.invalid"
    ) { text in
        // Only whether it can be read counts; the rule says what is expected.
        guard text.hasPrefix("sip:"), case .sip(let uri)? = try? URI(parsing: text) else { return false }
        return uri.user != nil && !Self.hasPassword(uri) && uri.parameters.isEmpty && uri.headers == nil
    }

    static let registrarRule = StringRule(
        "a sip: URI without a user",
        length: 5...256,
        example: "sip:center.invalid"
    ) { text in
        // Only whether it can be read counts; the rule says what is expected.
        guard text.hasPrefix("sip:"), case .sip(let uri)? = try? URI(parsing: text) else { return false }
        return uri.user == nil && uri.headers == nil
    }

    static let urnRule = StringRule("a URN", length: 6...128, example: "urn:uuid:x") { text in
        text.hasPrefix("urn:") && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3E }
    }

    static let nameRule = StringRule("a name of 1 to 32 characters", length: 1...32, example: "center")

    static let realmRule = StringRule("1 to 128 characters", length: 1...128, example: "center.invalid")

    static let hostRule = StringRule("a host name or numeric address", length: 1...253, example: "127.0.0.1") {
        $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x40 }
    }

    static let addressRule = StringRule("a numeric IP address", length: 2...45, example: "192.0.2.1") { text in
        // Only whether it can be read counts; the rule says what is expected.
        (try? EmergencyGate(unlocked: false, allowedAddresses: [text], simulated: false)) != nil
    }

    static let pathRule = StringRule("a path", length: 1...4_096, example: "ecall.sqlite")

    static let patternRule = StringRule(
        "a pattern such as: off, on, on 500 ms off 500 ms, on 125 ms off 125 ms for 5 s",
        length: 2...256,
        example: "on"
    ) { PatternText.pattern($0) != nil }
}
