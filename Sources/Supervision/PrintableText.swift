extension String {
    /// The text on one line, with a sign in the place of whatever moves a cursor, ends a line or turns its direction.
    package var printable: String {
        guard self.unicodeScalars.contains(where: \.isControl) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in self.unicodeScalars { text.append(scalar.isControl ? "\u{FFFD}" : scalar) }
        return String(text)
    }
}

extension Unicode.Scalar {
    /// Whether it moves a cursor, ends a line or turns the direction of text.
    package var isControl: Bool {
        switch self.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
