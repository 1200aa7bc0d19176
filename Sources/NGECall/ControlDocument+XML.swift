extension ControlDocument {
    /// The namespace of what we send (RFC 8147 section 14.6).
    static let namespace = "urn:ietf:params:xml:ns:EmergencyCallData:control"

    /// The same with a capital, as the registry's file name has it; accepted, never sent.
    private static let namespaces = [Self.namespace, "urn:ietf:params:xml:ns:EmergencyCallData:Control"]

    private static let rootName = "EmergencyCallData.Control"

    /// Reads a control object; elements and attributes it does not know are skipped.
    package init(parsing document: [UInt8]) throws(ControlDocumentError) {
        let root: XMLElement
        do throws(XMLError) {
            root = try XMLElement(parsing: document)
        } catch {
            throw .xml(error)
        }
        guard root.name == Self.rootName, Self.namespaces.contains(root.namespace) else {
            throw .wrongRoot(namespace: root.namespace, name: root.name)
        }
        self.init()
        for element in root.children where Self.namespaces.contains(element.namespace) {
            switch element.name {
            case "ack":
                self.acknowledgements.append(try Self.acknowledgement(from: element))
            case "capabilities":
                self.capabilities = (self.capabilities ?? []) + (try Self.requests(in: element))
            case "request":
                self.requests.append(try Self.request(from: element))
            default:
                continue
            }
        }
    }

    private static func acknowledgement(from element: XMLElement) throws(ControlDocumentError) -> Acknowledgement {
        var results: [ActionResult] = []
        for child in element.children where child.name == "actionResult" && Self.namespaces.contains(child.namespace) {
            guard let success = try Self.boolean("success", of: child) else {
                throw .missingAttribute(element: "actionResult", attribute: "success")
            }
            results.append(
                ActionResult(
                    action: try Self.required("action", of: child),
                    success: success,
                    reason: Self.token("reason", of: child).map(Reason.init(rawValue:)),
                    details: child[attribute: "details"]
                )
            )
        }
        return Acknowledgement(
            ref: try Self.required("ref", of: element),
            received: try Self.boolean("received", of: element),
            actionResults: results
        )
    }

    private static func requests(in element: XMLElement) throws(ControlDocumentError) -> [Request] {
        var requests: [Request] = []
        for child in element.children where child.name == "request" && Self.namespaces.contains(child.namespace) {
            requests.append(try Self.request(from: child))
        }
        return requests
    }

    private static func request(from element: XMLElement) throws(ControlDocumentError) -> Request {
        var request = Request(action: try Self.required("action", of: element))
        if let text = Self.token("int-id", of: element) {
            guard let number = UInt32(text) else {
                throw .badAttribute(element: "request", attribute: "int-id", found: text, expected: "0...4294967295")
            }
            request.intID = number
        }
        request.persistence = Self.token("persistence", of: element)
        request.datatype = Self.token("datatype", of: element)
        request.supportedValues =
            element[attribute: "supported-values"]?.split(separator: ";").map { XMLElement.trimmed(String($0)) }
            .filter { !$0.isEmpty } ?? []
        request.requestedState = Self.token("requested-state", of: element)
        request.elementID = Self.token("element-id", of: element)
        for child in element.children where child.name == "text" && Self.namespaces.contains(child.namespace) {
            request.texts.append(Request.Text(language: Self.language(of: child), content: child.trimmedText))
        }
        return request
    }

    private static func language(of element: XMLElement) -> String? {
        let xml = "http://www.w3.org/XML/1998/namespace"
        return element.attributes.first { $0.namespace == xml && $0.name == "lang" }?.value
    }

    private static func token(_ attribute: String, of element: XMLElement) -> String? {
        element[attribute: attribute].map(XMLElement.trimmed)
    }

    private static func required(
        _ attribute: String,
        of element: XMLElement
    ) throws(ControlDocumentError) -> String {
        guard let text = Self.token(attribute, of: element), !text.isEmpty else {
            throw .missingAttribute(element: element.name, attribute: attribute)
        }
        return text
    }

    /// An `xs:boolean`, `nil` when the attribute is absent.
    private static func boolean(_ attribute: String, of element: XMLElement) throws(ControlDocumentError) -> Bool? {
        guard let text = Self.token(attribute, of: element) else { return nil }
        switch text {
        case "true", "1": return true
        case "false", "0": return false
        default:
            throw .badAttribute(element: element.name, attribute: attribute, found: text, expected: "true or false")
        }
    }
}

extension ControlDocument {
    /// The document as XML with CRLF line ends, laid out as RFC 8147's examples are.
    package func serialized() -> [UInt8] {
        var writer = XMLWriter()
        writer.open(Self.rootName, [("xmlns", Self.namespace)])
        for acknowledgement in self.acknowledgements {
            let attributes: [XMLWriter.Attribute] = [
                ("ref", acknowledgement.ref), ("received", acknowledgement.received.map(String.init)),
            ]
            guard !acknowledgement.actionResults.isEmpty else {
                writer.empty("ack", attributes)
                continue
            }
            writer.open("ack", attributes)
            for result in acknowledgement.actionResults {
                writer.empty(
                    "actionResult",
                    [
                        ("action", result.action), ("success", String(result.success)),
                        ("reason", result.reason?.rawValue), ("details", result.details),
                    ]
                )
            }
            writer.close("ack")
        }
        if let capabilities {
            writer.open("capabilities", [])
            for request in capabilities { Self.write(request, to: &writer) }
            writer.close("capabilities")
        }
        for request in self.requests { Self.write(request, to: &writer) }
        writer.close(Self.rootName)
        return writer.octets
    }

    private static func write(_ request: Request, to writer: inout XMLWriter) {
        let values = request.supportedValues.isEmpty ? nil : request.supportedValues.joined(separator: ";")
        let attributes: [XMLWriter.Attribute] = [
            ("action", request.action), ("int-id", request.intID.map { String($0) }),
            ("persistence", request.persistence), ("datatype", request.datatype), ("supported-values", values),
            ("requested-state", request.requestedState), ("element-id", request.elementID),
        ]
        guard !request.texts.isEmpty else {
            writer.empty("request", attributes)
            return
        }
        writer.open("request", attributes)
        for text in request.texts { writer.leaf("text", text.content, [("xml:lang", text.language)]) }
        writer.close("request")
    }
}
