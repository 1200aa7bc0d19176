internal import SIP

extension Multipart {
    /// Reads the body that a Content-Type field announces.
    ///
    /// A delimiter counts only at the start of the body or after CRLF, and only as a whole: a longer boundary that
    /// begins with it is another one. Blanks and text behind it on its line are skipped (RFC 2046 5.1.1).
    package init(contentType: String, body: [UInt8]) throws(MultipartError) {
        let type = ParameterizedValue(contentType)
        let prefix = "multipart/"
        guard HeaderSyntax.equalsIgnoringCase(type.value.prefix(prefix.count), prefix) else {
            throw .notMultipart(contentType: contentType)
        }
        guard let boundary = type["boundary"] else { throw .noBoundaryParameter }
        guard Self.isLegalBoundary(Array(boundary.utf8)) else { throw .illegalBoundary(octets: boundary.utf8.count) }
        let subtype = type.value.utf8.dropFirst(prefix.count).map(HeaderSyntax.lowercased)

        var parts: [BodyPart] = []
        for content in try Self.contents(of: body, between: boundary) {
            parts.append(try BodyPart(reading: content, number: parts.count + 1))
        }
        self.init(subtype: String(decoding: subtype, as: UTF8.self), boundary: boundary, parts: parts)
    }

    /// The parts with those of nested multiparts in their place, and what was wrong with nested ones.
    ///
    /// A nested multipart that cannot be read stays one part, so that the others are not lost with it.
    package func flattened() -> (parts: [BodyPart], problems: [MultipartError]) {
        var flat: [BodyPart] = []
        var problems: [MultipartError] = []
        self.flatten(into: &flat, problems: &problems, level: 1)
        return (flat, problems)
    }

    private func flatten(into flat: inout [BodyPart], problems: inout [MultipartError], level: Int) {
        for part in self.parts {
            guard flat.count < Self.maximumParts else {
                problems.append(.tooManyParts(maximum: Self.maximumParts))
                return
            }
            guard part.mediaType.hasPrefix("multipart/"), let contentType = part.headers["Content-Type"] else {
                flat.append(part)
                continue
            }
            guard level < Self.maximumNesting else {
                problems.append(.nestedTooDeep(maximum: Self.maximumNesting))
                flat.append(part)
                continue
            }
            do throws(MultipartError) {
                let inner = try Multipart(contentType: contentType, body: part.content())
                inner.flatten(into: &flat, problems: &problems, level: level + 1)
            } catch {
                problems.append(error)
                flat.append(part)
            }
        }
    }

    /// The stretches of `body` between the delimiters, headers and content together.
    private static func contents(
        of body: [UInt8],
        between boundary: String
    ) throws(MultipartError) -> [ArraySlice<UInt8>] {
        let delimiter = Array("--\(boundary)".utf8)
        var contents: [ArraySlice<UInt8>] = []
        var contentStart: Int?
        var line = body.startIndex
        while line < body.endIndex {
            let next = Self.lineStart(after: line, in: body)
            if let closing = Self.isDelimiter(body[line..<next], delimiter) {
                if let start = contentStart {
                    // The CRLF before a delimiter belongs to it; two delimiters in a row share theirs.
                    contents.append(body[start..<max(start, line - 2)])
                }
                guard !closing else { return contents }
                guard contents.count < Self.maximumParts else { throw .tooManyParts(maximum: Self.maximumParts) }
                contentStart = next
            }
            line = next
        }
        guard contentStart != nil else { throw .noDelimiter(boundary: boundary) }
        throw .unterminated(partsBegun: contents.count + 1)
    }

    /// The index behind the next CRLF, or the end.
    private static func lineStart(after start: Int, in body: [UInt8]) -> Int {
        var index = start
        while let carriageReturn = body[index...].firstIndex(of: 0x0D) {
            if carriageReturn + 1 < body.endIndex, body[carriageReturn + 1] == 0x0A { return carriageReturn + 2 }
            index = carriageReturn + 1
        }
        return body.endIndex
    }

