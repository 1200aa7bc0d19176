import CallControl
import GPIO
import NGECall
import Net
import SIP
import Testing
import Timeline

@testable import IVS

/// Centers over TLS: what comes of each certificate, and what an acknowledgement is worth.
@Suite struct ProtectionTests {
    private static func configuration(
        centers: Int = 1,
        host: String = "127.0.0.1",
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    ) -> VehicleConfiguration {
        VehicleBench.configuration(centers: centers, host: host) { configuration in
            for index in configuration.centers.indices {
                let own = configuration.centers[index].endpoint
                configuration.centers[index].endpoint = Endpoint(transport: .tls, host: own.host, port: own.port)
                configuration.centers[index].tls = TLSClient.Settings(host: own.host)
            }
            change(&configuration)
        }
    }

    @Test func aRefusedCertificateMakesTheCallGoToTheNextCenter() throws {
        let bench = VehicleBench.started(
            Self.configuration(centers: 2),
            hops: [5_061: .shows(.expired("2025-12-31"))]
        )
        #expect(
            bench.reasons(of: .linkClosed) == [
                "no connection to center-1: 127.0.0.1:5061 shows a certificate that expired on 2025-12-31"
            ]
        )
        bench.press()
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(bench.events.last { $0.kind == .inviteSent }?.fields["center"] == "center-2")
        #expect(bench.kinds.contains("linkUnprotected") == false, "the private profile never goes without a check")
    }

    @Test func anEmergencyServiceIsCalledWithoutACheckWhenItsCertificateIsRefused() throws {
        let bench = VehicleBench.started(
            Self.configuration { $0.profile = .emergency112 },
            hops: [5_061: .shows(.unknownAuthority(issuer: "CN=nobody"))]
        )
        #expect(bench.opened.isEmpty, "nothing goes to an emergency service before a trigger")
        bench.press()
        #expect(bench.opened.count == 2)
        #expect(bench.kinds.count { $0 == "linkUnprotected" } == 1)
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func anEmergencyServiceIsTriedWithoutACheckOnceForEachAttempt() throws {
        let bench = VehicleBench.started(
            Self.configuration { $0.profile = .emergency112 },
            hops: [5_061: .shows(.unnamed)]
        )
        bench.isWireWhole = false
        bench.press()
        bench.advance(by: .seconds(6))
        let attempts = bench.events.count { $0.kind.word == "attemptStarted" }
        #expect(bench.opened.count == 2 * attempts)
    }

    @Test func aHandshakeThatDoesNotEndIsOneThatFailed() throws {
        let bench = VehicleBench.started(Self.configuration { $0.profile = .emergency112 }, hops: [5_061: .mute])
        bench.press()
        #expect(bench.opened.count == 1)
        bench.advance(by: .seconds(5))
        #expect(bench.opened.count == 2)
        let waited = "no protected connection to center-1: no TLS within 5 s; once more without a check of who answers"
        #expect(bench.reasons(of: .linkClosed) == [waited])
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aHopThatTakesNoConnectionIsNotTriedWithoutACheck() {
        let bench = VehicleBench.started(Self.configuration { $0.profile = .emergency112 }, hops: [5_061: .hangs])
        bench.press()
        bench.advance(by: .seconds(6))
        #expect(bench.kinds.count { $0 == "attemptEnded" } == 1)
        #expect(bench.opened.count == 1)
    }

    @Test func theSecondWayMayTakeAsLongAsTheFirst() throws {
        let bench = VehicleBench.started(Self.configuration { $0.profile = .emergency112 }, hops: [5_061: .mute])
        bench.press()
        bench.hops[5_061] = .hangs
        bench.advance(by: .seconds(4))
        let refusal = NetFailure(.secure, .certificate(.unnamed), at: "127.0.0.1:5061")
        bench.step(.net(.failed(try #require(bench.opened.last?.flow), refusal)))
        #expect(bench.opened.count == 2)
        bench.advance(by: .milliseconds(4_900))
        try bench.standAfterAll()
        #expect(bench.opened.count == 2 && bench.invites.count == 1)
    }

    @Test func theSecondWayEndsTheAttemptWhenItsTimeIsOver() throws {
        let bench = VehicleBench.started(Self.configuration { $0.profile = .emergency112 }, hops: [5_061: .mute])
        bench.press()
        bench.hops[5_061] = .hangs
        bench.advance(by: .seconds(10))
        #expect(bench.opened.count == 2)
        #expect(bench.kinds.count { $0 == "attemptEnded" } == 1)
    }

    @Test(arguments: [486, 600, 603]) func anAcknowledgementInARefusalCountsOnlyFromACenterThatIsVerified(
        status: Int
    ) throws {
        let dated = VehicleBench.Hop.dated(remark: "shows a certificate that expired on 2025-12-31")
        for (hop, isKnown) in [(VehicleBench.Hop.accepts, true), (.shows(.unnamed), false), (dated, false)] {
            let bench = VehicleBench.started(Self.configuration { $0.profile = .emergency112 }, hops: [5_061: hop])
            bench.press()
            try bench.reject(status, acknowledging: try bench.msdReference())
            bench.advance(by: .seconds(6))
            #expect((bench.invites.count == 1) == isKnown, "a forged refusal must not end an emergency")
        }
    }

    @Test func aDigestIsGivenOverTLSOnlyToACenterThatIsVerified() throws {
        let dated = VehicleBench.Hop.dated(remark: "shows a certificate that expired on 2025-12-31")
        var secrets = CenterSecrets()
        secrets.credentials[0] = Credentials(realm: "center.invalid", user: "vehicle", password: "guess me")
        let challenge: Headers = [Header("WWW-Authenticate", "Digest realm=\"center.invalid\", nonce=\"n\"")]
        for (hop, isAnswered) in [(VehicleBench.Hop.accepts, true), (.shows(.unnamed), false), (dated, false)] {
            let configuration = Self.configuration { $0.profile = .emergency112 }
            let bench = VehicleBench.started(configuration, secrets: secrets, hops: [5_061: hop])
            bench.press()
            let call = try #require(bench.incoming.last?.call)
            bench.center { $0.reject(call, status: 401, reason: nil, headers: challenge, body: [], at: $1) }
            bench.advance(by: .seconds(6))
            let answers = bench.invites.filter { $0.headers["Authorization"] != nil }
            #expect((answers.count == 1) == isAnswered)
        }
        var plain = Self.configuration()
        plain.centers[0].endpoint = Endpoint(transport: .tcp, host: "127.0.0.1", port: 5_061)
        let bench = VehicleBench.started(plain, secrets: secrets)
        bench.press()
        let call = try #require(bench.incoming.last?.call)
        bench.center { $0.reject(call, status: 401, reason: nil, headers: challenge, body: [], at: $1) }
        #expect(bench.invites.last?.headers["Authorization"] != nil, "without TLS as configured")
    }

    @Test func aDateThatNoClockConfirmsIsAFaultAndTheConnectionIsUsed() throws {
        let remark = "shows a certificate that expired on 2025-12-31; the clock here is not set"
        let bench = VehicleBench.started(Self.configuration(), hops: [5_061: .dated(remark: remark)])
        #expect(bench.reasons(of: .fault) == ["center-1 \(remark)"])
        #expect(bench.levels["lamp"] == .active)
        #expect(bench.events.last { $0.kind == .linkOpened }?.fields["protection"] == "dated")
        bench.hops[5_061] = .accepts
        bench.cut(try #require(bench.opened.last?.flow))
        bench.advance(by: .seconds(2))
        #expect(bench.kinds.contains("faultCleared"))
        #expect(bench.levels["lamp"] == .inactive)
    }

    @Test func filesThatCannotBeUsedAreAFaultOfTheirCenter() throws {
        let bench = VehicleBench.started(Self.configuration())
        let authorities = "/etc/ecall/authorities.pem: there is no such file"
        let key = "/etc/ecall/key.pem: others can use this private key"
        bench.step(.protection(TLSStanding(center: 0, fault: authorities, identityFault: key)))
        #expect(
            bench.reasons(of: .fault) == [
                "no TLS to center-1 that can be checked: \(authorities)", "our certificate for center-1: \(key)",
            ]
        )
        #expect(bench.levels["lamp"] == .active)
        bench.step(.protection(TLSStanding(center: 0)))
        #expect(bench.reasons(of: .faultCleared) == ["tlsUnusable is gone", "ownCertificate is gone"])
        #expect(bench.levels["lamp"] == .inactive)
    }

    @Test func theInterfaceOfTheControlSocketNamesEveryTransport() throws {
        let line = ControlInterface.text.split(separator: "\n").first { $0.contains("type LinkTransport") }
        let names = try #require(line).drop { $0 != "(" }.dropFirst().dropLast().split(separator: ", ")
        #expect(Set(names.map(String.init)) == Set(Transport.allCases.map(\.rawValue)))
    }
}
