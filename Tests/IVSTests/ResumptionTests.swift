import CallControl
import GPIO
import MSD
import SIP
import SIPTrace
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// Calls that an earlier run left unfinished.
@Suite struct ResumptionTests {
    private static let boot = "boot-of-the-bench"
    private static let timestamp: UInt32 = 1_789_999_000

    private static func at(_ seconds: Int, _ boot: String = Self.boot, wall: Int64? = nil) -> Stamp {
        Stamp(
            boot: boot,
            at: Instant.boot.advanced(by: .seconds(seconds)),
            wallMilliseconds: wall.map { $0 * 1_000 }
        )
    }

    private static func opening(
        _ trigger: Trigger = .automatic,
        started: Stamp = Self.at(95),
        profile: String = "private",
        isSimulated: Bool? = VehicleBench.configuration().isSimulated
    ) -> IncidentOpening {
        IncidentOpening(
            id: "0123456789abcdef0123456789abcdef",
            profile: profile,
            trigger: trigger.rawValue,
            isTest: trigger == .test,
            started: started,
            msdTimestamp: Self.timestamp,
            isSimulated: isSimulated
        )
    }

    /// A daemon that starts 100 s after boot, with lines at rest, and finds these incidents open on record.
    private static func restarted(
        _ unfinished: [StoredIncident],
        centers: Int = 1,
        inputs: String = "",
        isWallTrusted: Bool = true,
        disk: VehicleBench.Disk = .works
    ) -> VehicleBench {
        let bench = VehicleBench(VehicleBench.configuration(centers: centers), earlierInputs: inputs)
        bench.disk = disk
        bench.isWallTrusted = isWallTrusted
        bench.advance(by: .seconds(100))
        bench.step(.started)
        bench.step(.storeOpened(unfinished: unfinished, ended: nil, recovery: nil))
        bench.advance(by: .milliseconds(100))
        return bench
    }

    private static func closings(_ bench: VehicleBench) -> [IncidentClosing] {
        bench.records.compactMap { record in
            guard case .incidentClosed(_, let closing) = record else { return nil }
            return closing
        }
    }

    private static func changes(_ bench: VehicleBench) -> [IncidentChange] {
        bench.records.compactMap { record in
            guard case .incidentChanged(_, let change) = record else { return nil }
            return change
        }
    }

    @Test func aCallOfSecondsAgoIsDialledAgainAtOnceWithItsTimeAndItsNumber() throws {
        let bench = Self.restarted([.open(Self.opening(), attempts: 4)])
        #expect(bench.state == .connecting)
        #expect(bench.invites.count == 1)
        let invite = try #require(bench.sent.first { $0.message.method == .invite })
        #expect(invite.at == Instant.boot.advanced(by: .seconds(100)))
        let msd = try #require(try bench.sentMSDs().first)
        #expect(msd.timestamp == Self.timestamp)
        #expect(msd.control.automaticActivation)
        let event = try #require(bench.events.first { $0.kind == .call(.callResumed) })
        #expect(event.reason == "an earlier run left the call unfinished 5 s ago; it goes on")
        #expect(event.incident?.text == Self.opening().id)
        let attempts = bench.records.compactMap { record -> Int? in
            guard case .attempt(let attempt) = record else { return nil }
            return attempt.number
        }
        #expect(Set(attempts) == [5])
        try bench.answer()
        try bench.clearDown()
        #expect(Self.closings(bench).map(\.outcome) == ["cleared"])
        #expect(!bench.kinds.contains("incidentInterrupted"))
        #expect(bench.levels["lamp"] == .inactive)
    }

    @Test func thatItGoesOnIsOnRecordBeforeItsInviteLeaves() throws {
        let bench = Self.restarted([.open(Self.opening(), resumptions: 1)], disk: .takes(.milliseconds(10)))
        #expect(Self.changes(bench).compactMap(\.resumptions) == [2])
        let invite = try #require(bench.sent.first { $0.message.method == .invite })
        #expect(invite.at == Instant.boot.advanced(by: .milliseconds(100_010)))
        let late = Self.restarted([.open(Self.opening())], disk: .takes(.seconds(60)))
        let wait = late.ivs.configuration.recordWait
        let sent = try #require(late.sent.first { $0.message.method == .invite })
        #expect(sent.at == Instant.boot.advanced(by: .seconds(100) + wait))
    }

