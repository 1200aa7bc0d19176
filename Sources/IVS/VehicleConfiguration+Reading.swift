internal import CallControl
package import ConfigurationFile
internal import CrashSensing
internal import GPIO
internal import MSD
internal import NGECall
internal import Net
internal import Positioning
internal import SIP
internal import UPER

extension VehicleConfiguration {
    /// Reads `ecalld.yaml`; throws every mistake in one go.
    package static func read(path: String) throws(ConfigurationMistakes) -> VehicleConfiguration {
        let settings = try ConfigurationReader.read(path: path, schema: VehicleSchema.schema)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        var configuration = try VehicleConfiguration(settings, folder: folder)
        configuration.path = path
        if settings.section("identity").optional("instance") == nil {
            configuration.instance = DeviceInstance.ofThisMachine(storePath: configuration.storePath)
        }
        return configuration
    }

    /// Lines that no request can hold; the ring has most of them.
    private func checkLineCount(_ settings: Settings) throws(ConfigurationMistakes) {
        let (count, most) = (self.lineSpecifications.count, SimulatedLines.maximumLines)
        guard count > most, let ring = settings.optional("ring")?.section else { return }
        throw ConfigurationMistakes([
            ring.mistake("units", found: "\(count) lines, with all others", expected: "at most \(most) lines")
        ])
    }

    /// What the settings of a checked file say; `folder`, with its slash, is where files of no absolute path are.
    package init(_ settings: Settings, folder: String = "") throws(ConfigurationMistakes) {
        let vehicle = settings.section("vehicle")
        let vin: VIN
        do { vin = try VIN(vehicle.string("vin")) } catch {
            throw ConfigurationMistakes([
                vehicle.mistake("vin", found: vehicle.string("vin"), expected: error.description)
            ])
        }
        self.init(vehicle: Vehicle(vin: vin), centers: settings.list("centers").map { Center($0.section) })
        self.vehicle.type = VehicleType(name: vehicle.string("type")) ?? .otherVehicleCategory
        for kind in vehicle.list("propulsion").compactMap({ PropulsionStorageName(rawValue: $0.string) }) {
            self.vehicle.propulsion[kind] = true
        }
        self.vehicle.occupants = vehicle.optional("occupants").map { UInt8(clamping: $0.integer) }
        self.msdVersion = vehicle.integer("msdVersion") == 2 ? .v2 : .v3
        self.profile = Profile(rawValue: settings.string("profile")) ?? .privateCenter
        self.identity = settings.section("identity").string("uri")
        if let instance = settings.section("identity").optional("instance") { self.instance = instance.string }
        self.call = CallLimits(settings.section("call"))
        try self.read(fallback: settings.optional("fallback")?.section)
        self.provisionalWait = settings.section("call").duration("provisionalWait")
        self.read(lines: settings.section("lines"))
        if let actions = settings.optional("actions")?.section { self.actions = try ActionSettings(actions) }
        if let ring = settings.optional("ring")?.section { self.ring = try RingSettings(ring) }
        self.selfTest = try SelfTestSettings(settings.section("selfTest"))
        try self.read(crashLinesOf: settings.section("lines"), folder: folder)
        try self.checkLineCount(settings)
        try self.read(pinsOf: settings)
        try self.checkCrashPulse(settings.section("lines"))
        try self.checkNames(settings)
        try self.checkReach(settings)
        try self.checkProtection(settings)
        try self.checkRegistrations(settings)
        self.indicators = IndicatorTable(settings.section("indicators"))
        self.sendsVEDS = settings.section("call").boolean("veds")
        self.receiver = settings.optional("gpsd").map { ReceiverSettings($0.section) }
        self.position = settings.optional("position").flatMap { Fix($0.section) }
        self.selfCheckInterval = settings.section("call").optional("selfCheckInterval")?.duration
        try self.checkSelfCheck(settings)
        self.power = settings.optional("power").map { PowerSettings($0.section) }
        self.crash = try CrashSettings(settings, folder: folder)
        self.keepAlive = settings.section("connection").duration("keepAlive")
        self.isECallOnly = settings.section("connection").boolean("eCallOnly")
        self.gate.allowedAddresses = settings.section("gate").list("allowedAddresses").map(\.string)
        self.gate.unlockFile = settings.section("gate").string("unlockFile")
        self.storePath = settings.section("store").string("path")
        self.recordWait = settings.section("store").duration("wait")
        self.emergencyRetention = settings.section("store").duration("keepEmergency")
        self.privateRetention = settings.section("store").optional("keepPrivate")?.duration
        self.lateOffer = settings.section("store").duration("offerLate")
        self.socketPath = settings.section("control").string("socket")
        self.viewSocketPath = settings.section("control").optional("viewSocket")?.string
        self.busSocketPath = settings.section("control").optional("busSocket")?.string
        self.bus = BusSettings(settings.section("bus"))
    }

