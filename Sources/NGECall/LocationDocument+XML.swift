extension LocationDocument {
    private enum Namespace {
        static let presence = "urn:ietf:params:xml:ns:pidf"
        static let model = "urn:ietf:params:xml:ns:pidf:data-model"
        static let geopriv = "urn:ietf:params:xml:ns:pidf:geopriv10"
        static let policy = "urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"
        static let gml = "http://www.opengis.net/gml"
        static let shapes = "http://www.opengis.net/pidflo/1.0"
    }

    private enum ReferenceSystem {
        static let plane = "urn:ogc:def:crs:EPSG::4326"
        static let spatial = "urn:ogc:def:crs:EPSG::4979"
    }

    private enum Unit {
        static let meter = "urn:ogc:def:uom:EPSG::9001"
        static let degree = "urn:ogc:def:uom:EPSG::9102"
    }

    /// Lengths are written and read to the millimeter, angles to the thousandth of a degree.
    private static let measureDecimals = 3

    /// Coordinates are read to nanodegrees, finer than the milliarcsecond they become.
    private static let coordinateDecimals = 9

    /// No length on earth is longer, in millimeters: the polar circumference.
    private static let maximumLengthMillimeters: Int64 = 40_008_000_000

    // MARK: Writing

    /// The document as XML with CRLF line ends.
    package func serialized() -> [UInt8] {
        var writer = XMLWriter()
        writer.openTall(
            "presence",
            [
                ("xmlns", Namespace.presence), ("xmlns:dm", Namespace.model), ("xmlns:gp", Namespace.geopriv),
                ("xmlns:gbp", Namespace.policy), ("xmlns:gml", Namespace.gml), ("xmlns:gs", Namespace.shapes),
                ("entity", self.entity),
            ]
        )
        writer.open("dm:device", [("id", "ivs1")])
        writer.open("gp:geopriv", [])
        writer.open("gp:location-info", [])
        self.writeShape(to: &writer)
        writer.close("gp:location-info")
        writer.open("gp:usage-rules", [])
        if let allowed = self.retransmissionAllowed {
            writer.leaf("gbp:retransmission-allowed", String(allowed))
        }
        if let expiry = self.retentionExpiry { writer.leaf("gbp:retention-expiry", expiry) }
        writer.close("gp:usage-rules")
        if let method = self.method { writer.leaf("gp:method", method) }
        writer.close("gp:geopriv")
        if let deviceID = self.deviceID { writer.leaf("dm:deviceID", deviceID) }
        if let timestamp = self.timestamp { writer.leaf("dm:timestamp", timestamp) }
        writer.close("dm:device")
        writer.close("presence")
        return writer.octets
    }

    private func writeShape(to writer: inout XMLWriter) {
        switch self.shape {
        case .point(let position, let altitude):
            let system = altitude == nil ? ReferenceSystem.plane : ReferenceSystem.spatial
            writer.open("gml:Point", [("srsName", system)])
            Self.write(position, altitude: altitude, to: &writer)
            writer.close("gml:Point")
        case .circle(let position, let radius):
            writer.open("gs:Circle", [("srsName", ReferenceSystem.plane)])
            Self.write(position, altitude: nil, to: &writer)
            Self.writeMeasure("gs:radius", radius, Unit.meter, to: &writer)
            writer.close("gs:Circle")
        case .ellipse(let position, let axes):
            writer.open("gs:Ellipse", [("srsName", ReferenceSystem.plane)])
            Self.write(position, altitude: nil, to: &writer)
            Self.writeMeasure("gs:semiMajorAxis", axes.semiMajorMillimeters, Unit.meter, to: &writer)
            Self.writeMeasure("gs:semiMinorAxis", axes.semiMinorMillimeters, Unit.meter, to: &writer)
            Self.writeMeasure("gs:orientation", axes.orientationMillidegrees, Unit.degree, to: &writer)
            writer.close("gs:Ellipse")
        case .sphere(let position, let altitude, let radius):
            writer.open("gs:Sphere", [("srsName", ReferenceSystem.spatial)])
            Self.write(position, altitude: altitude, to: &writer)
            Self.writeMeasure("gs:radius", radius, Unit.meter, to: &writer)
            writer.close("gs:Sphere")
        case .ellipsoid(let position, let altitude, let axes, let vertical):
            writer.open("gs:Ellipsoid", [("srsName", ReferenceSystem.spatial)])
            Self.write(position, altitude: altitude, to: &writer)
            Self.writeMeasure("gs:semiMajorAxis", axes.semiMajorMillimeters, Unit.meter, to: &writer)
            Self.writeMeasure("gs:semiMinorAxis", axes.semiMinorMillimeters, Unit.meter, to: &writer)
            Self.writeMeasure("gs:verticalAxis", vertical, Unit.meter, to: &writer)
            Self.writeMeasure("gs:orientation", axes.orientationMillidegrees, Unit.degree, to: &writer)
            writer.close("gs:Ellipsoid")
        }
    }

    private static func write(_ position: Position, altitude: Int64?, to writer: inout XMLWriter) {
        let latitude = Self.degreesText(milliarcseconds: position.latitudeMilliarcseconds)
        let longitude = Self.degreesText(milliarcseconds: position.longitudeMilliarcseconds)
        let height = altitude.map { " " + FixedPoint.shortText($0, decimals: Self.measureDecimals) } ?? ""
        writer.leaf("gml:pos", "\(latitude) \(longitude)\(height)")
    }

    private static func writeMeasure(_ name: String, _ number: Int64, _ unit: String, to writer: inout XMLWriter) {
        writer.leaf(name, FixedPoint.shortText(number, decimals: Self.measureDecimals), [("uom", unit)])
    }

    /// Decimal degrees that read back as the same milliarcseconds: with six decimals where these can, else with seven.
    ///
    /// A degree has 3,600,000 milliarcseconds, a microdegree 3.6: the place beside the MSD is the MSD's own.
    package static func degreesText(milliarcseconds: Int32) -> String {
        let angle = Int64(milliarcseconds)
        let microdegrees = FixedPoint.scaled(angle, by: 5, over: 18)
        guard FixedPoint.scaled(microdegrees, by: 18, over: 5) != angle else {
            return FixedPoint.text(microdegrees, decimals: 6)
        }
        return FixedPoint.text(FixedPoint.scaled(angle, by: 25, over: 9), decimals: 7)
    }
}