    @Test func theCenterThatHadTheCallComesFirst() throws {
        let bench = Self.restarted([.open(Self.opening(), lastCenter: "center-2")], centers: 3)
        #expect(bench.invites.first?.requestURI == "sip:sos@center-2.invalid")
        let renamed = Self.restarted([.open(Self.opening(), lastCenter: "of an older configuration")], centers: 3)
        #expect(renamed.invites.first?.requestURI == "sip:sos@center-1.invalid")
    }

    @Test(arguments: [
        (Self.at(0), 100), (Self.at(100), 0), (Self.at(99, wall: nil), 1),
        (Self.at(7_000, "an earlier boot", wall: VehicleBench.wallAtBoot + 40), 60),
    ])
    func aKnownShortTimeIsGoneOnAfter(seen: Stamp, seconds: Int) {
        let bench = Self.restarted([.open(Self.opening(), seen: seen)])
        #expect(bench.invites.count == 1)
        let sentence = "an earlier run left the call unfinished \(seconds) s ago; it goes on"
        #expect(bench.reasons(of: .call(.callResumed)) == [sentence])
    }

    @Test(arguments: [
        (Self.at(95, "an earlier boot"), "nobody knows how long ago that was"),
        (Self.at(101), "nobody knows how long ago that was"),
        (
            Self.at(95, "an earlier boot", wall: VehicleBench.wallAtBoot + 200),
            "nobody knows how long ago that was"
        ),
        (Self.at(-500), "that was more than 600 s ago"),
        (
            Self.at(95, "an earlier boot", wall: VehicleBench.wallAtBoot - 500),
            "that was more than 600 s ago"
        ),
    ])
    func aTimeThatIsLongOrUnknownIsTheEndOfTheCall(seen: Stamp, reason: String) {
        let bench = Self.restarted([.open(Self.opening(), seen: seen)])
        bench.advance(by: .seconds(700))
        #expect(bench.invites.isEmpty)
        let sentence = "incident \(Self.opening().id) was interrupted and is not dialled again: \(reason)"
        #expect(bench.reasons(of: .incidentInterrupted) == [sentence])
        #expect(Self.closings(bench).map(\.state) == [.undelivered])
        #expect(Self.closings(bench).map(\.outcome) == ["interrupted"])
        #expect(bench.levels["lamp"] == .active)
    }

    @Test func aClockThatIsSetAfterTheStartDecidesThen() throws {
        let seen = Self.at(95, "an earlier boot", wall: VehicleBench.wallAtBoot + 40)
        let bench = Self.restarted([.open(Self.opening(), seen: seen)], isWallTrusted: false)
        bench.advance(by: .seconds(30))
        #expect(bench.invites.isEmpty && Self.closings(bench).isEmpty)
        bench.isWallTrusted = true
        bench.advance(by: Resumption.askInterval)
        #expect(bench.invites.count == 1)
        let late = Self.restarted([.open(Self.opening(), seen: seen)], isWallTrusted: false)
        late.advance(by: .seconds(499))
        #expect(Self.closings(late).isEmpty)
        late.advance(by: .seconds(2))
        #expect(Self.closings(late).map(\.outcome) == ["interrupted"], "this boot is ten minutes old itself")
        #expect(late.invites.isEmpty)
    }

    @Test func theTimeAsleepCounts() {
        let seen = Self.at(95, wall: VehicleBench.wallAtBoot - 20_000)
        let bench = Self.restarted([.open(Self.opening(), seen: seen)])
        #expect(bench.invites.isEmpty)
        #expect(bench.reasons(of: .incidentInterrupted).first?.hasSuffix("that was more than 600 s ago") == true)
    }

