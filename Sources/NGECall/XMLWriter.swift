/// Writes an XML document line by line: two blanks for each level, CRLF line ends, as SIP bodies are printed.
struct XMLWriter {
    /// An attribute and its value; without a value it is left out.
    typealias Attribute = (name: String, value: String?)

    private(set) var octets: [UInt8] = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n".utf8)
    private var level = 0

    mutating func open(_ name: String, _ attributes: [Attribute]) {
        self.line("<\(name)\(Self.text(of: attributes))>")
        self.level += 1
    }

    /// Opens an element whose attributes stand on a line each, below the first.
    mutating func openTall(_ name: String, _ attributes: [Attribute]) {
        let separator = "\r\n" + String(repeating: " ", count: self.level * 2 + name.utf8.count + 1)
        let pieces = attributes.compactMap { attribute in
            attribute.value.map { " \(attribute.name)=\"\(Self.escaped($0))\"" }
        }
        self.line("<\(name)\(pieces.joined(separator: separator))>")
        self.level += 1
    }

    mutating func close(_ name: String) {
        self.level -= 1
        self.line("</\(name)>")
    }

    mutating func empty(_ name: String, _ attributes: [Attribute]) {
        self.line("<\(name)\(Self.text(of: attributes))/>")
    }

    mutating func leaf(_ name: String, _ content: String, _ attributes: [Attribute] = []) {
        self.line("<\(name)\(Self.text(of: attributes))>\(Self.escaped(content))</\(name)>")
    }

    private mutating func line(_ text: String) {
        self.octets += String(repeating: "  ", count: self.level).utf8
        self.octets += text.utf8
        self.octets += [0x0D, 0x0A]
    }

    private static func text(of attributes: [Attribute]) -> String {
        attributes.compactMap { attribute in
            attribute.value.map { " \(attribute.name)=\"\(Self.escaped($0))\"" }
        }.joined()
    }

    /// The text with markup characters and line breaks as references; what XML cannot hold becomes U+FFFD.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t": escaped += "&#9;"
            case "\n": escaped += "&#10;"
            case "\r": escaped += "&#13;"
            case "\u{0}"..."\u{1F}", "\u{FFFE}"..."\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
