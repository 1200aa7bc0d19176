extension OptionalAdditionalData: Codable {
    /// Reads `oid` with dots and `data` in hexadecimal, or makes both from `decoded` when `data` is not there.
    ///
    /// Where both are there they must agree: a change to one alone would be lost.
    package init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: JSONKey.self)
        try root.allow(only: ["oid", "data", "decoded"])
        let oid = try root.optional("oid") { try Self.oid($0, in: root) }
        let content = try root.optional("decoded") { try Content(in: root.object($0), oid: oid) } ?? .unknown
        guard root.contains("data") || content == .unknown else {
            let made = try Self.made(of: content, in: root)
            guard oid == nil || oid == made.oid else {
                throw root.corrupted("oid", "is not \(made.oidText), which \"decoded\" is")
            }
            self = made
            return
        }
        guard let oid else { throw root.corrupted("oid", "is missing, expected numbers with dots between them") }
        let text = try root.decode(String.self, forKey: "data")
        do {
            self.init(oid: oid, data: text.isEmpty ? [] : try MSDText.hexadecimal(text))
        } catch {
            throw root.corrupted("data", "is not hexadecimal: \(error)")
        }
        guard content == .unknown || content == self.content else {
            throw root.corrupted("decoded", "does not say what \"data\" says; leave one of them out")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var root = encoder.container(keyedBy: JSONKey.self)
        try root.encode(self.oidText, forKey: "oid")
        try root.encode(MSDText.hex(self.data), forKey: "data")
        switch self.content {
        case .euroNCAP(let data):
            var decoded = root.object("decoded")
            try data.encode(to: &decoded)
        case .eraGlonass(let data):
            var decoded = root.object("decoded")
            try data.encode(to: &decoded)
        case .unknown:
            break
        case .damaged(let error):
            var decoded = root.object("decoded")
            try decoded.encode(error.description, forKey: "error")
        }
    }

    private static func oid(_ key: JSONKey, in root: KeyedDecodingContainer<JSONKey>) throws -> [UInt32] {
        let text = try root.decode(String.self, forKey: key)
        return try text.split(separator: ".", omittingEmptySubsequences: false).map { part in
            guard let arc = UInt32(part) else {
                let expected = "expected numbers of 0...\(UInt32.max) with dots between them"
                throw root.corrupted(key, "is \"\(text)\", \(expected)")
            }
            return arc
        }
    }

    private static func made(
        of content: Content,
        in root: KeyedDecodingContainer<JSONKey>
    ) throws -> OptionalAdditionalData {
        do {
            switch content {
            case .euroNCAP(let data): return try OptionalAdditionalData(data)
            case .eraGlonass(let data): return try OptionalAdditionalData(data)
            case .unknown, .damaged: preconditionFailure("only content that was read is made into data")
            }
        } catch {
            throw root.corrupted("decoded", "cannot be encoded: \(error)")
        }
    }
}

extension OptionalAdditionalData.Content {
    /// Reads the content under its name; `unknown` stands for the note of an error, which says nothing.
    fileprivate init(in decoded: KeyedDecodingContainer<JSONKey>, oid: [UInt32]?) throws {
        try decoded.allow(only: ["euroNCAP", "eraGlonass", "error"])
        if decoded.contains("euroNCAP") {
            self = .euroNCAP(try EuroNCAPData(in: decoded.object("euroNCAP")))
        } else if decoded.contains("eraGlonass") {
            let form: ERAGLONASSData.Form = oid == ERAGLONASSData.Form.v1.oid ? .v1 : .v2
            self = .eraGlonass(try ERAGLONASSData(in: decoded.object("eraGlonass"), form: form))
        } else {
            self = .unknown
        }
    }
}

extension EuroNCAPData {
    fileprivate init(in object: KeyedDecodingContainer<JSONKey>) throws {
        try object.allow(only: ["locationOfImpact", "rolloverDetected", "deltaV"])
        let name = try object.decode(String.self, forKey: "locationOfImpact")
        guard let location = LocationOfImpact(name: name) else {
            let names = LocationOfImpact.names.joined(separator: ", ")
            throw object.corrupted("locationOfImpact", "is \"\(name)\", expected one of \(names)")
        }
        let deltaV = try object.object("deltaV")
        try deltaV.allow(only: ["rangeLimit", "deltaVX", "deltaVY"])
        self.init(
            locationOfImpact: location,
            rolloverDetected: try object.decodeIfPresent(Bool.self, forKey: "rolloverDetected"),
            rangeLimit: try deltaV.integer("rangeLimit", in: Self.rangeLimits),
            deltaVX: try deltaV.integer("deltaVX", in: Self.velocityChanges),
            deltaVY: try deltaV.integer("deltaVY", in: Self.velocityChanges)
        )
    }

    fileprivate func encode(to decoded: inout KeyedEncodingContainer<JSONKey>) throws {
        var object = decoded.object("euroNCAP")
        try object.encode(self.locationOfImpact.description, forKey: "locationOfImpact")
        try object.encodeIfPresent(self.rolloverDetected, forKey: "rolloverDetected")
        var deltaV = object.object("deltaV")
        try deltaV.encode(self.rangeLimit, forKey: "rangeLimit")
        try deltaV.encode(self.deltaVX, forKey: "deltaVX")
        try deltaV.encode(self.deltaVY, forKey: "deltaVY")
    }
}

extension ERAGLONASSData {
    fileprivate init(in object: KeyedDecodingContainer<JSONKey>, form: Form) throws {
        try object.allow(only: ["crashSeverity", "diagnosticResult", "crashInfo", "coordinateSystemType"])
        self.init(
            form: form,
            crashSeverity: try object.optional("crashSeverity") { try object.integer($0, in: Self.severities) },
            diagnosticResult: try object.optional("diagnosticResult") {
                try object.booleans($0, allowed: DiagnosticName.allCases)
            },
            crashInfo: try object.optional("crashInfo") { try object.booleans($0, allowed: CrashName.allCases) },
            coordinateSystemType: try object.optional("coordinateSystemType") { key in
                let name = try object.decode(String.self, forKey: key)
                guard let system = CoordinateSystem(rawValue: name) else {
                    throw object.corrupted(key, "is \"\(name)\", expected wgs84 or pz90")
                }
                return system
            }
        )
    }

    fileprivate func encode(to decoded: inout KeyedEncodingContainer<JSONKey>) throws {
        var object = decoded.object("eraGlonass")
        try object.encodeIfPresent(self.crashSeverity, forKey: "crashSeverity")
        if let diagnosticResult = self.diagnosticResult { try object.encode(diagnosticResult, "diagnosticResult") }
        if let crashInfo = self.crashInfo { try object.encode(crashInfo, "crashInfo") }
        try object.encodeIfPresent(self.coordinateSystemType?.rawValue, forKey: "coordinateSystemType")
    }
}