    @Test(arguments: [
        (Self.opening(profile: "112"), "it was one of the profile 112"),
        (
            Self.opening(isSimulated: !VehicleBench.configuration().isSimulated),
            "its lines were not those of this configuration"
        ),
        (Self.opening(isSimulated: nil), "its lines were not those of this configuration"),
    ])
    func aRigThatWasChangedInBetweenCallsNobody(opening: IncidentOpening, reason: String) {
        let bench = Self.restarted([.open(opening)])
        bench.advance(by: .seconds(60))
        #expect(bench.invites.isEmpty)
        #expect(bench.reasons(of: .incidentInterrupted).first?.hasSuffix(reason) == true)
    }

    @Test(arguments: ["ringing", "answered", "over"])
    func aTestCallIsEndedForACallThatGoesOn(_ stage: String) throws {
        let bench = VehicleBench()
        bench.advance(by: .seconds(100))
        bench.step(.started)
        _ = bench.call(.testCall)
        if stage == "ringing" { try bench.ring() } else { try bench.answer() }
        if stage == "over" { try bench.clearDown() }
        bench.step(.storeOpened(unfinished: [.open(Self.opening())], ended: nil, recovery: nil))
        #expect(bench.state == .connecting)
        #expect(bench.ivs.call.incident?.id.text == Self.opening().id)
        let ends = bench.records.compactMap { if case .incidentClosed(_, let end) = $0 { end.outcome } else { nil } }
        #expect(ends == [stage == "over" ? "cleared" : "superseded"])
        let words = ["ringing": "CANCEL", "answered": "BYE"]
        if let word = words[stage] { #expect(bench.sentWords.contains(word)) }
        #expect(bench.invites.count == 2)
    }

    @Test func theTraceGoesOnWhereItWas() throws {
        let trace = StoredTrace(lastNumber: 7, messages: 5, octets: 4_000, omitted: 2)
        let bench = Self.restarted([.open(Self.opening(), trace: trace)])
        bench.advance(by: .seconds(1))
        let numbers = bench.records.compactMap { record -> Int? in
            guard case .traced(let traced) = record else { return nil }
            return traced.message.number
        }
        #expect(numbers.first == 8)
        let omissions = bench.records.compactMap { record -> Int? in
            guard case .traceOmission(_, let count) = record else { return nil }
            return count
        }
        #expect(omissions.first == 2)
    }

    @Test func aPressForHelpMadeInTheGapIsNotTheWishToCancel() throws {
        let inputs = "sos-button pending \(99_500 * 1_000_000)\n"
        let bench = Self.restarted([.open(Self.opening(.manual))], inputs: inputs)
        bench.take(over: "sos-button", .active)
        bench.advance(by: .seconds(2))
        #expect(bench.reasons(of: .call(.manualTrigger)).count == 1)
        #expect(bench.state == .connecting)
        #expect(bench.invites.count == 1)
    }

    /// The batches that the vehicle handed over from some point on, as what of them begins or ends an incident.
    private static func edges(_ bench: VehicleBench, from: Int = 0) -> [[String]] {
        bench.writes.dropFirst(from).map { write in
            write.records.compactMap { record in
                switch record {
                case .incidentOpened: "opened"
                case .incidentClosed(_, let closing): closing.outcome
                default: nil
                }
            }
        }.filter { !$0.isEmpty }
    }

    private static let full = StoreError.failed(reason: "database or disk is full", code: 13)

    @Test func aBeginningAndAnEndThatCouldNotBeWrittenAreWrittenWhenTheDiskTakesSomething() throws {
        let bench = VehicleBench.started()
        bench.disk = .fails(Self.full)
        bench.press()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .milliseconds(1))
        bench.disk = .works
        let before = bench.writes.count
        bench.press()
        #expect(Self.edges(bench, from: before) == [["opened"], ["opened"], ["cleared"]])
        // Each alone, behind the trigger whose record showed that the disk takes it.
        #expect(bench.writes.dropFirst(before).map(\.records.count).filter { $0 == 1 }.count >= 2)
        try bench.answer()
        #expect(Self.edges(bench, from: before).count == 3, "once it is on disk it is not written again")
        #expect(bench.ivs.ledger.retryAt == nil)
    }

