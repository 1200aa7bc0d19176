import CallControl
import MSD
import NGECall
import Net
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// What no center has acknowledged is offered again between calls, marked as late, to the private service alone.
@Suite struct LateDataTests {
    private static let id = "0123456789abcdef0123456789abcdef"

    private static func octets(_ identifier: UInt8 = 1) throws -> [UInt8] {
        try MSD(
            messageIdentifier: identifier,
            control: .init(
                automaticActivation: true,
                positionCanBeTrusted: true,
                vehicleType: .passengerVehicleCategoryM1
            ),
            vehicleIdentificationNumber: VIN(VehicleBench.vin),
            timestamp: 1_790_000_000,
            vehicleLocation: .unknown
        ).encoded()
    }

    /// Data of an incident that began so long ago, in this boot.
    private static func data(_ bench: VehicleBench, ago: Duration = .seconds(60)) throws -> LateData {
        let stamp = Stamp(
            boot: "boot-of-the-bench",
            at: bench.now.advanced(by: .zero - ago),
            wallMilliseconds: nil
        )
        return LateData(incident: Self.id, started: stamp, octets: try Self.octets())
    }

    /// A rig whose store is open and has late data.
    private static func opened(
        _ configuration: VehicleConfiguration = VehicleBench.configuration(),
        ago: Duration = .seconds(60),
        hops: [UInt16: VehicleBench.Hop] = [:]
    ) throws -> VehicleBench {
        let bench = VehicleBench.started(configuration, hops: hops)
        bench.lateData = [.success(try Self.data(bench, ago: ago))]
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        return bench
    }

    private static func offers(_ bench: VehicleBench) -> [Message] {
        bench.sent.map(\.message).filter { $0.method == .message }
    }

    private static func results(_ bench: VehicleBench) -> [LateResult] {
        bench.records.compactMap { if case .lateDataEnded(Self.id, let result) = $0 { result } else { nil } }
    }

