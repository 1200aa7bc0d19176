internal import CExpat

extension XMLElement {
    /// The largest document; a control object or a location takes about 1.5 kB.
    package static let maximumOctets = 65_536

    /// The deepest element; a location document reaches seven.
    package static let maximumDepth = 32

    /// The elements of one document; a control object of every registered action has under fifty.
    package static let maximumElements = 2_048

    /// The attributes of one element; a control `request` has seven.
    package static let maximumAttributes = 32

    /// Parses a whole document and returns its root.
    package init(parsing document: [UInt8]) throws(XMLError) {
        guard document.count <= Self.maximumOctets else {
            throw .tooLarge(octets: document.count, maximum: Self.maximumOctets)
        }
        guard let builder = XMLTreeBuilder() else { throw .outOfMemory }
        self = try builder.parse(document)
    }
}

/// Builds the tree from expat's events; owns the parser and is used by one call of `parse`.
@safe private final class XMLTreeBuilder {
    /// Between namespace and name in what expat reports; the last one splits, since no name contains it.
    private static let separator = UInt8(ascii: "\n")

    private let parser: XML_Parser
    private var open: [XMLElement] = []
    private var openText: [[UInt8]] = []
    private var root: XMLElement?
    private var elementCount = 0
    private var refusal: XMLError?

    init?() {
        guard let parser = unsafe XML_ParserCreateNS(nil, XML_Char(Self.separator)) else { return nil }
        unsafe self.parser = parser
    }

    deinit {
        unsafe XML_ParserFree(self.parser)
    }

    func parse(_ document: [UInt8]) throws(XMLError) -> XMLElement {
        unsafe XML_SetUserData(self.parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(
            self.parser,
            { context, name, attributes in unsafe XMLTreeBuilder.of(context)?.started(name, attributes) },
            { context, _ in unsafe XMLTreeBuilder.of(context)?.ended() }
        )
        unsafe XML_SetCharacterDataHandler(self.parser) { context, text, count in
            unsafe XMLTreeBuilder.of(context)?.found(text, count: Int(count))
        }
        unsafe XML_SetStartDoctypeDeclHandler(self.parser) { context, _, _, _, _ in
            unsafe XMLTreeBuilder.of(context)?.foundDocumentType()
        }
        let status = withExtendedLifetime(self) {
            unsafe document.withUnsafeBytes { bytes in
                // The length fits: the document is at most `maximumOctets` long.
                unsafe XML_Parse(
                    self.parser,
                    bytes.bindMemory(to: CChar.self).baseAddress,
                    Int32(bytes.count),
                    1
                )
            }
        }
        if let refusal { throw refusal }
        guard status == XML_STATUS_OK, let root else { throw self.malformation() }
        return root
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<XMLTreeBuilder>.fromOpaque(context).takeUnretainedValue()
    }

    private func started(
        _ name: UnsafePointer<XML_Char>?,
        _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
    ) {
        // expat delivers what it has already read even after it was told to stop.
        guard self.refusal == nil, let name = unsafe name else { return }
        self.elementCount += 1
        guard self.elementCount <= XMLElement.maximumElements else {
            return self.refuse(.tooManyElements(line: self.line, maximum: XMLElement.maximumElements))
        }
        guard self.open.count < XMLElement.maximumDepth else {
            return self.refuse(.tooDeep(line: self.line, maximum: XMLElement.maximumDepth))
        }
        guard let found = unsafe Self.attributes(from: attributes) else {
            return self.refuse(.tooManyAttributes(line: self.line, maximum: XMLElement.maximumAttributes))
        }
        let (namespace, local) = unsafe Self.split(name)
        self.open.append(
            XMLElement(namespace: namespace, name: local, attributes: found, children: [], text: "")
        )
        self.openText.append([])
    }

    private func ended() {
        guard self.refusal == nil, var element = self.open.popLast(), let text = self.openText.popLast() else { return }
        element.text = String(decoding: text, as: UTF8.self)
        if let parent = self.open.indices.last {
            self.open[parent].children.append(element)
        } else {
            self.root = element
        }
    }

    private func found(_ text: UnsafePointer<XML_Char>?, count: Int) {
        guard self.refusal == nil, let text = unsafe text, let last = self.openText.indices.last else { return }
        let octets = unsafe UnsafeBufferPointer(start: text, count: count)
        self.openText[last].append(contentsOf: unsafe octets.map(UInt8.init(bitPattern:)))
    }

    private func foundDocumentType() {
        self.refuse(.documentType(line: self.line))
    }

    private func refuse(_ error: XMLError) {
        guard self.refusal == nil else { return }
        self.refusal = error
        unsafe XML_StopParser(self.parser, XML_Bool(XML_FALSE))
    }

    private var line: Int { unsafe Int(clamping: cexpat_line(self.parser)) }

    private func malformation() -> XMLError {
        let column = unsafe Int(clamping: cexpat_column(self.parser)) + 1
        let reason = unsafe XML_ErrorString(XML_GetErrorCode(self.parser)).map { unsafe String(cString: $0) }
        return .malformed(line: self.line, column: column, reason: reason ?? "not well-formed")
    }

    /// The name-value pairs of an element, `nil` when there are too many.
    private static func attributes(
        from pairs: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
    ) -> [XMLElement.Attribute]? {
        guard let pairs = unsafe pairs else { return [] }
        var found: [XMLElement.Attribute] = []
        var index = 0
        while let name = unsafe pairs[index], let value = unsafe pairs[index + 1] {
            guard found.count < XMLElement.maximumAttributes else { return nil }
            let (namespace, local) = unsafe Self.split(name)
            found.append(XMLElement.Attribute(namespace: namespace, name: local, value: unsafe String(cString: value)))
            index += 2
        }
        return found
    }

    private static func split(_ name: UnsafePointer<XML_Char>) -> (namespace: String, local: String) {
        let whole = unsafe String(cString: name)
        guard let separator = whole.utf8.lastIndex(of: Self.separator) else { return ("", whole) }
        return (String(whole[..<separator]), String(whole[whole.utf8.index(after: separator)...]))
    }
}