    @Test func anEndThatCouldNotBeWrittenIsTriedThoughNothingElseHappens() throws {
        let bench = try VehicleBench.connected()
        bench.disk = .fails(Self.full)
        try bench.clearDown()
        bench.advance(by: .seconds(6))
        let before = bench.writes.count
        bench.advance(by: .seconds(30))
        #expect(Self.edges(bench, from: before) == Array(repeating: ["cleared"], count: 3))
        bench.disk = .works
        bench.advance(by: .seconds(60))
        #expect(Self.edges(bench, from: before).count == 4)
    }

    @Test func anEndIsKeptUntilItsBeginningIsOnRecord() throws {
        let id = Self.opening().id
        let end = IncidentClosing(state: .delivered, outcome: "cleared", ended: Self.opening().started)
        var ledger = Ledger(boot: "boot")
        ledger.records = [.incidentOpened(Self.opening())]
        let beginning = try #require(ledger.takeBatches(at: .boot).own)
        ledger.written(beginning.number, Self.full, at: .boot)
        // The disk works again, and knows nothing of the incident.
        ledger.records = [.incidentClosed(id: id, end)]
        let closing = try #require(ledger.takeBatches(at: .boot).own)
        ledger.written(closing.number, .unknown(id: id), at: .boot)
        #expect(ledger.takeBatches(at: .boot).again.isEmpty, "no load on a disk that fails")
        let later = Instant.boot.advanced(by: .seconds(10))
        for records in [[VehicleRecord.incidentOpened(Self.opening())], [.incidentClosed(id: id, end)]] {
            let again = ledger.takeBatches(at: later).again
            #expect(again.map(\.records) == [records])
            for batch in again { ledger.written(batch.number, nil, at: later) }
        }
        #expect(ledger.retryAt == nil)
        #expect(ledger.takeBatches(at: .boot).again.isEmpty)
    }

    @Test func whatWasRefusedWithAnotherIsTriedAlone() throws {
        let opening = VehicleRecord.incidentOpened(Self.other("new", at: 96))
        let end = IncidentClosing(state: .undelivered, outcome: "interrupted", ended: Self.at(96))
        let closing = VehicleRecord.incidentClosed(id: Self.opening().id, end)
        var ledger = Ledger(boot: "boot")
        ledger.records = [opening, closing, .incidentChanged(id: "gone", IncidentChange(isAcknowledged: true))]
        let both = try #require(ledger.takeBatches(at: .boot).own)
        ledger.written(both.number, .unknown(id: "gone"), at: .boot)
        #expect(ledger.takeBatches(at: .boot).again.map(\.records) == [[opening], [closing]])
    }

