internal import Logging

/// Turns one log event into one line.
struct LogLine {
    /// Whom the line is for.
    enum Form: Hashable, Sendable {
        /// systemd's journal: a priority in angle brackets (sd-daemon(3)), no time.
        case journal
        /// People at a terminal: time, level, message.
        case plain
    }

    /// Metadata whose values are never written: who and where belongs in the store, not in a system log.
    static let withheldKeys: Set<String> = ["vin", "latitude", "longitude", "position", "msd"]

    /// Octets of one line, its line feed included; PIPE_BUF of pipe(7), so that a line is never torn by another.
    static let maximumOctets = 4_096

    let form: Form

    /// The octets of the line; what exceeds `maximumOctets` is cut, and the line says how much.
    func octets(_ event: LogEvent, metadata: Logger.Metadata, at time: WallTime) -> [UInt8] {
        var text =
            switch self.form {
            case .journal: "<\(event.level.priority)>"
            case .plain: "\(time) \(event.level.rawValue) "
            }
        text += Self.escaped(event.message.description)
        if let error = event.error { text += " error=" + Self.quoted(String(describing: error)) }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            text += " \(Self.escaped(key))=" + Self.quoted(Self.text(of: value, under: key))
        }
        return Self.cut(Array(text.utf8)) + [0x0A]
    }

    /// The line of the log itself about lines that nobody took.
    func octets(lost: Int, at time: WallTime) -> [UInt8] {
        let event = LogEvent(
            level: .warning,
            message: "log lines lost, the reader was too slow",
            metadata: nil,
            source: "Supervision",
            file: #fileID,
            function: #function,
            line: #line
        )
        return self.octets(event, metadata: ["count": "\(lost)"], at: time)
    }

    /// A value with everything withheld that its key, or a key inside it, names.
    private static func text(of value: Logger.Metadata.Value, under key: String) -> String {
        guard !Self.withheldKeys.contains(key.lowercased()) else { return "withheld" }
        switch value {
        case .string(let text): return text
        case .stringConvertible(let value): return value.description
        case .array(let values):
            return "[" + values.map { Self.text(of: $0, under: key) }.joined(separator: ",") + "]"
        case .dictionary(let values):
            let pairs = values.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.text(of: $0.value, under: $0.key))" }
            return "{" + pairs.joined(separator: ",") + "}"
        }
    }

    /// A value as it is when it is one word, else in quotes.
    private static func quoted(_ text: String) -> String {
        let isWord = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C }
        guard !isWord else { return Self.escaped(text) }
        var inside = ""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { inside.unicodeScalars.append("\\") }
            inside.unicodeScalars.append(character)
        }
        return "\"" + Self.escaped(inside) + "\""
    }

    /// Text without anything that ends a line or steers a terminal.
    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where Self.isControl(character): result += "\\u{\(String(character.value, radix: 16))}"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func isControl(_ character: Unicode.Scalar) -> Bool {
        switch character.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }

    private static func cut(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count >= Self.maximumOctets else { return octets }
        // Room for the note and the line feed; the cut falls between two characters.
        var end = Self.maximumOctets - 40
        while octets[end] & 0xC0 == 0x80 { end -= 1 }
        return octets[..<end] + Array(" [\(octets.count - end) octets cut]".utf8)
    }
}

extension Logger.Level {
    /// The syslog priority of sd-daemon(3).
    fileprivate var priority: Int {
        switch self {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
