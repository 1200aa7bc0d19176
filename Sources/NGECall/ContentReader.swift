internal import SIP

/// Reads what eCall puts into a message, part by part, and keeps what was wrong instead of giving up.
struct ContentReader {
    private let parts: BodyParts?
    private let headers: Headers
    private(set) var problems: [ContentProblem] = []

    init(_ message: Message) {
        self.headers = message.headers
        do throws(MultipartError) {
            let parts = try BodyParts(message)
            self.parts = parts
            self.problems = parts.problems.map(ContentProblem.multipart)
        } catch {
            self.parts = nil
            self.problems = [.multipart(error)]
        }
    }

    /// The MSD: the one that Call-Info names, else the first there is.
    mutating func msd() -> ReceivedMSD? {
        guard let parts else { return nil }
        self.noteDanglingReferences(for: EmergencyCallData.msdPurpose)
        let all = parts.all(EmergencyCallData.msdMediaType)
        if all.count > 1 { self.problems.append(.severalMSDs(count: all.count)) }
        let referenced = parts.referenced(as: EmergencyCallData.msdPurpose).first {
            $0.hasMediaType(EmergencyCallData.msdMediaType)
        }
        guard let part = referenced ?? all.first else { return nil }
        if referenced == nil { self.problems.append(.unreferencedMSD) }
        if part.contentID == nil { self.problems.append(.unnamedMSD) }
        return self.content(of: part).map { ReceivedMSD(octets: $0, contentID: part.contentID) }
    }

    /// The Vehicle Emergency Data Set: the one that Call-Info names, else the first there is.
    mutating func veds() -> ReceivedVEDS? {
        guard let parts else { return nil }
        self.noteDanglingReferences(for: EmergencyCallData.vedsPurpose)
        let all = parts.all(EmergencyCallData.vedsMediaType)
        if all.count > 1 { self.problems.append(.severalVEDS(count: all.count)) }
        let referenced = parts.referenced(as: EmergencyCallData.vedsPurpose).first {
            $0.hasMediaType(EmergencyCallData.vedsMediaType)
        }
        guard let part = referenced ?? all.first, let octets = self.content(of: part) else { return nil }
        if referenced == nil { self.problems.append(.unreferencedVEDS) }
        if part.contentID == nil { self.problems.append(.unnamedVEDS) }
        do throws(VEDSError) {
            let dataSet = try VehicleEmergencyDataSet(parsing: octets)
            return ReceivedVEDS(octets: octets, dataSet: dataSet, contentID: part.contentID)
        } catch {
            self.problems.append(.veds(error))
            return ReceivedVEDS(octets: octets, dataSet: nil, contentID: part.contentID)
        }
    }

    /// All control objects, referenced or not: an acknowledgement counts by its `ref`, not by who names it.
    mutating func controls() -> [ReceivedControl] {
        guard let parts else { return [] }
        self.noteDanglingReferences(for: EmergencyCallData.controlPurpose)
        var controls: [ReceivedControl] = []
        for part in parts.all(EmergencyCallData.controlMediaType) {
            guard let octets = self.content(of: part) else { continue }
            do throws(ControlDocumentError) {
                let document = try ControlDocument(parsing: octets)
                controls.append(ReceivedControl(document: document, contentID: part.contentID))
            } catch {
                self.problems.append(.control(error))
            }
        }
        return controls
    }

    /// The location that Geolocation names, else the first location part.
    mutating func location() -> LocationDocument? {
        guard let parts else { return nil }
        let named = self.headers.elements("Geolocation").compactMap { element in
            BodyParts.contentID(fromURL: ParameterizedValue(element).value)
        }
        let missing = named.filter { parts.part(contentID: $0) == nil }
        self.problems += missing.map(ContentProblem.danglingReference(contentID:))
        let referenced = named.compactMap(parts.part(contentID:)).first {
            $0.hasMediaType(EmergencyCallData.locationMediaType)
        }
        guard let part = referenced ?? parts.first(EmergencyCallData.locationMediaType),
            let octets = self.content(of: part)
        else { return nil }
        do throws(LocationError) {
            return try LocationDocument(parsing: octets)
        } catch {
            self.problems.append(.location(error))
            return nil
        }
    }

    mutating func session() -> SessionDescription? {
        guard let part = self.parts?.first(EmergencyCallData.sessionMediaType), let octets = self.content(of: part)
        else {
            return nil
        }
        do throws(SessionDescriptionError) {
            return try SessionDescription(parsing: octets)
        } catch {
            self.problems.append(.session(error))
            return nil
        }
    }

    /// The INFO packages the sender is willing to receive; `nil` when it does not speak of packages (RFC 6086 5.2.2).
    func infoPackages() -> [String]? {
        guard self.headers.contains("Recv-Info") else { return nil }
        return self.headers.elements("Recv-Info").map { ParameterizedValue($0).value }.filter { !$0.isEmpty }
    }

    private mutating func content(of part: BodyPart) -> [UInt8]? {
        do throws(MultipartError) {
            return try part.content()
        } catch {
            self.problems.append(.multipart(error))
            return nil
        }
    }

    private mutating func noteDanglingReferences(for purpose: String) {
        guard let parts else { return }
        for reference in parts.references(for: purpose) where parts.part(contentID: reference.contentID) == nil {
            self.problems.append(.danglingReference(contentID: reference.contentID))
        }
    }
}

extension [String] {
    /// Whether a list of INFO packages has the one of eCall, compared without case.
    package var containsMSDPackage: Bool { self.containsPackage(EmergencyCallData.msdPackage) }

    /// Whether a list of INFO packages has the one of Vehicle Emergency Data Sets, compared without case.
    package var containsVEDSPackage: Bool { self.containsPackage(EmergencyCallData.vedsPackage) }

    func containsPackage(_ name: String) -> Bool {
        self.contains { HeaderSyntax.equalsIgnoringCase($0, name) }
    }
}
