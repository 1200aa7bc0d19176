import Authority
import CallControl
import Center
import CrashSensing
import Foundation
import GPIO
import IVS
import Logging
import MSD
import Net
import Positioning
import SIP
import Testing

/// Both ends as the programs have them, with their own loops, stores and sockets, on loopback.
///
/// Their timers are real, so `scripts/unit-tests` runs this suite alone. The limit is what a plain `swift test` needs,
/// where the walks of the other suites may occupy every thread for minutes.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LoopbackTests {
    /// What both ends said, to be waited for.
    private struct Ends {
        let center: CenterRig
        let vehicle: VehicleRig
        private let folder: URL
        private var centerEvents: AsyncStream<CenterEvent>.Iterator
        private var vehicleEvents: AsyncStream<String>.Iterator

        /// A center that listens over these transports, and a vehicle that is told of it as one over UDP, or over TLS
        /// where it listens for that.
        init(
            listeningOver transports: [Transport],
            certificateFor host: String = "127.0.0.1",
            isRegistrar: Bool = false
        ) async throws {
            self.folder = FileManager.default.temporaryDirectory.appending(path: "ends-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
            let (shown, show) = AsyncStream.makeStream(of: CenterEvent.self)
            self.centerEvents = shown.makeAsyncIterator()
            var settings = CenterConfiguration()
            settings.ringing = .zero
            settings.registrar = isRegistrar ? RegistrarLimits() : nil
            self.center = try CenterRig(settings, storePath: self.folder.path + "/center") { show.yield($0) }
            let isSecured = transports.contains(.tls)
            let address =
                isSecured
                ? try await self.center.listen(
                    on: Endpoint(transport: .tls, host: "127.0.0.1", port: 0),
                    tls: try Self.server(for: host, in: self.folder.path)
                ) : try await self.center.listen(over: transports, host: "127.0.0.1", port: 0)
            let (told, tell) = AsyncStream.makeStream(of: String.self)
            self.vehicleEvents = told.makeAsyncIterator()
            let log = Logger(label: "vehicle") { _ in EventLines(tell) }
            var configuration = try Self.configuration(address.port, self.folder.path, isSecured: isSecured)
            if isRegistrar {
                configuration.centers[0].registration = .init(
                    address: "sip:car@center.invalid",
                    registrar: "sip:center.invalid"
                )
            }
            self.vehicle = try VehicleRig(configuration, log: log)
            try await self.vehicle.start()
        }

        /// What a center needs over TLS, by an authority whose certificate is left in the folder.
        private static func server(for host: String, in folder: String) throws -> TLSServer {
            // Valid at any time, so that no clock matters.
            let validity = TestAuthority.Validity(begin: 0, end: 4_102_444_800)
            let authority = try TestAuthority(name: "authority", validity)
            let issued = try authority.issue("center", hosts: [host], for: .center, validity)
            try Data(try authority.issued.certificate.utf8).write(to: URL(filePath: folder + "/authority.pem"))
            try Data(issued.certificate.utf8).write(to: URL(filePath: folder + "/center.pem"))
            try Data(issued.key.utf8).write(to: URL(filePath: folder + "/key.pem"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/key.pem")
            let identity = TLSIdentity(certificate: folder + "/center.pem", key: folder + "/key.pem")
            return try TLSServer(identity) { TrustedTime(secondsSince1970: 0, isSynchronized: false) }
        }

        private static func configuration(
            _ port: UInt16,
            _ folder: String,
            isSecured: Bool
        ) throws -> VehicleConfiguration {
            var configuration = VehicleConfiguration(
                vehicle: .init(vin: try VIN("ECALLEXAMPLE02026")),
                centers: [
                    .init(
                        name: "center",
                        endpoint: Endpoint(transport: isSecured ? .tls : .udp, host: "127.0.0.1", port: port),
                        uri: "sip:sos@center.invalid"
                    )
                ]
            )
            if isSecured {
                configuration.centers[0].tls = TLSClient.Settings(
                    host: "127.0.0.1",
                    authorities: folder + "/authority.pem"
                )
            }
            configuration.position = Position(latitudeDegrees: 48.1515, longitudeDegrees: 11.5779).flatMap {
                Fix(position: $0, radius95Meters: 15, direction: 45, takenAt: nil)
            }
            // An edge counts at once, so that nothing is waited for but the other end.
            configuration.lines.debounce = .zero
            configuration.crashProfiles["crash"]?.crash = .level(high: true, hold: .zero)
            configuration.lampCheck = .zero
            configuration.storePath = folder + "/vehicle"
            configuration.socketPath = folder + "/control"
            return configuration
        }

        mutating func centerSays(_ kind: CenterEvent.Kind) async throws -> CenterEvent {
            while let event = await self.centerEvents.next(isolation: #isolation) {
                if event.kind == kind { return event }
            }
            throw CancellationError()
        }

        /// The next event of the vehicle with that kind, and its transport where it names one.
        mutating func vehicleSays(_ kind: String) async throws -> String {
            while let line = await self.vehicleEvents.next(isolation: #isolation) {
                if line.hasPrefix(kind) { return line }
            }
            throw CancellationError()
        }

        func stop(centerToo: Bool = true) async {
            await self.vehicle.stop()
            if centerToo { await self.center.stop() }
            // What is left in the temporary folder harms nobody.
            try? FileManager.default.removeItem(at: self.folder)
        }
    }

    @Test(arguments: [Transport.tcp, .udp])
    func aCallToACenterOverUDPGoesThroughWithTCPAndWithout(way: Transport) async throws {
        var ends = try await Ends(listeningOver: way == .tcp ? [.tcp, .udp] : [.udp])
        #expect(try await ends.vehicleSays("linkOpened") == "linkOpened udp")
        try ends.vehicle.simulatedLines?.set("crash", .active)
        if way == .udp { _ = try await ends.vehicleSays("transportFallback") }
        #expect(try await ends.vehicleSays("inviteSent") == "inviteSent \(way.rawValue)")
        #expect(try await ends.centerSays(.callReceived).fields["transport"] == way.rawValue)
        #expect(try await ends.centerSays(.msd).fields["messageIdentifier"] == "1")
        // Not the first call where a slow machine let an attempt run out.
        let call = try #require(try await ends.centerSays(.established).call)
        ends.center.command(.sendData(call))
        #expect(try await ends.centerSays(.freshMSD).fields["messageIdentifier"] == "2")
        ends.center.command(.clearDown(call))
        _ = try await ends.centerSays(.clearedDown)
        _ = try await ends.vehicleSays("clearedDown")
        await ends.stop()
    }

    @Test func aCallOverTLSGoesThrough() async throws {
        var ends = try await Ends(listeningOver: [.tls])
        #expect(try await ends.vehicleSays("linkOpened") == "linkOpened tls")
        try ends.vehicle.simulatedLines?.set("crash", .active)
        #expect(try await ends.centerSays(.callReceived).fields["transport"] == "tls")
        #expect(try await ends.centerSays(.msd).fields["messageIdentifier"] == "1")
        // Not the first call where a slow machine let an attempt run out.
        let call = try #require(try await ends.centerSays(.established).call)
        ends.center.command(.sendData(call))
        #expect(try await ends.centerSays(.freshMSD).fields["messageIdentifier"] == "2")
        ends.center.command(.clearDown(call))
        _ = try await ends.vehicleSays("clearedDown")
        await ends.stop()
    }

    @Test(arguments: [Transport.tls, .udp])
    func aVehicleIsRegisteredWhileItRuns(way: Transport) async throws {
        var ends = try await Ends(listeningOver: [way], isRegistrar: true)
        let registered = try await ends.centerSays(.registered)
        #expect(registered.fields["transport"] == way.rawValue)
        #expect(registered.fields["outbound"] == String(way == .tls))
        _ = try await ends.vehicleSays("registered")
        try ends.vehicle.simulatedLines?.set("crash", .active)
        _ = try await ends.centerSays(.established)
        await ends.stop(centerToo: false)
        #expect(try await ends.centerSays(.registrationRemoved).reason.contains("the vehicle has removed it"))
        await ends.center.stop()
    }

    @Test func aCenterWithTheCertificateOfAnotherIsNotCalled() async throws {
        var ends = try await Ends(listeningOver: [.tls], certificateFor: "other.test")
        _ = try await ends.vehicleSays("linkClosed")
        try ends.vehicle.simulatedLines?.set("crash", .active)
        _ = try await ends.vehicleSays("attemptEnded")
        await ends.stop()
    }

    @Test func aCenterThatIsGoneIsNoticedByICMP() async throws {
        var ends = try await Ends(listeningOver: [.udp])
        _ = try await ends.vehicleSays("linkOpened")
        await ends.center.stop()
        try ends.vehicle.simulatedLines?.set("crash", .active)
        // TCP is refused, and so is the datagram: the attempt ends long before its 5 s without any answer are over.
        _ = try await ends.vehicleSays("transportFallback")
        _ = try await ends.vehicleSays("callFlowEnded: 127.0.0.1:")
        await ends.stop(centerToo: false)
    }
}

/// Takes the kind of each event out of the log, with its transport, and the sentence of a call that ended.
private struct EventLines: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    private let lines: AsyncStream<String>.Continuation

    init(_ lines: AsyncStream<String>.Continuation) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let text = event.message.description
        let kind = String(text.prefix { $0 != ":" })
        let transport = event.metadata?["transport"].map { " \($0)" } ?? ""
        self.lines.yield(kind == "callFlowEnded" ? text : kind + transport)
    }
}