extension LocationDocument {
    // MARK: Reading

    /// Reads the first location of a presence document, whatever carries it: device, tuple or person.
    package init(parsing document: [UInt8]) throws(LocationError) {
        let root: XMLElement
        do throws(XMLError) {
            root = try XMLElement(parsing: document)
        } catch {
            throw .xml(error)
        }
        guard root.name == "presence", root.namespace == Namespace.presence else {
            throw .wrongRoot(namespace: root.namespace, name: root.name)
        }
        for carrier in root.children {
            // In a tuple the location stands in `status` (RFC 4119), else in the carrier itself (RFC 5491).
            let status = carrier.child("status", in: [Namespace.presence])
            for holder in [carrier, status].compactMap(\.self) {
                guard let geopriv = holder.child("geopriv", in: [Namespace.geopriv]) else { continue }
                self = try Self.document(from: geopriv, of: carrier, entity: root[attribute: "entity"] ?? "")
                return
            }
        }
        throw .missing(element: "geopriv")
    }

    private static func document(
        from geopriv: XMLElement,
        of carrier: XMLElement,
        entity: String
    ) throws(LocationError) -> LocationDocument {
        guard let info = geopriv.child("location-info", in: [Namespace.geopriv]) else {
            throw .missing(element: "location-info")
        }
        var document = LocationDocument(entity: entity, shape: try Self.shape(in: info))
        document.method = geopriv.child("method", in: [Namespace.geopriv])?.trimmedText
        if let rules = geopriv.child("usage-rules", in: [Namespace.geopriv]) {
            let namespaces = [Namespace.policy, Namespace.geopriv]
            let allowed = rules.child("retransmission-allowed", in: namespaces)?.trimmedText
            document.retransmissionAllowed = allowed.map { $0 == "true" || $0 == "1" || $0 == "yes" }
            document.retentionExpiry = rules.child("retention-expiry", in: namespaces)?.trimmedText
        }
        document.deviceID = carrier.child("deviceID", in: [Namespace.model])?.trimmedText
        document.timestamp = carrier.child("timestamp", in: [Namespace.model, Namespace.presence])?.trimmedText
        return document
    }