    /// Whether a line is the delimiter: `nil` when not, else whether it is the closing one.
    private static func isDelimiter(_ line: ArraySlice<UInt8>, _ delimiter: [UInt8]) -> Bool? {
        guard line.starts(with: delimiter) else { return nil }
        let rest = line.dropFirst(delimiter.count)
        if Self.endsDelimiter(rest) { return false }
        guard rest.starts(with: [0x2D, 0x2D]), Self.endsDelimiter(rest.dropFirst(2)) else { return nil }
        return true
    }

    /// Whether what follows on the line cannot be more of a boundary.
    private static func endsDelimiter(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first else { return true }
        return first == 0x20 || first == 0x09 || rest.starts(with: [0x0D, 0x0A])
    }

    private init(subtype: String, boundary: String, parts: [BodyPart]) {
        self.subtype = subtype
        self.boundary = boundary
        self.parts = parts
    }
}

extension BodyPart {
    /// Reads the stretch between two delimiters: header fields, an empty line, content.
    ///
    /// The empty line may be missing when there is no content: its CRLF is then the delimiter's.
    fileprivate init(reading stretch: ArraySlice<UInt8>, number: Int) throws(MultipartError) {
        if stretch.isEmpty || stretch.starts(with: [0x0D, 0x0A]) {
            self.init(headers: [], body: Array(stretch.dropFirst(2)))
            return
        }
        var headerEnd = stretch.endIndex
        var bodyStart = stretch.endIndex
        if let emptyLine = stretch.indices.first(where: { stretch[$0...].starts(with: [0x0D, 0x0A, 0x0D, 0x0A]) }) {
            headerEnd = emptyLine
            bodyStart = emptyLine + 4
        } else if stretch.suffix(2).elementsEqual([0x0D, 0x0A]) {
            headerEnd -= 2
        }
        let fields = stretch[..<headerEnd]
        guard fields.count <= Multipart.maximumHeaderOctets else {
            throw .headersTooLong(part: number, octets: fields.count)
        }
        self.init(headers: try Self.headers(from: fields, part: number), body: Array(stretch[bodyStart...]))
    }

    private static func headers(from octets: ArraySlice<UInt8>, part: Int) throws(MultipartError) -> Headers {
        var unfolded: [(name: String, value: String)] = []
        for (index, line) in Self.lines(of: octets).enumerated() {
            let number = index + 1
            guard let text = String(validating: line, as: UTF8.self), !text.utf8.contains(where: Self.isControl) else {
                throw .malformedHeader(part: part, line: number)
            }
            if text.hasPrefix(" ") || text.hasPrefix("\t") {
                guard let last = unfolded.indices.last else { throw .malformedHeader(part: part, line: number) }
                unfolded[last].value += " " + HeaderSyntax.trimmed(text[...])
                continue
            }
            guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                throw .malformedHeader(part: part, line: number)
            }
            let name = HeaderSyntax.trimmed(text[..<colon])
            guard !name.isEmpty, name.utf8.allSatisfy(HeaderSyntax.isTokenOctet) else {
                throw .malformedHeader(part: part, line: number)
            }
            guard unfolded.count < Multipart.maximumHeaderCount else {
                throw .tooManyHeaders(part: part, maximum: Multipart.maximumHeaderCount)
            }
            unfolded.append((name, HeaderSyntax.trimmed(text[text.utf8.index(after: colon)...])))
        }
        // A value may begin behind a fold, and blanks may follow it on a line of their own.
        return Headers(unfolded.map { Header($0.name, HeaderSyntax.trimmed($0.value)) })
    }

    private static func lines(of octets: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = octets.startIndex
        for index in octets.indices.dropLast() where octets[index] == 0x0D && octets[index + 1] == 0x0A {
            lines.append(octets[start..<index])
            start = index + 2
        }
        lines.append(octets[start...])
        return lines
    }

    private static func isControl(_ octet: UInt8) -> Bool {
        octet == 0x7F || (octet < 0x20 && octet != 0x09)
    }
}
