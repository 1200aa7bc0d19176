import Authority
import Foundation
import NIOConcurrencyHelpers
import Net
import SIP
import Testing

@testable import IVS

/// The files of TLS, and what becomes of a call when they cannot be used.
@Suite struct CenterProtectionTests {
    /// Certificates in a folder of their own, and a center over TLS that is told of them.
    private final class Files {
        static let now: Int64 = 1_767_225_600
        let folder = FileManager.default.temporaryDirectory.appending(path: "protection-\(UUID().uuidString)").path

        init() throws {
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        }

        deinit {
            // What cannot be removed is the system's to clean up.
            try? FileManager.default.removeItem(atPath: self.folder)
        }

        func write(_ text: String, _ name: String, mode: Int = 0o600) throws {
            try Data(text.utf8).write(to: URL(filePath: self.path(name)))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self.path(name))
        }

        func path(_ name: String) -> String { "\(self.folder)/\(name)" }

        /// Writes all that is needed, valid for so long around `now`.
        func writeAll(keyMode: Int = 0o600, validFor days: Int64 = 30) throws {
            let authority = try TestAuthority(name: "authority", .init(days: 3_000, from: Self.now))
            let vehicle = try authority.issue("vehicle", hosts: [], for: .vehicle, .init(days: days, from: Self.now))
            try self.write(try authority.issued.certificate, "authority.pem")
            try self.write(vehicle.certificate, "vehicle.pem")
            try self.write(vehicle.key, "key.pem", mode: keyMode)
        }

        var configuration: VehicleConfiguration {
            VehicleBench.configuration(centers: 2) { configuration in
                configuration.centers[1].endpoint = Endpoint(transport: .tls, host: "127.0.0.1", port: 5_062)
                configuration.centers[1].tls = TLSClient.Settings(
                    host: "127.0.0.1",
                    authorities: self.path("authority.pem"),
                    identity: TLSIdentity(certificate: self.path("vehicle.pem"), key: self.path("key.pem"))
                )
            }
        }

        func protection(_ clock: @escaping @Sendable () -> TrustedTime = Files.clock()) -> CenterProtection {
            CenterProtection(self.configuration, clock: clock)
        }

        static func clock(_ seconds: Int64 = now, isSynchronized: Bool = true) -> @Sendable () -> TrustedTime {
            { TrustedTime(secondsSince1970: seconds, isSynchronized: isSynchronized) }
        }
    }

    /// Whether connections can be opened, checked and unchecked.
    private func canOpen(_ protection: CenterProtection) -> [Bool] {
        [true, false].map { isChecked in
            switch protection.client(1, isChecked: isChecked) {
            case .success?: true
            case .failure?, nil: false
            }
        }
    }

    @Test func filesThatCanBeUsedAreNoNews() throws {
        let files = try Files()
        try files.writeAll()
        let protection = files.protection()
        #expect(protection.look() == [])
        #expect(self.canOpen(protection) == [true, true])
        #expect(protection.client(0, isChecked: true) == nil, "the first center is reached over TCP")
    }

    @Test func aKeyOfOursThatCannotBeUsedStandsInTheWayOfNoCall() throws {
        let files = try Files()
        try files.writeAll(keyMode: 0o644)
        let protection = files.protection()
        let standing = try #require(protection.look().first)
        #expect(standing.center == 1 && standing.fault == nil)
        #expect(standing.identityFault?.contains("key.pem: others can use this private key (mode 644)") == true)
        #expect(self.canOpen(protection) == [true, true])
        #expect(protection.look() == [], "what was told is not told again")
        try files.writeAll()
        #expect(protection.look() == [TLSStanding(center: 1)])
        #expect(!protection.isFaulty(1))
    }

    @Test func filesThatAreMountedLateAreReadThen() throws {
        let files = try Files()
        let protection = files.protection()
        let standing = try #require(protection.look().first)
        #expect(standing.fault?.contains("authority.pem: ") == true)
        #expect(standing.identityFault?.contains("vehicle.pem: ") == true)
        #expect(self.canOpen(protection) == [false, true], "an emergency service can be called without a check")
        try files.writeAll()
        #expect(protection.look() == [TLSStanding(center: 1)])
        #expect(self.canOpen(protection) == [true, true])
    }

    @Test func aKeyOfAnotherCertificateIsNamed() throws {
        let (files, others) = (try Files(), try Files())
        try files.writeAll()
        try others.writeAll()
        try files.write(try String(contentsOfFile: others.path("key.pem"), encoding: .utf8), "key.pem")
        let standing = try #require(files.protection().look().first)
        #expect(standing.identityFault?.contains("key.pem: the key does not belong to the certificate") == true)
    }

    @Test func aCertificateOfOursWhoseDatesAreWrongIsNamedBeforeACallAndShownAllTheSame() throws {
        let files = try Files()
        try files.writeAll(validFor: 1)
        let later = Files.now + 2 * 86_400
        let earlier = Files.now - 86_400
        for (time, problem) in [(later, "expired on 2026-01-02"), (earlier, "is not valid before 2025-12-31")] {
            let protection = files.protection(Files.clock(time))
            let sentence = "\(files.path("vehicle.pem")): \(problem)"
            #expect(protection.look() == [TLSStanding(center: 1, identityFault: sentence)])
            #expect(self.canOpen(protection) == [true, true])
        }
    }

    @Test func datesAreNotJudgedWhileNothingHasSetTheClock() throws {
        let files = try Files()
        try files.writeAll(validFor: 1)
        let time = NIOLockedValueBox(TrustedTime(secondsSince1970: 0, isSynchronized: false))
        let protection = files.protection { time.withLockedValue { $0 } }
        #expect(protection.look() == [])
        time.withLockedValue { $0 = TrustedTime(secondsSince1970: Files.now, isSynchronized: true) }
        #expect(protection.look() == [])
        time.withLockedValue { $0 = TrustedTime(secondsSince1970: Files.now + 2 * 86_400, isSynchronized: true) }
        #expect(protection.look().first?.identityFault?.hasSuffix("expired on 2026-01-02") == true)
        time.withLockedValue { $0 = TrustedTime(secondsSince1970: 0, isSynchronized: false) }
        #expect(protection.look() == [], "a clock that is not set any more takes back nothing")
        time.withLockedValue { $0 = TrustedTime(secondsSince1970: Files.now + 2 * 86_400, isSynchronized: true) }
        try files.writeAll()
        #expect(protection.look() == [TLSStanding(center: 1)], "there is another certificate by now")
    }
}