    private static func shape(in info: XMLElement) throws(LocationError) -> Shape {
        let known = ["Point", "Circle", "Ellipse", "Sphere", "Ellipsoid"]
        let namespaces = [Namespace.gml, Namespace.shapes]
        guard let element = info.children.first(where: { known.contains($0.name) && namespaces.contains($0.namespace) })
        else {
            guard let first = info.children.first else { throw .missing(element: "shape") }
            throw .unknownShape(first.name)
        }
        let system = element[attribute: "srsName"] ?? ReferenceSystem.plane
        guard system == ReferenceSystem.plane || system == ReferenceSystem.spatial else {
            throw .unknownReferenceSystem(system)
        }
        let (position, altitude) = try Self.position(in: element)
        switch element.name {
        case "Circle":
            return .circle(position, radiusMillimeters: try Self.length("radius", in: element))
        case "Ellipse":
            return .ellipse(position, try Self.axes(in: element))
        case "Sphere":
            guard let altitude else { throw .missing(element: "altitude") }
            let radius = try Self.length("radius", in: element)
            return .sphere(position, altitudeMillimeters: altitude, radiusMillimeters: radius)
        case "Ellipsoid":
            guard let altitude else { throw .missing(element: "altitude") }
            let vertical = try Self.length("verticalAxis", in: element)
            let axes = try Self.axes(in: element)
            return .ellipsoid(position, altitudeMillimeters: altitude, axes, verticalMillimeters: vertical)
        default:
            return .point(position, altitudeMillimeters: altitude)
        }
    }

    private static func axes(in element: XMLElement) throws(LocationError) -> Axes {
        Axes(
            semiMajorMillimeters: try Self.length("semiMajorAxis", in: element),
            semiMinorMillimeters: try Self.length("semiMinorAxis", in: element),
            orientationMillidegrees: try Self.measure("orientation", Unit.degree, 0...360_000, "0...360", in: element)
        )
    }

    private static func length(_ name: String, in element: XMLElement) throws(LocationError) -> Int64 {
        try Self.measure(name, Unit.meter, 0...Self.maximumLengthMillimeters, "0...40008000 meters", in: element)
    }

    private static func measure(
        _ name: String,
        _ unit: String,
        _ range: ClosedRange<Int64>,
        _ expected: String,
        in element: XMLElement
    ) throws(LocationError) -> Int64 {
        guard let child = element.child(name, in: [Namespace.shapes]) else { throw .missing(element: name) }
        if let found = child[attribute: "uom"], found != unit { throw .unknownUnit(element: name, unit: found) }
        let text = child.trimmedText
        guard let number = FixedPoint.parse(text, decimals: Self.measureDecimals), range.contains(number) else {
            throw .badNumber(element: name, found: text, expected: expected)
        }
        return number
    }

    private static func position(
        in element: XMLElement
    ) throws(LocationError) -> (position: Position, altitudeMillimeters: Int64?) {
        guard let text = element.child("pos", in: [Namespace.gml])?.trimmedText else { throw .missing(element: "pos") }
        let numbers = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard numbers.count == 2 || numbers.count == 3 else {
            throw .badNumber(element: "pos", found: text, expected: "latitude longitude [altitude]")
        }
        guard let latitude = Self.milliarcseconds(degrees: numbers[0], limit: 90),
            let longitude = Self.milliarcseconds(degrees: numbers[1], limit: 180)
        else {
            throw .badNumber(element: "pos", found: text, expected: "-90...90 and -180...180 decimal degrees")
        }
        let position = Position(latitudeMilliarcseconds: latitude, longitudeMilliarcseconds: longitude)
        guard numbers.count == 3 else { return (position, nil) }
        let limit = Self.maximumLengthMillimeters
        guard let altitude = FixedPoint.parse(numbers[2], decimals: Self.measureDecimals), abs(altitude) <= limit else {
            throw .badNumber(element: "pos", found: text, expected: "an altitude in meters")
        }
        return (position, altitude)
    }

    /// Decimal degrees to milliarcseconds, `nil` when the text is no number or beyond `limit` degrees.
    package static func milliarcseconds(degrees text: String, limit: Int64) -> Int32? {
        guard let nanodegrees = FixedPoint.parse(text, decimals: Self.coordinateDecimals),
            abs(nanodegrees) <= limit * 1_000_000_000
        else { return nil }
        return Int32(exactly: FixedPoint.scaled(nanodegrees, by: 9, over: 2_500))
    }
}