    @Test func anEndIsKeptWhileItsBeginningIsOnItsWay() throws {
        let opening = VehicleRecord.incidentOpened(Self.opening())
        let end = IncidentClosing(state: .delivered, outcome: "cleared", ended: Self.opening().started)
        let closing = VehicleRecord.incidentClosed(id: Self.opening().id, end)
        var ledger = Ledger(boot: "boot")
        ledger.records = [opening]
        let first = try #require(ledger.takeBatches(at: .boot).own)
        ledger.written(first.number, Self.full, at: .boot)
        ledger.records = [closing]
        let second = try #require(ledger.takeBatches(at: .boot).own)
        // Something else is taken, and the beginning leaves again before the end is answered.
        ledger.records = [.level(LevelRecord(line: "crash", isActive: false, at: Self.opening().started))]
        let other = try #require(ledger.takeBatches(at: .boot).own)
        ledger.written(other.number, nil, at: .boot)
        let again = ledger.takeBatches(at: .boot).again
        #expect(again.map(\.records) == [[opening]])
        ledger.written(second.number, .unknown(id: Self.opening().id), at: .boot)
        ledger.written(try #require(again.first).number, nil, at: .boot)
        #expect(ledger.takeBatches(at: .boot).again.map(\.records) == [[closing]])
    }

    @Test func anEndIsNotWrittenBehindTheBeginningOfACallbackNorThatBehindItsEnd() throws {
        let incident = Incident(
            id: IncidentID(Self.opening().id),
            trigger: .automatic,
            startedAt: .boot,
            connectedTo: 0
        )
        let now = Moment(instant: .boot, wall: WallTime(seconds: 0, isSynchronized: false))
        var ledger = Ledger(boot: "boot")
        ledger.close(incident, .cleared, holder: nil, at: now)
        let end = try #require(ledger.takeBatches(at: .boot).own)
        ledger.reopen(incident.id, by: "center-1", isAcknowledged: true, at: now)
        let beginning = try #require(ledger.takeBatches(at: .boot).own)
        ledger.written(end.number, Self.full, at: .boot)
        ledger.written(beginning.number, nil, at: .boot)
        #expect(ledger.takeBatches(at: .boot).again.isEmpty, "the call goes on")
        ledger.reopen(incident.id, by: "center-1", isAcknowledged: true, at: now)
        let lost = try #require(ledger.takeBatches(at: .boot).own)
        ledger.close(incident, .cleared, holder: nil, at: now)
        let last = try #require(ledger.takeBatches(at: .boot).own)
        ledger.written(lost.number, Self.full, at: .boot)
        ledger.written(last.number, nil, at: .boot)
        #expect(ledger.takeBatches(at: .boot).again.isEmpty, "the call is over")
        #expect(ledger.retryAt == nil)
    }

    @Test func whatTheStoreWillNeverTakeIsNotTriedAgain() throws {
        let bench = try VehicleBench.connected()
        bench.disk = .fails(.unknown(id: "an incident"))
        try bench.clearDown()
        bench.disk = .works
        let before = bench.writes.count
        bench.press()
        bench.advance(by: .seconds(60))
        #expect(Self.edges(bench, from: before) == [["opened"]])
    }

    @Test func aTestCallIsNotDialledAgain() {
        let bench = Self.restarted([.open(Self.opening(.test))])
        #expect(bench.invites.isEmpty)
        #expect(bench.reasons(of: .incidentInterrupted).first?.hasSuffix("it was a test call") == true)
    }

    @Test func aCallThatEndsEachRunIsGoneOnWithThreeTimes() {
        for resumptions in 0...3 {
            let bench = Self.restarted([.open(Self.opening(), resumptions: resumptions)])
            #expect(bench.invites.count == (resumptions < 3 ? 1 : 0), "\(resumptions)")
        }
    }

    /// Another incident, of the same kind as that of `opening`.
    private static func other(_ id: String, _ trigger: Trigger = .automatic, at seconds: Int) -> IncidentOpening {
        IncidentOpening(
            id: id,
            profile: "private",
            trigger: trigger.rawValue,
            isTest: trigger == .test,
            started: Self.at(seconds),
            msdTimestamp: 0,
            isSimulated: VehicleBench.configuration().isSimulated
        )
    }

    @Test func onlyTheLatestOfSeveralIsGoneOnWith() {
        let bench = Self.restarted([.open(Self.other("early", at: 90)), .open(Self.opening())])
        #expect(bench.invites.count == 1)
        #expect(bench.ivs.call.incident?.id.text == Self.opening().id)
        #expect(bench.reasons(of: .incidentInterrupted).first?.hasSuffix("a later one was begun") == true)
    }

    @Test func theLatestIsWhichBeganLastAndNoTestCallWhateverTheDiskTookFirst() {
        let unfinished: [StoredIncident] = [
            .open(Self.opening()), .open(Self.other("early", at: 90)), .open(Self.other("test", .test, at: 97)),
        ]
        let bench = Self.restarted(unfinished)
        #expect(bench.ivs.call.incident?.id.text == Self.opening().id)
        #expect(bench.invites.count == 1)
        let reasons = bench.reasons(of: .incidentInterrupted).map { $0.split(separator: ": ").last ?? "" }
        #expect(reasons == ["it was a test call", "a later one was begun"])
    }

    @Test func aTriggerThatCameFirstIsTheCallAndTheOldOneIsClosed() {
        let bench = VehicleBench()
        bench.advance(by: .seconds(100))
        bench.step(.started)
        bench.step(.line(.level(line: "crash", level: .inactive, at: bench.now)))
        bench.crash()
        bench.step(.storeOpened(unfinished: [.open(Self.opening())], ended: nil, recovery: nil))
        bench.advance(by: .seconds(1))
        #expect(bench.invites.count == 1)
        #expect(bench.ivs.call.incident?.id.text != Self.opening().id)
        #expect(bench.reasons(of: .incidentInterrupted).first?.hasSuffix("another call is going on") == true)
    }

    @Test func aManualCallNobodyAnsweredMayStillBeCancelledAndNoOther() throws {
        let cases: [(StoredIncident, Bool)] = [
            (.open(Self.opening(.manual)), true), (.open(Self.opening(.manual), wasConnected: true), false),
            (.open(Self.opening(.manual), crashFollowed: true), false), (.open(Self.opening(.automatic)), false),
        ]
        for (incident, isCancelled) in cases {
            let bench = Self.restarted([incident])
            bench.step(.line(.level(line: "sos-button", level: .inactive, at: bench.now)))
            bench.press()
            #expect((bench.state == .ended) == isCancelled, "\(incident)")
        }
    }

    @Test func thePressThatMadeItIsNotTheWishToCancelIt() throws {
        // On record, and the run died before it heard so.
        let inputs = "sos-button unrecorded \(95 * 1_000_000_000) 0\n"
        let bench = Self.restarted([.open(Self.opening(.manual))], inputs: inputs)
        bench.take(over: "sos-button", .inactive)
        bench.advance(by: .seconds(2))
        #expect(bench.state == .connecting)
        #expect(bench.invites.count == 1)
        #expect(bench.reasons(of: .call(.cancelRequested)) == [])
    }

    @Test func aLaterTriggerThatWasNotOnRecordIsTheCall() throws {
        let inputs = "crash unrecorded \(97 * 1_000_000_000) 0\n"
        let bench = Self.restarted([.open(Self.opening(.manual))], inputs: inputs)
        #expect(bench.reasons(of: .incidentInterrupted).first?.hasSuffix("a later trigger is made again") == true)
        bench.take(over: "crash", .inactive)
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        bench.advance(by: .seconds(1))
        #expect(bench.invites.count == 1)
    }

    @Test func whatANextRunHasToKnowIsPutOnRecord() throws {
        let bench = VehicleBench.started()
        bench.press(for: .milliseconds(1_200))
        bench.crash()
        try bench.answer()
        #expect(Self.changes(bench).compactMap(\.crashFollowed) == [true])
        #expect(Self.changes(bench).compactMap(\.connectedTo) == ["center-1"])
        let before = Self.changes(bench).compactMap(\.seen).count
        bench.advance(by: .seconds(300))
        let seen = Self.changes(bench).compactMap(\.seen).dropFirst(before)
        #expect(seen.count == 5)
        #expect(seen.last.map { $0.at.duration(to: bench.now) < .seconds(60) } == true)
        try bench.clearDown()
        bench.advance(by: .seconds(300))
        #expect(Self.changes(bench).compactMap(\.seen).count == before + 5, "nothing without a call")
    }

    @Test func aResumedCallThatFailsIsRedialledForItsWindow() throws {
        let bench = Self.restarted([.open(Self.opening(), attempts: 4)])
        let window = bench.ivs.configuration.call.redialWindow
        try bench.reject(503)
        while bench.state == .connecting {
            let before = bench.invites.count
            bench.advance(by: .seconds(1))
            if bench.invites.count > before { try bench.reject(503) }
        }
        let reason = try #require(bench.events.last { $0.kind == .call(.attemptEnded) }?.reason)
        #expect(reason.hasSuffix("the redial window of 120 s is over"))
        let last = try #require(bench.sent.last { $0.message.method == .invite }?.at)
        let begun = Instant.boot.advanced(by: .seconds(100))
        #expect(begun.duration(to: last) > window - .seconds(30) && begun.duration(to: last) < window)
        #expect(Self.closings(bench).map(\.outcome) == ["failed"])
    }
}
