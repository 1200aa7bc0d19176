import GPSD
import Positioning
import Testing
import Timeline

/// What gpsd sends, line by line, and what nobody should send.
@Suite struct GPSDParserTests {
    private let now = Instant.boot.advanced(by: .seconds(7))

    /// What one line becomes, `nil` when nothing.
    private func read(_ line: String) throws -> GPSDEvent? {
        var parser = GPSDParser()
        let events = parser.received(Array((line + "\r\n").utf8), at: self.now)
        #expect(events.count <= 1)
        return events.first
    }

    private func report(_ line: String) throws -> GPSDReport {
        let event = try #require(try self.read(line))
        guard case .report(let report, at: self.now) = event else { throw Unexpected(event: event) }
        return report
    }

    private func problem(_ line: String) throws -> GPSDProblem {
        let event = try #require(try self.read(line))
        guard case .problem(let problem, at: self.now) = event else { throw Unexpected(event: event) }
        return problem
    }

    private struct Unexpected: Error {
        let event: GPSDEvent
    }

    static let tpv = #"""
        {"class":"TPV","device":"/dev/ttyAMA0","status":2,"mode":3,"time":"2026-03-01T12:34:56.500Z","ept":0.005,\#
        "lat":48.262600000,"lon":11.434000000,"altHAE":512.3,"altMSL":466.1,"alt":466.1,"epx":3.1,"epy":4.2,"epv":9.5,\#
        "track":87.0,"magtrack":90.1,"speed":13.9,"climb":0.1,"eps":0.7,"epd":1.2,"eph":5.6,"sep":9.8}
        """#

    @Test func readsAPosition() throws {
        var expected = GPSDTPV()
        expected.device = "/dev/ttyAMA0"
        expected.mode = 3
        expected.status = 2
        expected.time = 1_772_368_496.5
        expected.lat = 48.2626
        expected.lon = 11.434
        expected.altHAE = 512.3
        expected.track = 87
        expected.speed = 13.9
        expected.eph = 5.6
        expected.epx = 3.1
        expected.epy = 4.2
        expected.epv = 9.5
        #expect(try self.report(Self.tpv) == .tpv(expected))
    }

    @Test func whatIsMissingIsNotZero() throws {
        #expect(try self.report(#"{"class":"TPV"}"#) == .tpv(GPSDTPV()))
        #expect(try self.report(#"{"class":"TPV","lat":null}"#) == .tpv(GPSDTPV()))
        let report = GPSDTPV().receiverReport()
        #expect(report == ReceiverReport(mode: .unknown))
    }

    @Test func aPositionBecomesAReportForTheFilter() throws {
        guard case .tpv(let tpv) = try self.report(Self.tpv) else {
            Issue.record("no position")
            return
        }
        let expected = ReceiverReport(
            mode: .threeD,
            latitudeDegrees: 48.2626,
            longitudeDegrees: 11.434,
            heightMeters: 512.3,
            trackDegrees: 87,
            speedMetersPerSecond: 13.9,
            horizontalErrorMeters: 5.6,
            longitudeErrorMeters: 3.1,
            latitudeErrorMeters: 4.2,
            verticalErrorMeters: 9.5,
            hdop: 1.1,
            time: 1_772_368_496.5
        )
        #expect(tpv.receiverReport(hdop: 1.1) == expected)
        let modes: [(Int?, ReceiverReport.Mode)] = [
            (nil, .unknown), (0, .unknown), (1, .none), (2, .twoD), (3, .threeD), (4, .unknown), (-1, .unknown),
        ]
        for (number, mode) in modes {
            var tpv = GPSDTPV()
            tpv.mode = number
            #expect(tpv.receiverReport().mode == mode)
        }
    }

    @Test func readsTheSkyOfOldAndNewReleases() throws {
        var expected = GPSDSKY()
        expected.hdop = 0.9
        expected.visibleSatellites = 2
        expected.usedSatellites = 1
        let old = #"{"class":"SKY","hdop":0.9,"satellites":[{"PRN":1,"used":true},{"PRN":2,"used":false}]}"#
        #expect(try self.report(old) == .sky(expected))
        #expect(try self.report(#"{"class":"SKY","hdop":0.9,"nSat":2,"uSat":1}"#) == .sky(expected))
        #expect(try self.report(#"{"class":"SKY"}"#) == .sky(GPSDSKY()))
    }

    @Test func readsWhatGPSDSaysOfItselfAndItsReceivers() throws {
        let version = #"{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}"#
        #expect(
            try self.report(version) == .version(GPSDVersion(release: "3.22", protocolMajor: 3, protocolMinor: 14))
        )
        let devices = #"""
            {"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/a","driver":"u-blox","activated":\#
            "2026-03-01T12:34:56.000Z"},{"class":"DEVICE","path":"/dev/b"}]}
            """#
        #expect(
            try self.report(devices)
                == .devices([
                    GPSDDevice(path: "/dev/a", driver: "u-blox", isActive: true),
                    GPSDDevice(path: "/dev/b", driver: nil, isActive: false),
                ])
        )
        let gone = #"{"class":"DEVICE","path":"/dev/a","activated":0}"#
        #expect(try self.report(gone) == .device(GPSDDevice(path: "/dev/a", driver: nil, isActive: false)))
        #expect(try self.report(#"{"class":"ERROR","message":"no"}"#) == .error(message: "no"))
    }

    @Test(arguments: [
        "", " ", #"{"class":"WATCH","enable":true,"json":true}"#, #"{"class":"PPS","real_sec":1}"#, #"{"class":""}"#,
    ])
    func passesOverWhatAVehicleDoesNotNeed(_ line: String) throws {
        #expect(try self.read(line) == nil)
    }

    @Test(arguments: [
        ("garbage", GPSDProblem.malformed(.unexpectedOctet, octet: 0)),
        (#"{"class":"TPV","lat":48."#, .malformed(.unexpectedEnd, octet: 24)),
        (#"{"class":"TPV","lat":48.}"#, .malformed(.malformedNumber, octet: 24)),
        (#"{"class":"TPV","lat":48.2,"lo"#, .malformed(.unexpectedEnd, octet: 29)),
        (#"{"class":"TPV","lat":nan}"#, .malformed(.unexpectedOctet, octet: 22)),
        (#"{"class":"TPV","lat":-Infinity}"#, .malformed(.malformedNumber, octet: 22)),
        (#"{"class":"TPV","lat":1e999}"#, .malformed(.hugeNumber, octet: 26)),
        (#"{"class":"TPV","lat":.5}"#, .malformed(.unexpectedOctet, octet: 21)),
        (#"{"class":"TPV","lat":01}"#, .malformed(.unexpectedOctet, octet: 22)),
        (#"{"class":"TPV"}}"#, .malformed(.unexpectedOctet, octet: 15)),
        (#"{"class":"TPV",}"#, .malformed(.unexpectedOctet, octet: 15)),
        (#"{"class":"TPV","x":"\q"}"#, .malformed(.malformedEscape, octet: 22)),
        (#"{"class":"TPV","x":"\ud800\u0000"}"#, .malformed(.malformedEscape, octet: 32)),
        (#"{"class":"TPV","x":"\udc00"}"#, .malformed(.malformedEscape, octet: 26)),
        ("{\"class\":\"TPV\",\"x\":\"\u{01}\"}", .malformed(.unexpectedOctet, octet: 20)),
        ("[]", .noObject), ("3", .noObject), ("null", .noObject),
        ("{}", .noClass), (#"{"lat":48}"#, .noClass),
        (#"{"class":3}"#, .wrongType(of: "class", in: "a line", expected: "a text")),
        (#"{"class":"TPV","lat":"48"}"#, .wrongType(of: "lat", in: "TPV", expected: "a number")),
        (#"{"class":"TPV","mode":true}"#, .wrongType(of: "mode", in: "TPV", expected: "a number")),
        (#"{"class":"TPV","mode":2.5}"#, .wrongType(of: "mode", in: "TPV", expected: "a whole number")),
        (#"{"class":"TPV","mode":1e300}"#, .wrongType(of: "mode", in: "TPV", expected: "a whole number")),
        (#"{"class":"TPV","time":1772368496}"#, .wrongType(of: "time", in: "TPV", expected: "a text")),
        (#"{"class":"TPV","time":"yesterday"}"#, .noTime("time", in: "TPV")),
        (#"{"class":"TPV","eph":[]}"#, .wrongType(of: "eph", in: "TPV", expected: "a number")),
        (#"{"class":"SKY","satellites":[3]}"#, .wrongType(of: "satellites", in: "SKY", expected: "a list of objects")),
        (
            #"{"class":"SKY","satellites":[{"used":1}]}"#,
            .wrongType(of: "used", in: "an entry of satellites", expected: "true or false")
        ),
        (#"{"class":"DEVICES","devices":{}}"#, .wrongType(of: "devices", in: "DEVICES", expected: "a list of objects")),
    ])
    func aBadLineIsOneProblem(_ line: String, _ expected: GPSDProblem) throws {
        let problem = try self.problem(line)
        #expect(problem == expected)
        #expect(!problem.description.isEmpty)
        var parser = GPSDParser()
        let events = parser.received(Array((line + "\n" + Self.tpv + "\n").utf8), at: self.now)
        #expect(events.count == 2)
        guard case .report(.tpv, at: self.now)? = events.last else {
            Issue.record("the next line is lost")
            return
        }
    }

    @Test func aTextThatIsNoUTF8IsAProblem() {
        var parser = GPSDParser()
        let line = Array(#"{"class":""#.utf8) + [0xFF] + Array("\"}\n".utf8)
        #expect(parser.received(line, at: self.now) == [.problem(.malformed(.notUTF8, octet: 11), at: self.now)])
    }

    @Test func readsEscapesInTexts() throws {
        let line = #"{"class":"ERROR","message":"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude97"}"#
        #expect(try self.report(line) == .error(message: "\"\\/\u{08}\u{0C}\n\r\tä🚗"))
    }

    @Test func doesNotNestWithoutEnd() throws {
        let line = #"{"class":"TPV","x":"# + String(repeating: "[", count: 10_000)
        #expect(try self.problem(line) == .malformed(.tooDeep(limit: 8), octet: 26))
        let many = #"{"class":"TPV","x":["# + String(repeating: "1,", count: 3_000) + "1]}"
        guard case .malformed(.tooManyValues, _) = try self.problem(many) else {
            Issue.record("not told")
            return
        }
        let digits = #"{"class":"TPV","lat":"# + String(repeating: "1", count: 65) + "}"
        guard case .malformed(.malformedNumber, _) = try self.problem(digits) else {
            Issue.record("not told")
            return
        }
    }

    @Test func aLineThatIsTooLongIsToldOnceAndSkipped() {
        var parser = GPSDParser()
        var events: [GPSDEvent] = []
        for _ in 0..<100 { events += parser.received([UInt8](repeating: 0x20, count: 1_000), at: self.now) }
        #expect(events == [.problem(.lineTooLong(limit: 16_384), at: self.now)])
        events = parser.received(Array(("{}\n" + #"{"class":"TPV"}"# + "\n").utf8), at: self.now)
        #expect(events == [.report(.tpv(GPSDTPV()), at: self.now)])
    }

    @Test func theLongestLineIsRead() {
        var parser = GPSDParser()
        let start = #"{"class":"TPV"}"#
        let line = start + String(repeating: " ", count: 16_384 - start.utf8.count)
        #expect(parser.received(Array((line + "\n").utf8), at: self.now) == [.report(.tpv(GPSDTPV()), at: self.now)])
    }

    @Test func takesALineInPieces() {
        var parser = GPSDParser()
        var events: [GPSDEvent] = []
        for octet in Array((Self.tpv + "\r\n").utf8) { events += parser.received([octet], at: self.now) }
        #expect(events.count == 1)
        #expect(parser.ended(at: self.now) == nil)
    }

    @Test func halfALineAtTheEndIsToldByItsLength() {
        var parser = GPSDParser()
        #expect(parser.received(Array(#"{"cl"#.utf8), at: self.now) == [])
        #expect(parser.ended(at: self.now) == .problem(.unfinishedLine(octets: 4), at: self.now))
        #expect(parser.ended(at: self.now) == nil)
    }
}
