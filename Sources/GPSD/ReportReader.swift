/// Reads the report that a line holds.
enum ReportReader {
    /// The report, `nil` when it is of a class that a vehicle does not need.
    static func report(of line: [UInt8]) throws(GPSDProblem) -> GPSDReport? {
        guard case .object(let members) = try JSONText.value(of: line) else { throw .noObject }
        guard let name = members["class"] else { throw .noClass }
        guard case .string(let kind) = name else { throw .wrongType(of: "class", in: "a line", expected: "a text") }
        let fields = ReportFields(kind, members)
        switch kind {
        case "TPV": return .tpv(try Self.tpv(fields))
        case "SKY": return .sky(try Self.sky(fields))
        case "VERSION": return .version(try Self.version(fields))
        case "DEVICE": return .device(try Self.device(fields))
        case "DEVICES":
            var devices: [GPSDDevice] = []
            for entry in try fields.objects("devices") ?? [] { devices.append(try Self.device(entry)) }
            return .devices(devices)
        case "ERROR": return .error(message: try fields.text("message") ?? "")
        default: return nil
        }
    }

    private static func tpv(_ fields: ReportFields) throws(GPSDProblem) -> GPSDTPV {
        var tpv = GPSDTPV()
        tpv.device = try fields.text("device")
        tpv.mode = try fields.whole("mode")
        tpv.status = try fields.whole("status")
        tpv.time = try fields.time("time")
        tpv.lat = try fields.number("lat")
        tpv.lon = try fields.number("lon")
        tpv.altHAE = try fields.number("altHAE")
        tpv.track = try fields.number("track")
        tpv.speed = try fields.number("speed")
        tpv.eph = try fields.number("eph")
        tpv.epx = try fields.number("epx")
        tpv.epy = try fields.number("epy")
        tpv.epv = try fields.number("epv")
        return tpv
    }

    private static func sky(_ fields: ReportFields) throws(GPSDProblem) -> GPSDSKY {
        var sky = GPSDSKY()
        sky.device = try fields.text("device")
        sky.hdop = try fields.number("hdop")
        let satellites = try fields.objects("satellites")
        // Before release 3.22 the list is all there is.
        sky.visibleSatellites = try fields.whole("nSat") ?? satellites?.count
        if let used = try fields.whole("uSat") {
            sky.usedSatellites = used
        } else if let satellites {
            var used = 0
            for satellite in satellites where try satellite.flag("used") ?? false { used += 1 }
            sky.usedSatellites = used
        }
        return sky
    }

    private static func version(_ fields: ReportFields) throws(GPSDProblem) -> GPSDVersion {
        GPSDVersion(
            release: try fields.text("release"),
            protocolMajor: try fields.whole("proto_major"),
            protocolMinor: try fields.whole("proto_minor")
        )
    }

    private static func device(_ fields: ReportFields) throws(GPSDProblem) -> GPSDDevice {
        GPSDDevice(
            path: try fields.text("path"),
            driver: try fields.text("driver"),
            // The time since when it is open, as a text or, in old releases, a number; 0 or nothing when it is not.
            isActive: fields.isThere("activated")
        )
    }
}

/// The members of a report by name and type; a null is as good as none.
struct ReportFields {
    private let report: String
    private let members: [String: JSONText.Value]

    init(_ report: String, _ members: [String: JSONText.Value]) {
        self.report = report
        self.members = members
    }

    func number(_ name: String) throws(GPSDProblem) -> Double? {
        switch self.members[name] {
        case nil, .null: nil
        case .number(let number): number
        case .bool, .string, .array, .object: throw self.wrongType(name, "a number")
        }
    }

    func whole(_ name: String) throws(GPSDProblem) -> Int? {
        guard let number = try self.number(name) else { return nil }
        guard let whole = Int(exactly: number) else { throw self.wrongType(name, "a whole number") }
        return whole
    }

    func text(_ name: String) throws(GPSDProblem) -> String? {
        switch self.members[name] {
        case nil, .null: nil
        case .string(let text): text
        case .bool, .number, .array, .object: throw self.wrongType(name, "a text")
        }
    }

    func flag(_ name: String) throws(GPSDProblem) -> Bool? {
        switch self.members[name] {
        case nil, .null: nil
        case .bool(let flag): flag
        case .string, .number, .array, .object: throw self.wrongType(name, "true or false")
        }
    }

    func time(_ name: String) throws(GPSDProblem) -> Double? {
        guard let text = try self.text(name) else { return nil }
        guard let seconds = UniversalTime.secondsSince1970(text) else { throw .noTime(name, in: self.report) }
        return seconds
    }

    func objects(_ name: String) throws(GPSDProblem) -> [ReportFields]? {
        let values: [JSONText.Value]
        switch self.members[name] {
        case nil, .null: return nil
        case .array(let array): values = array
        case .bool, .number, .string, .object: throw self.wrongType(name, "a list of objects")
        }
        var objects: [ReportFields] = []
        for value in values {
            guard case .object(let members) = value else { throw self.wrongType(name, "a list of objects") }
            objects.append(ReportFields("an entry of \(name)", members))
        }
        return objects
    }

    /// Whether the member says anything: neither null nor 0 nor an empty text.
    func isThere(_ name: String) -> Bool {
        switch self.members[name] {
        case nil, .null: false
        case .number(let number): number != 0
        case .string(let text): !text.isEmpty
        case .bool(let flag): flag
        case .array, .object: true
        }
    }

    private func wrongType(_ name: String, _ expected: String) -> GPSDProblem {
        .wrongType(of: name, in: self.report, expected: expected)
    }
}
