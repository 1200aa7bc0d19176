/// The `;name=value` parameters behind a header value or inside a SIP URI, in their order, values as written.
package struct Parameters: Hashable, Sendable, CustomStringConvertible {
    package struct Parameter: Hashable, Sendable {
        package let name: String
        /// The text behind the equals sign, quotes included; `nil` for a flag.
        package let value: String?

        package init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var list: [Parameter]

    package init(_ list: [Parameter] = []) {
        self.list = list
    }

    /// Reads `name[=value]` elements separated by semicolons, with or without one before the first.
    ///
    /// Throws for an empty element, a name that is no token, or an equals sign without value.
    package init(parsing text: String) throws(SyntaxError) {
        self.list = []
        var rest = text.utf8[...]
        if rest.first == 0x3B { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return }
        for element in HeaderSyntax.split(String(Substring(rest)), at: 0x3B) {
            let octets = element.utf8
            guard let equals = octets.firstIndex(of: 0x3D) else {
                try Self.checkName(element)
                self.list.append(Parameter(element))
                continue
            }
            let name = HeaderSyntax.trimmed(element[..<equals])
            let value = HeaderSyntax.trimmed(element[octets.index(after: equals)...])
            try Self.checkName(name)
            guard HeaderSyntax.isParameterValue(value) else {
                throw SyntaxError(expected: "a value behind \(name)=")
            }
            self.list.append(Parameter(name, value))
        }
    }

    private static func checkName(_ name: String) throws(SyntaxError) {
        guard HeaderSyntax.isParameterName(name) else { throw SyntaxError(expected: "a parameter name behind each ;") }
    }

    package var isEmpty: Bool { self.list.isEmpty }

    /// The value of the first parameter of that name; `nil` when there is none or it is a flag.
    package subscript(name: String) -> String? {
        self.list.first { HeaderSyntax.equalsIgnoringCase($0.name, name) }?.value
    }

    package func contains(_ name: String) -> Bool {
        self.list.contains { HeaderSyntax.equalsIgnoringCase($0.name, name) }
    }

    /// Replaces the parameter of that name in its place, or appends it.
    package mutating func set(_ name: String, _ value: String?) {
        let parameter = Parameter(name, value)
        if let index = self.list.firstIndex(where: { HeaderSyntax.equalsIgnoringCase($0.name, name) }) {
            self.list[index] = parameter
        } else {
            self.list.append(parameter)
        }
    }

    /// The parameters as they stand in a header: each with its semicolon in front, empty when there are none.
    package var description: String {
        var text = ""
        for parameter in self.list {
            text += ";\(parameter.name)"
            if let value = parameter.value { text += "=\(value)" }
        }
        return text
    }
}