    /// The emergency service behind the private one: its hops follow the centers.
    private mutating func read(fallback settings: Settings?) throws(ConfigurationMistakes) {
        guard let settings else { return }
        guard self.profile == .privateCenter else {
            throw ConfigurationMistakes([
                settings.mistake("hops", found: "hops", expected: "no fallback: the profile is 112 itself")
            ])
        }
        let own = self.centers.count
        for hop in settings.list("hops").map(\.section) {
            var center = Center(hop: hop)
            center.isFallback = true
            self.centers.append(center)
        }
        self.fallbackIdentity = settings.string("identity")
        self.call.fallback = Fallback(
            hops: own..<self.centers.count,
            rounds: settings.integer("rounds"),
            after: settings.duration("after")
        )
    }

    /// By its name a center is known again after a restart, and a hop of the fallback can only be let out by its number.
    private func checkNames(_ settings: Settings) throws(ConfigurationMistakes) {
        let hops = (settings.optional("fallback")?.section.list("hops") ?? []).map(\.section)
        var names: Set<String> = []
        var mistakes: [Mistake] = []
        for center in settings.list("centers").map(\.section) + hops where !names.insert(center.string("name")).inserted
        {
            let found = "\"\(center.string("name"))\" again"
            mistakes.append(center.mistake("name", found: found, expected: "a name that no other center or hop has"))
        }
        for hop in hops {
            let host = hop.string("host")
            guard host != "localhost", !EmergencyGate.isListed(host, among: [host]) else { continue }
            let expected = "a numeric address: the 112 gate lets nothing out to a name"
            mistakes.append(hop.mistake("host", found: "\"\(host)\"", expected: expected))
        }
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
    }

    /// A rig with simulated lines reaches an emergency service on its own machine only; anything else is a mistake here
    /// and not a refusal in the first call.
    private func checkReach(_ settings: Settings) throws(ConfigurationMistakes) {
        guard self.isSimulated else { return }
        let own = self.profile == .emergency112 ? settings.list("centers") : []
        let hops = own + (settings.optional("fallback")?.section.list("hops") ?? [])
        let mistakes = hops.compactMap { center -> Mistake? in
            let host = center.section.string("host")
            guard host != "localhost", !EmergencyGate.isLoopback(host) else { return nil }
            return center.section.mistake(
                "host",
                found: "\"\(host)\"",
                expected: "a loopback address: lines are simulated and the call goes to 112"
            )
        }
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
    }

    /// A certificate of ours without its key proves nothing, and files of TLS are of no use to a plain connection.
    private func checkProtection(_ settings: Settings) throws(ConfigurationMistakes) {
        var mistakes: [Mistake] = []
        let hops = settings.optional("fallback")?.section.list("hops") ?? []
        for center in (settings.list("centers") + hops).map(\.section) {
            let protection = center.section("tls")
            let given = ["name", "authorities", "certificate", "key"].filter { protection.optional($0) != nil }
            if center.string("transport") != "tls", let key = given.first {
                let found = protection.string(key)
                mistakes.append(protection.mistake(key, found: found, expected: "nothing, or transport: tls"))
            }
            if given.contains("certificate") != given.contains("key") {
                let key = given.contains("key") ? "key" : "certificate"
                let found = "\(protection.string(key)) alone"
                mistakes.append(protection.mistake(key, found: found, expected: "certificate and key together"))
            }
        }
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
    }

    /// A self-check goes over a connection that stands: no 112 hop, and no center of an eCall-only vehicle, hears anything
    /// without a trigger.
    private func checkSelfCheck(_ settings: Settings) throws(ConfigurationMistakes) {
        let isECallOnly = settings.section("connection").boolean("eCallOnly")
        guard self.selfCheckInterval != nil, self.profile == .emergency112 || isECallOnly else { return }
        let found = self.profile == .emergency112 ? "one with profile: 112" : "one with connection.eCallOnly"
        throw ConfigurationMistakes([
            settings.section("call").mistake(
                "selfCheckInterval",
                found: found,
                expected: "none where no center is connected without a trigger"
            )
        ])
    }

    /// Nothing is sent to a hop of the 112 profile before a trigger, and a REGISTER would be.
    private func checkRegistrations(_ settings: Settings) throws(ConfigurationMistakes) {
        guard self.profile == .emergency112 else { return }
        let mistakes = settings.list("centers").map(\.section).compactMap { center -> Mistake? in
            guard let registration = center.optional("registration")?.section else { return nil }
            return center.mistake(
                "registration",
                found: "one of \(registration.string("address"))",
                expected: "none: nothing is sent to a hop of the profile 112 before a trigger"
            )
        }
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
    }

