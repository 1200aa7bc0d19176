import CallControl
import ConfigurationFile
import CrashSensing
import GPIO
import MSD
import Positioning
import SIP
import Testing

@testable import IVS

/// `ecalld.yaml` as it becomes a configuration, and its mistakes by name.
@Suite struct ConfigurationTests {
    private static let least = """
        vehicle:
          vin: ECALLEXAMPLE02026
        centers:
          - {name: center, host: 127.0.0.1, uri: "sip:sos@center.invalid"}
        """

    private func read(_ text: String) throws -> VehicleConfiguration { try VehicleConfiguration(text: text) }

    /// One line for each mistake.
    private func complaints(_ text: String) -> [String] {
        do throws(ConfigurationMistakes) {
            _ = try ConfigurationReader.read(text: text, file: "ecalld.yaml", schema: VehicleSchema.schema)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test func theLeastFileHasEveryDefault() throws {
        let configuration = try self.read(Self.least)
        #expect(configuration.profile == .privateCenter)
        #expect(configuration.centers.map(\.endpoint) == [Endpoint(transport: .tcp, host: "127.0.0.1", port: 5_060)])
        #expect(configuration.msdVersion == .v3)
        var limits = CallLimits()
        limits.deregistration = .seconds(43_200)
        #expect(configuration.call == limits)
        #expect(!configuration.isECallOnly && configuration.isConnectedWithoutCall)
        #expect(configuration.button == ButtonMachine.Limits())
        #expect(configuration.crashProfiles == ["crash": .level])
        #expect(configuration.indicators == IndicatorTable())
        #expect(configuration.recordWait == .milliseconds(20))
        #expect(configuration.keepAlive == .seconds(20))
        #expect(configuration.lampCheck == .seconds(2))
        #expect(configuration.lines.cover == "sos-cover")
        #expect(configuration.position == nil)
        #expect(configuration.isSimulated)
    }

    @Test func aSimulatedRigHasNo112HopOffItsMachine() {
        let text = """
            vehicle: {vin: ECALLEXAMPLE02026}
            profile: "112"
            centers:
              - {name: near, host: localhost, uri: "sip:sos@center.invalid"}
              - {name: far, host: 192.0.2.1, uri: "sip:sos@center.invalid"}
            """
        #expect(throws: ConfigurationMistakes.self) { try self.read(text) }
    }

    private static let fallback = """
        vehicle: {vin: ECALLEXAMPLE02026}
        centers: [{name: a, host: 127.0.0.1, uri: "sip:a@a.invalid"}]
        fallback:
          hops:
            - {name: psap, host: 127.0.0.1, port: 5071}
        """

    @Test func hopsOfAFallbackStandBehindTheCenters() throws {
        let configuration = try self.read(Self.fallback)
        #expect(configuration.centers.map(\.name) == ["a", "psap"])
        #expect(configuration.centers.map(\.isFallback) == [false, true])
        #expect([0, 1].map(configuration.profile(of:)) == [.privateCenter, .emergency112])
        #expect(configuration.call.fallback == Fallback(hops: 1..<2, rounds: 1, after: .seconds(30)))
        #expect(configuration.identity(at: 1) == "sip:anonymous@anonymous.invalid")
    }

    @Test func aFallbackOfA112ProfileOrToAnotherMachineFromSimulatedLinesIsAMistake() throws {
        #expect(throws: ConfigurationMistakes.self) { try self.read("profile: 112\n" + Self.fallback) }
        let far = Self.fallback.replacing("name: psap, host: 127.0.0.1", with: "name: psap, host: 192.0.2.1")
        #expect(throws: ConfigurationMistakes.self) { try self.read(far) }
        let registered = Self.fallback.replacing("port: 5071", with: "registration: {address: \"sip:a@a.invalid\"}")
        #expect(throws: ConfigurationMistakes.self) { try self.read(registered) }
        let twice = Self.fallback.replacing("name: psap", with: "name: a")
        #expect(throws: ConfigurationMistakes.self) { try self.read(twice) }
        let named = Self.fallback.replacing("name: psap, host: 127.0.0.1", with: "name: psap, host: psap.invalid")
        #expect(throws: ConfigurationMistakes.self) { try self.read(named) }
    }

    @Test func readsEverySetting() throws {
        let configuration = try self.read(
            """
            vehicle:
              vin: ECALLEXAMPLE02026
              type: lightCommercialVehiclesCategoryN1
              propulsion: [gasolineTankPresent]
              occupants: 3
              msdVersion: 2
            profile: 112
            centers:
              - {name: a, host: 127.0.0.2, port: 5061, uri: "sip:a@a.invalid"}
              - {name: b, host: "::1", transport: udp, uri: "sip:b@b.invalid"}
            identity: {uri: "sip:car@example.invalid", instance: "urn:uuid:1"}
            call:
              cancelWindow: 5 s
              redial: {window: 60 s, maximumAttempts: 4, gaps: [0 s, 1 s]}
              provisionalWait: 2 s
              answerWait: 30 s
              clearDownFallback: 10 min
              endedHold: 1 s
            lines:
              debounce: 5 ms
              cover: false
              lampCheck: 0 s
              button: {hold: 2 s, stuckAfter: 40 s, clearAfter: 3 s}
              crash: {hold: 50 ms, lockout: 6 s, stuckAfter: 20 s}
            indicators:
              led: {connected: "on"}
              chime: {callFailed: on 100 ms off 100 ms for 1 s}
            position: {latitude: -33.8568, longitude: 151.2153, radius: 20, direction: 359}
            connection: {keepAlive: 30 s}
            gate: {allowedAddresses: [192.0.2.1], unlockFile: /tmp/x}
            store: {path: v.sqlite, wait: 5 ms}
            control: {socket: e.sock}
            """
        )
        #expect(configuration.vehicle.type == .lightCommercialVehiclesCategoryN1)
        #expect(configuration.vehicle.occupants == 3)
        #expect(configuration.msdVersion == .v2)
        #expect(configuration.profile == .emergency112)
        #expect(configuration.centers.map(\.endpoint.description) == ["tcp:127.0.0.2:5061", "udp:[::1]:5060"])
        #expect(configuration.identity == "sip:car@example.invalid")
        #expect(configuration.call.cancelWindow == .seconds(5))
        #expect(configuration.call.redialGaps == [.zero, .seconds(1)])
        #expect(configuration.call.maximumAttempts == 4)
        #expect(configuration.call.clearDownFallback == .seconds(600))
        #expect(configuration.provisionalWait == .seconds(2))
        #expect(configuration.lines.cover == nil && configuration.lines.debounce == .milliseconds(5))
        #expect(
            configuration.button.hold == .seconds(2) && configuration.crashProfiles["crash"]?.hold == .milliseconds(50)
        )
        #expect(configuration.indicators.led(for: .connected) == .on)
        #expect(configuration.indicators.led(for: .connecting) == .on)
        #expect(configuration.indicators.chime(for: .callFailed) == .flash(.milliseconds(100), for: .seconds(1)))
        #expect(configuration.position?.position.positionLatitude == -121_884_480)
        #expect(configuration.position?.direction == 179 || configuration.position?.direction == 0)
        #expect(configuration.gate.allowedAddresses == ["192.0.2.1"])
        #expect(configuration.recordWait == .milliseconds(5))
        #expect(configuration.storePath == "v.sqlite" && configuration.socketPath == "e.sock")
    }

    @Test func everyMistakeIsNamedInOneGo() {
        let complaints = self.complaints(
            """
            vehicle:
              vin: ECALLEXAMPLEO2026
              occupants: 300
            profil: private
            centers:
              - {name: a, host: 192.0.2.1, port: 70000, transport: sctp, uri: "http://a.invalid"}
            identity: {instance: nonsense}
            call: {answerWait: 1 s, redial: {window: 12 parsec}}
            indicators: {led: {connected: blink}, chime: {callFaild: "on"}}
            gate: {allowedAddresses: [center.invalid]}
            """
        )
        let paths = [
            "vehicle.vin", "vehicle.occupants", "profil", "centers[1].port", "centers[1].transport", "centers[1].uri",
            "identity.instance", "call.answerWait", "call.redial.window", "indicators.led.connected",
            "indicators.chime.callFaild",
            "gate.allowedAddresses[1]",
        ]
        for path in paths {
            let named = complaints.filter { $0.contains(" \(path):") }
            #expect(named.count == 1, "\(path) in \(complaints)")
        }
        #expect(complaints.count == paths.count)
        #expect(complaints.allSatisfy { $0.hasPrefix("ecalld.yaml:") && $0.contains("expected") })
    }

    @Test func aFileWithoutVehicleOrCentersIsRefused() {
        let complaints = self.complaints("profile: private\n")
        #expect(complaints.contains { $0.contains("vehicle") })
        #expect(complaints.contains { $0.contains("centers") })
    }

    @Test func aLineOfEachKindIsSpecifiedAndTheLampIsFailLit() throws {
        let specifications = try self.read(Self.least).lineSpecifications
        #expect(specifications.map(\.name.text) == ["sos-button", "sos-cover", "crash", "led", "chime", "lamp"])
        #expect(specifications.filter { $0.initial == .active }.map(\.name.text) == ["lamp"])
    }
}
