internal import SIP

/// Takes the credentials out of a SIP message; everything else stays octet for octet.
///
/// What is left in place is what is known to be no secret: the parameters of a digest but its `response`, and those of
/// an Authentication-Info but its `rspauth`, for each is made of the password and open to guesses. A parameter or a
/// scheme that is not known is masked, and so is the rest of a field that breaks the syntax of RFC 3261 25.1.
package enum SecretMask {
    /// What stands in the place of a secret.
    package static let mask = "masked"

    /// The parameters that may be read, in lower case (RFC 7616 3.3, 3.4 and 3.5; RFC 3310 3.2).
    private static let shown: Set<String> = [
        "username", "username*", "realm", "nonce", "uri", "algorithm", "cnonce", "opaque", "qop", "nc", "userhash",
        "charset", "stale", "domain", "nextnonce", "auts",
    ]
    /// The parameters whose value is a secret and whose name is none.
    private static let named: Set<String> = ["response", "rspauth"]
    /// Schemes whose name may be read although all that follows is secret.
    private static let nameable: Set<String> = ["basic", "bearer"]

    private enum Kind {
        /// A scheme and its parameters (RFC 3261 20.7 and 20.28).
        case credentials
        /// Parameters alone (20.6).
        case info

        init?(_ name: ArraySlice<UInt8>) {
            switch SecretMask.lowercased(name) {
            case "authorization", "proxy-authorization": self = .credentials
            case "authentication-info", "proxy-authentication-info": self = .info
            default: return nil
            }
        }
    }

    /// The message with its secrets replaced: its head may change its length, its body does not change.
    ///
    /// Takes any octets; those of no message come back as they are, but for lines that look like these headers.
    package static func masked(_ octets: [UInt8]) -> [UInt8] {
        var masked: [UInt8] = []
        masked.reserveCapacity(octets.count)
        let end = Self.endOfHead(octets)
        var index = 0
        while index < end {
            let line = Self.endOfLine(octets, from: index, to: end)
            if let (kind, valueStart) = Self.secretField(octets[index..<line]) {
                let valueEnd = Self.endOfField(octets, from: index, to: end)
                masked += octets[index..<valueStart]
                masked += Self.masked(octets[valueStart..<valueEnd], kind)
                index = valueEnd
            } else {
                masked += octets[index..<line]
                index = line
            }
            // The line break as it came, whatever it is made of.
            while index < end, Self.isBreak(octets[index]) {
                masked.append(octets[index])
                index += 1
            }
        }
        return masked + octets[end...]
    }

    /// The index of the empty line that ends the head, or of the end when there is none.
    private static func endOfHead(_ octets: [UInt8]) -> Int {
        var index = octets.firstIndex { !Self.isBreak($0) } ?? octets.endIndex
        while index + 3 < octets.count {
            let isFirst = octets[index] == 0x0D && octets[index + 1] == 0x0A
            if isFirst, octets[index + 2] == 0x0D, octets[index + 3] == 0x0A { return index }
            index += 1
        }
        return octets.count
    }

    /// The next CR or LF: a bare one may begin a field of a peer that breaks the rules.
    private static func endOfLine(_ octets: [UInt8], from start: Int, to end: Int) -> Int {
        octets[start..<end].firstIndex(where: Self.isBreak) ?? end
    }

    /// The next CRLF that no fold continues: a bare CR or LF does not end the mask of a field.
    private static func endOfField(_ octets: [UInt8], from start: Int, to end: Int) -> Int {
        var index = start
        while index + 1 < end {
            let isBreak = octets[index] == 0x0D && octets[index + 1] == 0x0A
            if isBreak, index + 2 >= end || !Self.isBlank(octets[index + 2]) { return index }
            index += 1
        }
        return end
    }

    /// Whether the line begins a field that holds a secret, and where its value starts.
    private static func secretField(_ line: ArraySlice<UInt8>) -> (kind: Kind, valueStart: Int)? {
        guard let colon = line.firstIndex(of: 0x3A) else { return nil }
        // A blank in front would make it a fold of another field for a strict reader; for others it is a field.
        let name = line[..<colon].drop(while: Self.isBlank)
        let nameEnd = name.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? name.startIndex
        return Kind(name[..<nameEnd]).map { ($0, colon + 1) }
    }

    private static func masked(_ value: ArraySlice<UInt8>, _ kind: Kind) -> [UInt8] {
        var scanner = SecretScanner(value)
        switch kind {
        case .info:
            scanner.takeParameters(Self.showing)
        case .credentials:
            scanner.skipSpace()
            while let scheme = scanner.scheme {
                guard scheme == "digest" else {
                    if Self.nameable.contains(scheme) { scanner.keepScheme() }
                    break
                }
                scanner.keepScheme()
                scanner.takeParameters(Self.showing)
            }
        }
        return scanner.finished()
    }

    /// How much of a parameter may be read.
    enum Showing {
        case all
        case name
        case nothing
    }

    private static func showing(_ name: String) -> Showing {
        if Self.shown.contains(name) { return .all }
        return Self.named.contains(name) ? .name : .nothing
    }

    static func isBreak(_ octet: UInt8) -> Bool { octet == 0x0D || octet == 0x0A }

    static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    static func lowercased(_ octets: ArraySlice<UInt8>) -> String {
        String(decoding: octets.map(HeaderSyntax.lowercased), as: UTF8.self)
    }
}