    /// The center answers the latest MESSAGE.
    private static func answer(_ bench: VehicleBench, _ status: Int) throws {
        let request = try #require(
            bench.centerEvents.compactMap { if case .messaging(let request) = $0 { request } else { nil } }.last
        )
        bench.center { $0.respond(to: request, status: status, headers: [], at: $1) }
    }

    @Test func theDataOfACallThatFailedIsOfferedAsItWasFrozen() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration { $0.call.maximumAttempts = 1 }
        )
        bench.crash()
        try bench.reject(486)
        bench.advance(by: .seconds(120))
        #expect(bench.state == .idle)
        #expect(bench.lateDataReadings == 1)
        let kept = bench.records.compactMap { record -> [UInt8]? in
            if case .lateDataKept(_, let octets) = record { octets } else { nil }
        }
        let invite = try #require(bench.invites.first)
        #expect(kept == [InviteContent(invite).msd?.octets])
    }

    @Test func anOfferIsAMessageWithTheMSDMarkedAsLate() throws {
        let bench = try Self.opened()
        let message = try #require(Self.offers(bench).first)
        #expect(Self.offers(bench).count == 1)
        #expect(message.headers["Subject"] == "late data")
        #expect(message.headers["To"] == "<sip:sos@center-1.invalid>")
        let (msd, problems) = LateMessage.msd(of: message)
        #expect(problems == [])
        #expect(msd?.octets == (try Self.octets()))
        #expect(bench.kinds.contains("lateDataOffered"))
    }

    @Test func whatTheCenterTakesIsDoneAndTheNextIsLookedFor() throws {
        let bench = try Self.opened()
        try Self.answer(bench, 200)
        #expect(Self.results(bench) == [.delivered])
        #expect(bench.lateDataReadings == 2)
        bench.advance(by: .seconds(7_200))
        #expect(Self.offers(bench).count == 1)
    }

    @Test(arguments: [403, 405, 415, 603])
    func whatTheCenterDoesNotWantIsNotOfferedAgain(_ status: Int) throws {
        let bench = try Self.opened()
        try Self.answer(bench, status)
        #expect(Self.results(bench) == [.refused])
        bench.advance(by: .seconds(7_200))
        #expect(Self.offers(bench).count == 1)
    }

    @Test func aBusyCenterIsAskedAgainEachTimeAfterALongerPause() throws {
        let bench = try Self.opened()
        for pause in [60, 120, 240] as [Int64] {
            bench.lateData = [.success(try Self.data(bench))]
            try Self.answer(bench, 503)
            let count = Self.offers(bench).count
            bench.advance(by: .seconds(pause) - .milliseconds(1))
            #expect(Self.offers(bench).count == count)
            bench.advance(by: .milliseconds(1))
            #expect(Self.offers(bench).count == count + 1)
        }
        #expect(Self.results(bench) == [])
    }

    @Test func dataOlderThanTheLimitIsNotOffered() throws {
        let limit = VehicleBench.configuration().lateOffer
        let bench = try Self.opened(ago: limit)
        #expect(Self.offers(bench).isEmpty)
        #expect(Self.results(bench) == [.expired])
        #expect(Self.offers(try Self.opened(ago: limit - .seconds(1))).count == 1)
    }

    @Test func dataOfAnotherBootWhoseTimeNobodyKnowsIsNotOffered() throws {
        let bench = VehicleBench.started()
        let stamp = Stamp(boot: "another", at: .boot, wallMilliseconds: nil)
        bench.lateData = [.success(LateData(incident: Self.id, started: stamp, octets: try Self.octets()))]
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        #expect(Self.offers(bench).isEmpty)
        #expect(Self.results(bench) == [.expired])
    }

    @Test func whileNoCenterCanBeReachedTheStoreIsNotAsked() throws {
        let bench = try Self.opened(hops: [5_061: .refuses])
        bench.advance(by: .seconds(600))
        #expect(bench.lateDataReadings == 0)
        bench.hops = [:]
        bench.advance(by: .seconds(120))
        #expect(Self.offers(bench).count == 1)
    }

    @Test func aCenterWhoseCertificateWasNotCheckedGetsNone() throws {
        var configuration = VehicleBench.configuration()
        configuration.centers[0].endpoint = Endpoint(transport: .tls, host: "192.0.2.1", port: 5_061)
        let bench = try Self.opened(configuration, hops: [5_061: .dated(remark: "that expired")])
        bench.advance(by: .seconds(600))
        #expect(Self.offers(bench).isEmpty)
    }

    @Test func aCallComesFirst() throws {
        let bench = VehicleBench.started()
        bench.crash()
        bench.lateData = [.success(try Self.data(bench))]
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        bench.advance(by: .seconds(5))
        #expect(bench.lateDataReadings == 0)
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(60))
        #expect(Self.offers(bench).count == 1)
    }

    @Test func anEmergencyServiceIsNeverOfferedAny() throws {
        let bench = try Self.opened(VehicleBench.configuration { $0.profile = .emergency112 })
        bench.crash()
        bench.advance(by: .seconds(7_200))
        #expect(bench.lateDataReadings == 0)
        #expect(!bench.records.contains { if case .lateDataKept = $0 { true } else { false } })
    }

    @Test func aLimitOfZeroOffersNone() throws {
        let bench = try Self.opened(VehicleBench.configuration { $0.lateOffer = .zero })
        bench.crash()
        bench.advance(by: .seconds(60))
        #expect(bench.lateDataReadings == 0)
        #expect(!bench.records.contains { if case .lateDataKept = $0 { true } else { false } })
    }

    @Test func whatIsDeliveredIsNotSentAgainWhenItsRecordFailed() throws {
        let bench = try Self.opened()
        bench.lateData = [.success(try Self.data(bench))]
        try Self.answer(bench, 200)
        #expect(Self.offers(bench).count == 1)
        #expect(Self.results(bench) == [.delivered, .delivered])
    }

    @Test func aStoreThatCannotBeReadIsAskedAgainLater() throws {
        let bench = VehicleBench.started()
        bench.lateData = [.failure(.failed(reason: "disk I/O error", code: 10)), .success(try Self.data(bench))]
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        #expect(bench.kinds.contains("lateDataFailed"))
        bench.advance(by: .seconds(60))
        #expect(Self.offers(bench).count == 1)
    }

    @Test func whatNoDatagramCarriesIsRefusedHere() throws {
        var configuration = VehicleBench.configuration()
        configuration.centers[0].endpoint = Endpoint(transport: .udp, host: "127.0.0.1", port: 5_061)
        let bench = VehicleBench.started(configuration)
        let small = try Self.data(bench)
        let large = LateData(
            incident: Self.id,
            started: small.started,
            octets: small.octets + [UInt8](repeating: 0, count: 1_300)
        )
        bench.lateData = [.success(large)]
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        #expect(Self.offers(bench).isEmpty)
        #expect(Self.results(bench) == [.refused])
    }

    @Test func aClockThatIsNotSetYetIsWaitedForHoweverLongAgoTheBootWas() throws {
        let bench = VehicleBench.started()
        bench.isWallTrusted = false
        bench.advance(by: .seconds(3_600))
        let wall = (VehicleBench.wallAtBoot - 600) * 1_000
        let stamp = Stamp(boot: "another", at: .boot, wallMilliseconds: wall)
        let data = LateData(incident: Self.id, started: stamp, octets: try Self.octets())
        bench.lateData = [.success(data), .success(data)]
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        #expect(Self.results(bench) == [])
        bench.isWallTrusted = true
        bench.advance(by: .seconds(60))
        #expect(Self.offers(bench).count == 1)
    }

    @Test func aLinkWhoseCertificateCouldNotBeDatedIsMadeAnewWhenTheClockIsSet() throws {
        var configuration = VehicleBench.configuration()
        configuration.centers[0].endpoint = Endpoint(transport: .tls, host: "192.0.2.1", port: 5_061)
        let bench = VehicleBench(configuration)
        bench.isWallTrusted = false
        bench.hops = [5_061: .dated(remark: "whose date nobody can judge")]
        bench.step(.started)
        bench.advance(by: .seconds(30))
        bench.lateData = [.success(try Self.data(bench, ago: .seconds(10)))]
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        #expect(Self.offers(bench).isEmpty)
        bench.hops = [:]
        bench.isWallTrusted = true
        bench.advance(by: .seconds(60))
        #expect(bench.opened.count == 2)
        #expect(Self.offers(bench).count == 1)
    }

    @Test func theStoreIsAskedBehindTheEndThatItHasToKnow() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.call.maximumAttempts = 1 })
        bench.crash()
        try bench.reject(486)
        bench.disk = .takes(.milliseconds(300))
        bench.advance(by: .seconds(20))
        let isClosed = bench.records.contains { if case .incidentClosed = $0 { true } else { false } }
        #expect(isClosed && bench.lateDataReadings == 1)
        let old = VehicleBench.started()
        old.disk = .takes(.milliseconds(300))
        let opening = IncidentOpening(
            id: Self.id,
            profile: "private",
            trigger: "automatic",
            isTest: false,
            started: Stamp(boot: "another", at: .boot, wallMilliseconds: nil),
            msdTimestamp: 0,
            isSimulated: true
        )
        old.step(.storeOpened(unfinished: [.open(opening)], ended: nil, recovery: nil))
        #expect(old.kinds.contains("incidentInterrupted") && old.lateDataReadings == 0)
        old.advance(by: .milliseconds(301))
        #expect(old.lateDataReadings == 1)
    }

    @Test func anAnswerOfTheStoreThatIsLostIsAskedForAgain() throws {
        let bench = VehicleBench.started()
        bench.swallowsLateData = true
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        bench.swallowsLateData = false
        bench.lateData = [.success(try Self.data(bench))]
        bench.advance(by: .seconds(600))
        #expect(bench.lateDataReadings == 1)
        bench.step(.overflow(1))
        bench.advance(by: .seconds(60))
        #expect(Self.offers(bench).count == 1)
    }
}
