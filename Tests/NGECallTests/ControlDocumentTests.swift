import NGECall
import SIP
import Testing

@Suite struct ControlDocumentTests {
    private let namespace = "urn:ietf:params:xml:ns:EmergencyCallData:control"

    private func parse(_ content: String, namespace: String? = nil) throws(ControlDocumentError) -> ControlDocument {
        let xml =
            "<EmergencyCallData.Control xmlns=\"\(namespace ?? self.namespace)\">\(content)</EmergencyCallData.Control>"
        return try ControlDocument(parsing: Array(xml.utf8))
    }

    private func error(_ content: String) -> ControlDocumentError? {
        do throws(ControlDocumentError) {
            _ = try self.parse(content)
            return nil
        } catch {
            return error
        }
    }

    private func example(_ name: String) throws -> [UInt8] {
        try #require(try BodyParts(Samples.message(name)).first(EmergencyCallData.controlMediaType)).body
    }

    @Test func theExamplesAreReadAndWrittenByteForByte() throws {
        let documents: [(String, ControlDocument)] = [
            ("01-invite.sip", .msdCapabilities),
            ("02-200ok.sip", ControlDocument(acknowledgements: [.init(ref: Samples.msdID, received: true)])),
            ("03-603-with-ack.sip", ControlDocument(acknowledgements: [.init(ref: Samples.msdID, received: true)])),
            ("04-info-request.sip", ControlDocument(requests: [.sendMSD])),
            (
                "06-info-failure.sip",
                ControlDocument(acknowledgements: [
                    .init(
                        ref: "req-9.77aa@psap.example.org",
                        actionResults: [
                            .init(
                                action: "send-data",
                                success: false,
                                reason: .unable,
                                details: "position source offline"
                            )
                        ]
                    )
                ])
            ),
        ]
        for (name, document) in documents {
            let octets = try self.example(name)
            #expect(try ControlDocument(parsing: octets) == document, "\(name)")
            #expect(document.serialized() == octets, "\(name)")
        }
    }

    @Test func everyFieldSurvivesTheWay() throws {
        let request = ControlDocument.Request(
            action: "msg-dynamic",
            intID: 4_294_967_295,
            persistence: "PT30S",
            datatype: "VEDS",
            supportedValues: ["eCall.MSD", "VEDS"],
            requestedState: "flash",
            elementID: "hazard",
            texts: [
                .init(language: "de", content: "Hilfe <kommt> & \"bald\"\r\n\tjetzt"),
                .init(language: nil, content: "é"),
            ]
        )
        let document = ControlDocument(
            acknowledgements: [
                .init(ref: "a&b@x", received: false),
                .init(
                    ref: "r@x",
                    actionResults: [
                        .init(action: "lamp", success: true),
                        .init(
                            action: "honk",
                            success: false,
                            reason: .init(rawValue: "asleep"),
                            details: "5 > \"4\"\n\t"
                        ),
                    ]
                ),
            ],
            capabilities: [request, .init(action: "honk")],
            requests: [request]
        )
        #expect(try ControlDocument(parsing: document.serialized()) == document)
    }

