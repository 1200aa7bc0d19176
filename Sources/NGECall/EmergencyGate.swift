package import SIP

/// The last thing a request passes before it is sent: it keeps a rig from calling a real emergency service by accident.
///
/// A request for an emergency service leaves only to loopback, or, on a rig with real lines whose unlock file is
/// present, to an IP address of the allow list. Every other request and every response passes.
package struct EmergencyGate: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case permitted
        /// The sentence says what was recognised and what is missing.
        case refused(reason: String)
    }

    /// An entry of the allow list is no IP address; a name could be made to point anywhere.
    package struct NotAnAddress: Error, Hashable, Sendable, CustomStringConvertible {
        package let text: String

        package init(text: String) {
            self.text = text
        }

        package var description: String { "\"\(self.text)\" is no IP address; names are not allowed here" }
    }

    private let unlocked: Bool
    private let allowed: Set<NumericAddress>
    private let emergencyNumbers: Set<String>
    private let simulated: Bool

    /// A gate for one configuration of the rig.
    ///
    /// `unlocked` says that root's unlock file is there. `simulated` says that lines are simulated, time is scaled or
    /// the panel is not on loopback. `emergencyNumbers` are digits without separators.
    package init(
        unlocked: Bool,
        allowedAddresses: [String],
        emergencyNumbers: Set<String> = Self.standardEmergencyNumbers,
        simulated: Bool
    ) throws(NotAnAddress) {
        var allowed: Set<NumericAddress> = []
        for text in allowedAddresses {
            guard let address = NumericAddress(text) else { throw NotAnAddress(text: text) }
            allowed.insert(address)
        }
        self.unlocked = unlocked
        self.allowed = allowed
        self.emergencyNumbers = emergencyNumbers
        self.simulated = simulated
    }

    /// Whether `message` may be sent to the IP address `address`, given as text.
    package func verdict(for message: Message, toAddress address: String) -> Verdict {
        guard case .request(_, let uri) = message.startLine, let reason = self.emergency(uri, message.headers) else {
            return .permitted
        }
        guard let hop = NumericAddress(address) else {
            return .refused(reason: "\(reason), and \"\(address)\" is no IP address.")
        }
        if hop.isLoopback { return .permitted }
        guard !self.simulated else {
            return .refused(reason: "\(reason), and a simulated rig sends that to loopback only, not to \(address).")
        }
        guard self.unlocked else {
            return .refused(reason: "\(reason), and the rig is not unlocked for emergency services.")
        }
        guard self.allowed.contains(hop) else {
            return .refused(reason: "\(reason), and \(address) is not on the list of allowed addresses.")
        }
        return .permitted
    }

    /// Whether an IP address, given as text, is this machine's own (127.0.0.0/8, ::1); a name never is.
    package static func isLoopback(_ address: String) -> Bool {
        NumericAddress(address)?.isLoopback ?? false
    }

    /// Whether an IP address, given as text, is on a list of them or this machine's own, however each is written.
    package static func isListed(_ address: String, among list: [String]) -> Bool {
        guard let own = NumericAddress(address) else { return false }
        return own.isLoopback || list.contains { NumericAddress($0) == own }
    }

    /// Whether the request is for an emergency service by its Request-URI, To or a Route.
    package func isEmergency(_ message: Message) -> Bool {
        guard case .request(_, let uri) = message.startLine else { return false }
        return self.emergency(uri, message.headers) != nil
    }

    /// What makes the request one for an emergency service, `nil` when nothing does.
    private func emergency(_ requestURI: String, _ headers: Headers) -> String? {
        if self.isEmergency(uri: requestURI) {
            return "The Request-URI \(requestURI) is an emergency service"
        }
        for name in ["To", "Route"] {
            for element in headers.elements(name) {
                let uri = AddressText.uri(in: element)
                if self.isEmergency(uri: uri) { return "The \(name) URI \(uri) is an emergency service" }
            }
        }
        return nil
    }

    private func isEmergency(uri: String) -> Bool {
        // Escapes are resolved first, so that none can hide a number or a URN.
        let octets = PercentEncoding.decode(uri).utf8.map(HeaderSyntax.lowercased).filter { $0 > 0x20 }
        let text = String(decoding: octets, as: UTF8.self)
        // Wherever it stands: what cannot be taken apart is rather held back than let through.
        // The test service too: a test that reaches a 112 hop by accident wakes people who can do nothing about it.
        if text.contains("urn:service:sos") || text.contains("urn:service:test.sos") { return true }
        if text.hasPrefix("urn:") { return Self.isEmergencyURN(text) }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return self.isEmergency(user: text[...]) }
        let rest = text[text.utf8.index(after: colon)...]
        switch text[..<colon] {
        case "sip", "sips":
            guard let user = rest.firstIndex(of: "@").map({ rest[..<$0] }) else {
                // `sip:112` can only mean the number; separators stay, for `sip:10.1.1.1` is an address.
                return self.emergencyNumbers.contains(String(Self.core(of: rest)))
            }
            return self.isEmergency(user: user)
        default:
            return self.isEmergency(user: rest)
        }
    }

    /// Whether a lower-case URN is a service of `sos`: the public ones and those inside emergency networks.
    private static func isEmergencyURN(_ text: String) -> Bool {
        let labels = text.split(separator: ":")
        guard let service = labels.firstIndex(of: "service"), service + 1 < labels.endIndex else { return false }
        return labels[service + 1].hasPrefix("sos") || labels[service + 1].hasPrefix("test.sos")
    }

    /// Whether a user part is an emergency number once its parameters, password and separators are off.
    private func isEmergency(user: Substring) -> Bool {
        let separators: Set<Character> = ["-", ".", "(", ")", "+", "/"]
        return self.emergencyNumbers.contains(String(Self.core(of: user).filter { !separators.contains($0) }))
    }

    /// What stands before parameters, a password or port, and header fields.
    private static func core(of text: Substring) -> Substring {
        text.prefix { $0 != ";" && $0 != ":" && $0 != "?" }
    }
}