    /// A contact's debounce that outlasts a crash pulse would swallow it.
    private func checkCrashPulse(_ lines: Settings) throws(ConfigurationMistakes) {
        let holds = self.crashProfiles.values.filter(\.isPlainLevel).map(\.hold)
        guard self.lines.debounce > .zero, let hold = holds.min(), self.lines.debounce >= hold else { return }
        throw ConfigurationMistakes([
            lines.mistake(
                "debounce",
                found: CallReason.text(self.lines.debounce),
                expected: "less than crash.hold, \(CallReason.text(hold)): a crash pulse has to settle"
            )
        ])
    }

    private mutating func read(lines: Settings) {
        self.isSimulated = lines.string("backend") == "simulated"
        self.lines.debounce = lines.duration("debounce")
        self.lines.cover = lines.boolean("cover") ? "sos-cover" : nil
        self.lines.powerFail = lines.boolean("powerFail") ? "power-fail" : nil
        self.lampCheck = lines.duration("lampCheck")
        let button = lines.section("button")
        self.button.hold = button.duration("hold")
        self.button.stuckAfter = button.duration("stuckAfter")
        self.button.clearAfter = button.duration("clearAfter")
    }
}

extension VehicleConfiguration.Center {
    /// What a center and a hop have in common.
    fileprivate init(hop settings: Settings, uri: String = "urn:service:sos.ecall") {
        let transport = Transport(rawValue: settings.string("transport")) ?? .tcp
        let port = settings.optional("port")?.integer ?? (transport == .tls ? Self.securePort : Self.plainPort)
        let host = settings.string("host")
        self.init(
            name: settings.string("name"),
            endpoint: Endpoint(transport: transport, host: host, port: UInt16(clamping: port)),
            uri: uri
        )
        if transport == .tls { self.tls = TLSClient.Settings(host: host, settings.section("tls")) }
    }

    fileprivate init(_ settings: Settings) {
        self.init(hop: settings, uri: settings.string("uri"))
        self.credentials = settings.optional("credentials").map { value in
            VehicleConfiguration.CredentialsPlace(
                realm: value.section.string("realm"),
                user: value.section.string("user"),
                passwordFile: value.section.string("passwordFile")
            )
        }
        self.registration = settings.optional("registration").map { .init($0.section) }
        self.transfers = settings.list("transfers").map(\.string)
    }

    /// The ports of RFC 3261 19.1.2.
    private static let (plainPort, securePort) = (5_060, 5_061)
}

extension VehicleConfiguration.CenterRegistration {
    fileprivate init(_ settings: Settings) {
        let address = settings.string("address")
        // The domain of the address is its registrar (RFC 3261 10.2); the address was read with the schema.
        let domain = address.drop { $0 != "@" }.dropFirst()
        self.init(
            address: address,
            registrar: settings.optional("registrar")?.string ?? "sip:\(domain)",
            expires: settings.duration("expires")
        )
    }
}

extension TLSClient.Settings {
    fileprivate init(host: String, _ settings: Settings) {
        self.init(host: settings.optional("name")?.string ?? host)
        self.authorities = settings.optional("authorities")?.string
        guard let certificate = settings.optional("certificate")?.string, let key = settings.optional("key")?.string
        else { return }
        self.identity = TLSIdentity(certificate: certificate, key: key)
    }
}

extension CallLimits {
    fileprivate init(_ settings: Settings) {
        self.init()
        let redial = settings.section("redial")
        self.cancelWindow = settings.duration("cancelWindow")
        self.redialWindow = redial.duration("window")
        self.maximumAttempts = redial.integer("maximumAttempts")
        self.redialGaps = redial.list("gaps").map(\.duration)
        self.answerWait = settings.duration("answerWait")
        self.clearDownFallback = settings.duration("clearDownFallback")
        self.selfCheckLength = settings.duration("selfCheckLength")
        self.callbackWindow = settings.duration("callbackWindow")
        self.deregistration = settings.duration("deregistration")
        self.endedHold = settings.duration("endedHold")
    }
}

extension IndicatorTable {
    /// The built-in table with what the file changes of it.
    fileprivate init(_ settings: Settings) {
        self.init()
        for indication in Indication.allCases {
            let text = settings.section("led").optional(indication.rawValue)?.string
            if let pattern = text.flatMap(PatternText.pattern) { self.led[indication] = pattern }
        }
        for announcement in Announcement.allCases {
            let text = settings.section("chime").optional(announcement.rawValue)?.string
            if let pattern = text.flatMap(PatternText.pattern) { self.chime[announcement] = pattern }
        }
    }
}

extension Fix {
    /// A surveyed place; it does not age.
    fileprivate init?(_ settings: Settings) {
        guard
            let position = Position(
                latitudeDegrees: settings.number("latitude"),
                longitudeDegrees: settings.number("longitude")
            )
        else { return nil }
        self.init(
            position: position,
            radius95Meters: settings.integer("radius"),
            direction: settings.optional("direction").map { Direction.step(courseDegrees: $0.number) },
            takenAt: nil
        )
    }
}
