/// Reads a JSON text (RFC 8259) within the limits of a line, without a step back.
struct JSONText {
    indirect enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([Value])
        case object([String: Value])
    }

    private let octets: [UInt8]
    private var place = 0
    private var values = 0

    private init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// The one value of a text.
    static func value(of octets: [UInt8]) throws(GPSDProblem) -> Value {
        var text = JSONText(octets)
        do throws(JSONFlaw) {
            let value = try text.value(depth: 0)
            text.skipSpace()
            guard text.next == nil else { throw .unexpectedOctet }
            return value
        } catch {
            throw .malformed(error, octet: text.place)
        }
    }

    private var next: UInt8? {
        self.place < self.octets.count ? self.octets[self.place] : nil
    }

    private mutating func skipSpace() {
        while let octet = self.next, octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D {
            self.place += 1
        }
    }

    @discardableResult
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: character) else { return false }
        self.place += 1
        return true
    }

    private mutating func require(_ character: Unicode.Scalar) throws(JSONFlaw) {
        guard self.take(character) else { throw self.next == nil ? .unexpectedEnd : .unexpectedOctet }
    }

    private mutating func value(depth: Int) throws(JSONFlaw) -> Value {
        guard depth < GPSDLimits.maximumDepth else { throw .tooDeep(limit: GPSDLimits.maximumDepth) }
        self.values += 1
        guard self.values <= GPSDLimits.maximumValues else { throw .tooManyValues(limit: GPSDLimits.maximumValues) }
        self.skipSpace()
        switch self.next {
        case nil: throw .unexpectedEnd
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        default: return .number(try self.number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(JSONFlaw) -> Value {
        for character in word.description.unicodeScalars { try self.require(character) }
        return value
    }

    private mutating func object(depth: Int) throws(JSONFlaw) -> Value {
        try self.require("{")
        var members: [String: Value] = [:]
        self.skipSpace()
        if self.take("}") { return .object(members) }
        while true {
            self.skipSpace()
            let name = try self.string()
            self.skipSpace()
            try self.require(":")
            // Of two members with one name the later counts.
            members[name] = try self.value(depth: depth + 1)
            self.skipSpace()
            if self.take("}") { return .object(members) }
            try self.require(",")
        }
    }

    private mutating func array(depth: Int) throws(JSONFlaw) -> Value {
        try self.require("[")
        var elements: [Value] = []
        self.skipSpace()
        if self.take("]") { return .array(elements) }
        while true {
            elements.append(try self.value(depth: depth + 1))
            self.skipSpace()
            if self.take("]") { return .array(elements) }
            try self.require(",")
        }
    }

    private mutating func string() throws(JSONFlaw) -> String {
        try self.require("\"")
        var text: [UInt8] = []
        while let octet = self.next {
            switch octet {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw .notUTF8 }
                self.place += 1
                return string
            case UInt8(ascii: "\\"):
                self.place += 1
                text += String(try self.escaped()).utf8
            case 0..<0x20:
                throw .unexpectedOctet
            default:
                text.append(octet)
                self.place += 1
            }
        }
        throw .unexpectedEnd
    }

    private mutating func escaped() throws(JSONFlaw) -> Unicode.Scalar {
        guard let octet = self.next else { throw .unexpectedEnd }
        self.place += 1
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(octet)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try self.scalar()
        default: throw .malformedEscape
        }
    }

    /// A scalar in one unit of UTF-16 or in a pair of surrogates.
    private mutating func scalar() throws(JSONFlaw) -> Unicode.Scalar {
        let first = try self.unit()
        guard UTF16.isLeadSurrogate(first) else {
            guard let scalar = Unicode.Scalar(first) else { throw .malformedEscape }
            return scalar
        }
        guard self.take("\\"), self.take("u") else { throw .malformedEscape }
        let second = try self.unit()
        guard UTF16.isTrailSurrogate(second) else { throw .malformedEscape }
        let code = 0x1_0000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(code) else { throw .malformedEscape }
        return scalar
    }

    private mutating func unit() throws(JSONFlaw) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let octet = self.next else { throw .unexpectedEnd }
            guard let digit = Character(Unicode.Scalar(octet)).hexDigitValue else { throw .malformedEscape }
            unit = unit << 4 | UInt16(digit)
            self.place += 1
        }
        return unit
    }

    private mutating func number() throws(JSONFlaw) -> Double {
        let start = self.place
        let hasSign = self.take("-")
        // What begins no value is told as such, and not as a number.
        guard let first = self.next else { throw .unexpectedEnd }
        guard hasSign || Self.isDigit(first) else { throw .unexpectedOctet }
        if !self.take("0") { try self.digits() }
        if self.take(".") { try self.digits() }
        if self.take("e") || self.take("E") {
            if !self.take("+") { self.take("-") }
            try self.digits()
        }
        let text = self.octets[start..<self.place]
        guard text.count <= GPSDLimits.maximumNumberOctets else { throw .malformedNumber }
        guard let number = Double(String(decoding: text, as: UTF8.self)) else { throw .malformedNumber }
        guard number.isFinite else { throw .hugeNumber }
        return number
    }

    private mutating func digits() throws(JSONFlaw) {
        guard let first = self.next else { throw .unexpectedEnd }
        guard Self.isDigit(first) else { throw .malformedNumber }
        while let octet = self.next, Self.isDigit(octet) { self.place += 1 }
    }

    private static func isDigit(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }
}