    @Test func bothSpellingsOfTheNamespaceAreRead() throws {
        let capital = "urn:ietf:params:xml:ns:EmergencyCallData:Control"
        #expect(
            try self.parse("<ack ref=\"1\" received=\"1\"/>", namespace: capital).acknowledgements.first?.received
                == true
        )
        let prefixed =
            "<c:EmergencyCallData.Control xmlns:c='\(self.namespace)'><c:ack ref=' 1 ' received=' false '/>"
            + "</c:EmergencyCallData.Control>"
        let document = try ControlDocument(parsing: Array(prefixed.utf8))
        #expect(document.acknowledgements == [.init(ref: "1", received: false)])
    }

    @Test func unknownElementsAndAttributesAreSkipped() throws {
        let document = try self.parse(
            """
            <new/><ack ref="1" received="true" colour="red"><x:y xmlns:x="urn:x"><ack/></x:y></ack>
            <ack xmlns="urn:other"/><!-- note --><?target data?>
            """
        )
        #expect(document == ControlDocument(acknowledgements: [.init(ref: "1", received: true)]))
    }

    @Test func blanksInSupportedValuesAreIgnored() throws {
        let document = try self.parse(
            "<capabilities><request action='a' supported-values=' x ; y;;z '/></capabilities>"
        )
        #expect(document.capabilities?.first?.supportedValues == ["x", "y", "z"])
    }

    @Test func refusesByName() {
        #expect(self.error("<ack received='true'/>") == .missingAttribute(element: "ack", attribute: "ref"))
        #expect(self.error("<ack ref=''/>") == .missingAttribute(element: "ack", attribute: "ref"))
        #expect(
            self.error("<ack ref='1' received='yes'/>")
                == .badAttribute(element: "ack", attribute: "received", found: "yes", expected: "true or false")
        )
        #expect(
            self.error("<ack ref='1'><actionResult action='a'/></ack>")
                == .missingAttribute(element: "actionResult", attribute: "success")
        )
        #expect(self.error("<request/>") == .missingAttribute(element: "request", attribute: "action"))
        #expect(
            self.error("<request action='a' int-id='-1'/>")
                == .badAttribute(element: "request", attribute: "int-id", found: "-1", expected: "0...4294967295")
        )
        #expect(throws: ControlDocumentError.wrongRoot(namespace: "urn:x", name: "EmergencyCallData.Control")) {
            try self.parse("", namespace: "urn:x")
        }
        #expect(throws: ControlDocumentError.wrongRoot(namespace: "", name: "a")) {
            try ControlDocument(parsing: Array("<a/>".utf8))
        }
    }
}

@Suite struct XMLElementTests {
    private func error(_ text: String) -> XMLError? {
        do throws(XMLError) {
            _ = try XMLElement(parsing: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func readsNamespacesTextAndReferences() throws {
        let text = "<a xmlns='urn:1' xmlns:p='urn:2' p:x='1' y='&lt;2&#10;'>t&amp;<p:b>u</p:b>v<![CDATA[<w>]]></a>"
        let root = try XMLElement(parsing: Array(text.utf8))
        #expect(root.namespace == "urn:1")
        #expect(root.text == "t&v<w>")
        #expect(root[attribute: "y"] == "<2\n")
        #expect(root[attribute: "x"] == nil)
        #expect(root.attributes.first { $0.namespace == "urn:2" }?.value == "1")
        #expect(root.child("b", in: ["urn:2"])?.text == "u")
    }

    @Test func documentTypesAreRefusedBeforeAnyEntityIsRead() {
        let bomb = """
            <!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;&c;&c;</a>
            """
        #expect(self.error(bomb) == .documentType(line: 1))
        #expect(
            self.error("<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>") == .documentType(line: 2)
        )
    }

    @Test func refusesMoreThanItsLimits() {
        let deep = { (depth: Int) in
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(self.error(deep(XMLElement.maximumDepth)) == nil)
        #expect(self.error(deep(XMLElement.maximumDepth + 1)) == .tooDeep(line: 1, maximum: XMLElement.maximumDepth))
        let wide = { (count: Int) in "<r>" + String(repeating: "<a/>", count: count - 1) + "</r>" }
        #expect(self.error(wide(XMLElement.maximumElements)) == nil)
        #expect(
            self.error(wide(XMLElement.maximumElements + 1))
                == .tooManyElements(line: 1, maximum: XMLElement.maximumElements)
        )
        let attributes = { (count: Int) in "<a" + (0..<count).map { " a\($0)='1'" }.joined() + "/>" }
        #expect(self.error(attributes(XMLElement.maximumAttributes)) == nil)
        #expect(
            self.error(attributes(XMLElement.maximumAttributes + 1))
                == .tooManyAttributes(line: 1, maximum: XMLElement.maximumAttributes)
        )
        let large = "<a>" + String(repeating: " ", count: XMLElement.maximumOctets) + "</a>"
        #expect(
            self.error(large) == .tooLarge(octets: XMLElement.maximumOctets + 7, maximum: XMLElement.maximumOctets)
        )
    }

    @Test(arguments: [
        "", " ", "text", "<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<p:a/>", "<a>&b;</a>", "<a>\u{0}</a>",
    ])
    func whatIsNotWellFormedIsRefusedWithItsPlace(text: String) {
        guard case .malformed(let line, let column, let reason) = self.error(text) else {
            Issue.record("expected a malformed document")
            return
        }
        #expect(line == 1)
        #expect(column > 0)
        #expect(!reason.isEmpty)
    }
}
