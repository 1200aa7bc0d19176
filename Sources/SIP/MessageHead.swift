/// The start line and the headers of one message, read as far as they can be read.
///
/// A broken message still yields the headers that are whole, so that a request can be answered 400.
struct MessageHead: Hashable, Sendable {
    /// What the head says about the body's length.
    enum ContentLength: Hashable, Sendable {
        case absent
        case octets(Int)
        case unusable
    }

    private(set) var startLine: Message.StartLine?
    private(set) var headers = Headers()
    /// The first mistake, `nil` in a good head.
    private(set) var error: MessageError?
    private(set) var contentLength = ContentLength.absent
    private(set) var isResponse = false

    /// Reads the octets before the empty line, without the CRLF that ends the last header.
    init(_ octets: ArraySlice<UInt8>, limits: Limits) {
        if octets.count > limits.headBytes {
            self.note(MessageError(.headTooLong, expected: "at most \(limits.headBytes) octets of headers"))
        }
        var number = 1
        var isFirst = true
        var rest = octets
        while let line = Self.nextField(&rest, isFirst: isFirst) {
            if isFirst {
                self.readStartLine(line.octets, limits: limits)
            } else {
                self.readHeader(line.octets, number: number, limits: limits)
            }
            number += line.count
            isFirst = false
        }
    }

    private mutating func note(_ error: MessageError) {
        if self.error == nil { self.error = error }
    }

    /// Cuts one field with its folded lines off the rest; `nil` at the end.
    private static func nextField(
        _ rest: inout ArraySlice<UInt8>,
        isFirst: Bool
    ) -> (octets: ArraySlice<UInt8>, count: Int)? {
        guard !rest.isEmpty else { return nil }
        var count = 1
        var index = rest.startIndex
        while index < rest.endIndex {
            if rest[index] == 0x0D, index + 1 < rest.endIndex, rest[index + 1] == 0x0A {
                let next = index + 2
                guard !isFirst, next < rest.endIndex, HeaderSyntax.isBlank(rest[next]) else {
                    defer { rest = rest[next...] }
                    return (rest[..<index], count)
                }
                count += 1
            }
            index += 1
        }
        defer { rest = rest[rest.endIndex...] }
        return (rest, count)
    }

    private mutating func readStartLine(_ line: ArraySlice<UInt8>, limits: Limits) {
        guard line.count <= limits.startLineBytes else {
            let expected = "at most \(limits.startLineBytes) octets"
            return self.note(MessageError(.startLineTooLong, line: 1, expected: expected))
        }
        do throws(MessageError) {
            self.isResponse = StartLineSyntax.isStatusLine(line)
            self.startLine =
                self.isResponse ? try StartLineSyntax.statusLine(line) : try StartLineSyntax.requestLine(line)
        } catch {
            self.note(error)
        }
    }

    private mutating func readHeader(_ line: ArraySlice<UInt8>, number: Int, limits: Limits) {
        guard line.count <= limits.headerLineBytes else {
            let expected = "at most \(limits.headerLineBytes) octets"
            return self.note(MessageError(.headerTooLong, line: number, expected: expected))
        }
        guard self.headers.fields.count < limits.headerCount else {
            return self.note(
                MessageError(.tooManyHeaders, line: number, expected: "at most \(limits.headerCount) headers")
            )
        }
        guard let colon = line.firstIndex(of: 0x3A) else {
            return self.note(MessageError(.headerLine, line: number, expected: "a name, a colon and a value"))
        }
        let nameEnd = line[..<colon].lastIndex { !HeaderSyntax.isBlank($0) }.map { $0 + 1 } ?? line.startIndex
        guard nameEnd > line.startIndex, line[..<nameEnd].allSatisfy(HeaderSyntax.isTokenOctet) else {
            return self.note(MessageError(.headerLine, line: number, expected: "a token as header name"))
        }
        let written = String(decoding: line[..<nameEnd], as: UTF8.self)
        let name = HeaderNames.expanded(written)
        guard let value = Self.unfolded(line[(colon + 1)...]) else {
            let expected = "a value without bare CR or LF"
            return self.note(MessageError(.headerLine, line: number, header: name, expected: expected))
        }
        self.headers.append(name, value)
        if HeaderSyntax.equalsIgnoringCase(name, "Content-Length") { self.noteContentLength(value, number: number) }
    }

    private mutating func noteContentLength(_ value: String, number: Int) {
        guard let octets = HeaderSyntax.number(value, upTo: UInt64(UInt32.max)) else {
            self.contentLength = .unusable
            let error = MessageError(
                .contentLength,
                line: number,
                header: "Content-Length",
                expected: "a number of octets"
            )
            return self.note(error)
        }
        switch self.contentLength {
        case .absent:
            self.contentLength = .octets(Int(octets))
        case .octets(Int(octets)), .unusable:
            break
        case .octets:
            self.contentLength = .unusable
            let expected = "one Content-Length, or the same everywhere"
            self.note(MessageError(.contentLength, line: number, header: "Content-Length", expected: expected))
        }
    }

    /// The value without the blanks around it, each fold made one blank (7.3.1); `nil` for a bare CR or LF.
    ///
    /// Octets that are not UTF-8 become U+FFFD: a display name in an old character set must not cost the call.
    private static func unfolded(_ octets: ArraySlice<UInt8>) -> String? {
        guard octets.contains(where: { $0 == 0x0D || $0 == 0x0A }) else {
            return HeaderSyntax.trimmed(String(decoding: octets, as: UTF8.self))
        }
        var value: [UInt8] = []
        var index = octets.startIndex
        while index < octets.endIndex {
            if octets[index] == 0x0D, index + 2 < octets.endIndex, octets[index + 1] == 0x0A,
                HeaderSyntax.isBlank(octets[index + 2])
            {
                index = octets[(index + 2)...].firstIndex { !HeaderSyntax.isBlank($0) } ?? octets.endIndex
                while let last = value.last, HeaderSyntax.isBlank(last) { value.removeLast() }
                value.append(0x20)
                continue
            }
            guard octets[index] != 0x0D, octets[index] != 0x0A else { return nil }
            value.append(octets[index])
            index += 1
        }
        return HeaderSyntax.trimmed(String(decoding: value, as: UTF8.self))
    }
}
