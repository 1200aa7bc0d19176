import NGECall
import Seeds
import SIP
import Testing

@Suite struct LocationDocumentTests {
    private typealias Position = LocationDocument.Position

    private let position = Position(latitudeMilliarcseconds: 173_345_400, longitudeMilliarcseconds: 41_680_440)
    private let axes = LocationDocument.Axes(
        semiMajorMillimeters: 12_500,
        semiMinorMillimeters: 8_000,
        orientationMillidegrees: 35_000
    )

    private func parse(shape: String) throws(LocationError) -> LocationDocument {
        let text = """
            <presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
              xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0" entity="pres:a@b">
              <tuple id="1"><status><gp:geopriv><gp:location-info>\(shape)</gp:location-info>
              <gp:usage-rules/></gp:geopriv></status><timestamp>2026-01-01T00:00:00Z</timestamp></tuple></presence>
            """
        return try LocationDocument(parsing: Array(text.utf8))
    }

    private func error(shape: String) -> LocationError? {
        do throws(LocationError) {
            _ = try self.parse(shape: shape)
            return nil
        } catch {
            return error
        }
    }

    private func circle(_ position: String, radius: String = "<gs:radius>1</gs:radius>") -> String {
        "<gs:Circle><gml:pos>\(position)</gml:pos>\(radius)</gs:Circle>"
    }

    @Test func theExampleIsReadAndWrittenByteForByte() throws {
        let part = try #require(try BodyParts(Samples.message("01-invite.sip")).part(contentID: Samples.locationID))
        #expect(try LocationDocument(parsing: part.body) == Samples.location)
        #expect(Samples.location.serialized() == part.body)
    }

    @Test func everyShapeSurvivesTheWay() throws {
        let shapes: [LocationDocument.Shape] = [
            .point(self.position, altitudeMillimeters: nil), .point(self.position, altitudeMillimeters: -1_500),
            .circle(self.position, radiusMillimeters: 1), .ellipse(self.position, self.axes),
            .sphere(self.position, altitudeMillimeters: 520_000, radiusMillimeters: 30_250),
            .ellipsoid(self.position, altitudeMillimeters: 520_000, self.axes, verticalMillimeters: 20_000),
        ]
        for shape in shapes {
            let document = LocationDocument(entity: "pres:a@b", shape: shape)
            #expect(try LocationDocument(parsing: document.serialized()) == document)
        }
    }

    @Test func optionalFieldsMayBeAbsent() throws {
        let document = try self.parse(shape: self.circle("1 2"))
        #expect(document.method == nil)
        #expect(document.retransmissionAllowed == nil)
        #expect(document.timestamp == "2026-01-01T00:00:00Z")
        #expect(
            document.shape
                == .circle(
                    Position(latitudeMilliarcseconds: 3_600_000, longitudeMilliarcseconds: 7_200_000),
                    radiusMillimeters: 1_000
                )
        )
    }

    @Test func milliarcsecondsAndDegreesAreTheSamePlace() throws {
        #expect(LocationDocument.degreesText(milliarcseconds: 173_345_400) == "48.151500")
        #expect(LocationDocument.degreesText(milliarcseconds: 173_197_982) == "48.1105506")
        #expect(LocationDocument.degreesText(milliarcseconds: -1) == "-0.0000003")
        #expect(LocationDocument.degreesText(milliarcseconds: -4) == "-0.000001")
        #expect(LocationDocument.degreesText(milliarcseconds: 648_000_000) == "180.000000")
        #expect(LocationDocument.milliarcseconds(degrees: "48.1515", limit: 90) == 173_345_400)
        #expect(LocationDocument.milliarcseconds(degrees: "-0.0000005", limit: 90) == -2)
        #expect(LocationDocument.milliarcseconds(degrees: "+.5", limit: 90) == 1_800_000)
        #expect(LocationDocument.milliarcseconds(degrees: "007.", limit: 90) == 25_200_000)
        #expect(LocationDocument.milliarcseconds(degrees: "90.0000000004", limit: 90) == 324_000_000)
        for text in ["90.000001", "91", "", "-", ".", "1e1", "1,5", "0x1", "1 2", "99999999999999999999", "NaN", "--1"]
        {
            #expect(LocationDocument.milliarcseconds(degrees: text, limit: 90) == nil, "\(text)")
        }
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let angle = Int32.random(in: -648_000_000...648_000_000, using: &random)
            let text = LocationDocument.degreesText(milliarcseconds: angle)
            let read = try #require(LocationDocument.milliarcseconds(degrees: text, limit: 180))
            #expect(read == angle, "seed 11: \(angle)")
        }
    }

    @Test func timestampsAreWrittenInUTC() {
        #expect(LocationDocument.timestampText(secondsSince1970: 0) == "1970-01-01T00:00:00Z")
        #expect(LocationDocument.timestampText(secondsSince1970: 951_782_399) == "2000-02-28T23:59:59Z")
        #expect(LocationDocument.timestampText(secondsSince1970: 951_782_400) == "2000-02-29T00:00:00Z")
        #expect(LocationDocument.timestampText(secondsSince1970: 1_795_348_800) == "2026-11-22T12:00:00Z")
        #expect(LocationDocument.timestampText(secondsSince1970: 253_402_300_799) == "9999-12-31T23:59:59Z")
        #expect(LocationDocument.timestampText(secondsSince1970: .max) == "9999-12-31T23:59:59Z")
        #expect(LocationDocument.timestampText(secondsSince1970: -5) == "1970-01-01T00:00:00Z")
    }

    @Test func refusesByName() {
        #expect(self.error(shape: "") == .missing(element: "shape"))
        #expect(self.error(shape: "<gs:ArcBand/>") == .unknownShape("ArcBand"))
        #expect(self.error(shape: "<gs:Circle/>") == .missing(element: "pos"))
        #expect(self.error(shape: self.circle("1 2", radius: "")) == .missing(element: "radius"))
        #expect(
            self.error(shape: self.circle("1 2", radius: "<gs:radius uom='mile'>1</gs:radius>"))
                == .unknownUnit(element: "radius", unit: "mile")
        )
        #expect(
            self.error(shape: self.circle("1 2", radius: "<gs:radius>-1</gs:radius>"))
                == .badNumber(element: "radius", found: "-1", expected: "0...40008000 meters")
        )
        #expect(
            self.error(shape: self.circle("1"))
                == .badNumber(element: "pos", found: "1", expected: "latitude longitude [altitude]")
        )
        #expect(
            self.error(shape: self.circle("91 0"))
                == .badNumber(element: "pos", found: "91 0", expected: "-90...90 and -180...180 decimal degrees")
        )
        #expect(
            self.error(shape: "<gs:Circle srsName='urn:x'><gml:pos>1 2</gml:pos></gs:Circle>")
                == .unknownReferenceSystem("urn:x")
        )
        #expect(
            self.error(shape: "<gs:Sphere><gml:pos>1 2</gml:pos></gs:Sphere>") == .missing(element: "altitude")
        )
        #expect(throws: LocationError.wrongRoot(namespace: "", name: "presence")) {
            try LocationDocument(parsing: Array("<presence/>".utf8))
        }
        #expect(throws: LocationError.missing(element: "geopriv")) {
            try LocationDocument(parsing: Array("<presence xmlns='urn:ietf:params:xml:ns:pidf'/>".utf8))
        }
    }
}