/// Walks through the value of a field, copying what may be read.
private struct SecretScanner {
    private let value: ArraySlice<UInt8>
    private var index: Int
    private var result: [UInt8] = []

    init(_ value: ArraySlice<UInt8>) {
        self.value = value
        self.index = value.startIndex
    }

    /// The token here in lower case, when it is a scheme: blanks, and no equals sign, follow it.
    var scheme: String? {
        let end = self.endOfToken
        guard end > self.index, end < self.value.endIndex, Self.isSpace(self.value[end]) else { return nil }
        guard let next = self.value[end...].firstIndex(where: { !Self.isSpace($0) }), self.value[next] != 0x3D else {
            return nil
        }
        return SecretMask.lowercased(self.value[self.index..<end])
    }

    private var endOfToken: Int {
        self.value[self.index...].firstIndex { !HeaderSyntax.isTokenOctet($0) } ?? self.value.endIndex
    }

    mutating func keepScheme() {
        self.keep(to: self.endOfToken)
        self.skipSpace()
    }

    /// Copies blanks and folds.
    mutating func skipSpace() {
        self.keep(to: self.value[self.index...].firstIndex { !Self.isSpace($0) } ?? self.value.endIndex)
    }

    /// Takes parameters between commas up to a scheme, the end, or the first thing that is neither.
    mutating func takeParameters(_ showing: (String) -> SecretMask.Showing) {
        self.skipSpace()
        while self.takeParameter(showing) {
            self.skipSpace()
            guard self.index < self.value.endIndex, self.value[self.index] == 0x2C else { return }
            let separators = self.value[self.index...].firstIndex { $0 != 0x2C && !Self.isSpace($0) }
            self.keep(to: separators ?? self.value.endIndex)
            if self.scheme != nil { return }
        }
    }

    private mutating func takeParameter(_ showing: (String) -> SecretMask.Showing) -> Bool {
        let end = self.endOfToken
        let equals = self.value[end...].firstIndex { !Self.isSpace($0) }
        guard end > self.index, let equals, self.value[equals] == 0x3D else { return false }
        let shown = showing(SecretMask.lowercased(self.value[self.index..<end]))
        if shown == .nothing {
            self.result += "\(SecretMask.mask)=".utf8
            self.index = equals + 1
        } else {
            self.keep(to: equals + 1)
        }
        self.skipSpace()
        let (valueEnd, isWhole) = self.endOfParameterValue
        if shown == .all, isWhole {
            self.keep(to: valueEnd)
        } else {
            let isQuoted = self.index < self.value.endIndex && self.value[self.index] == 0x22
            self.result += (isQuoted ? "\"\(SecretMask.mask)\"" : SecretMask.mask).utf8
            self.index = valueEnd
        }
        return true
    }

    /// Where the value here ends, and whether that is a value at all.
    private var endOfParameterValue: (index: Int, isWhole: Bool) {
        guard self.index < self.value.endIndex, self.value[self.index] == 0x22 else {
            let end = self.value[self.index...].firstIndex { $0 == 0x2C || Self.isSpace($0) } ?? self.value.endIndex
            return (end, self.value[self.index..<end].allSatisfy { $0 != 0x22 && $0 != 0x3D })
        }
        var index = self.index + 1
        while index < self.value.endIndex {
            if self.value[index] == 0x22 { return (index + 1, true) }
            index += self.value[index] == 0x5C ? 2 : 1
        }
        return (self.value.endIndex, false)
    }

    /// What was copied, and the mask for whatever is left.
    mutating func finished() -> [UInt8] {
        self.skipSpace()
        guard self.index < self.value.endIndex else { return self.result }
        return self.result + Array(SecretMask.mask.utf8)
    }

    private mutating func keep(to end: Int) {
        self.result += self.value[self.index..<end]
        self.index = end
    }

    private static func isSpace(_ octet: UInt8) -> Bool {
        SecretMask.isBlank(octet) || SecretMask.isBreak(octet)
    }
}
