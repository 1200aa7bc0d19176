import Seeds
import SIP
import Testing
import Timeline

/// When a vehicle registers, again, and no more: the machine by itself, with handwritten answers.
@Suite struct RegistrationTests {
    /// One registration and its clock.
    struct Script {
        static let instance = "urn:uuid:00000000-0000-4000-8000-00000000000a"
        static let settings = Registration.Settings(
            address: "sip:car@center.invalid",
            registrar: "sip:center.invalid",
            seconds: 3_600,
            instance: Self.instance
        )

        private(set) var now = Instant.boot
        var registration: Registration
        let flow = Flow(number: 1)

        init(limits: RegistrationLimits = RegistrationLimits()) {
            self.registration = Registration(Self.settings, callID: "c1", limits: limits)
        }

        mutating func open(_ flow: Flow? = nil, isStream: Bool = true) -> [Registration.Action] {
            self.registration.opened(flow ?? self.flow, isStream: isStream, at: self.now)
        }

        mutating func answer(_ status: Int, _ headers: Header..., share: Int = 100) -> [Registration.Action] {
            let response = Message(startLine: .response(status: status, reason: "Word"), headers: Headers(headers))
            return self.registration.answered(response, share: share, at: self.now)
        }

        /// A flow on which the registrar holds a binding of so many seconds.
        mutating func bind(_ seconds: Int = 3_600) {
            _ = self.open()
            _ = self.answer(200, Header("Expires", "\(seconds)"))
        }

        /// Lets time pass and collects what the deadlines give.
        mutating func advance(by duration: Duration) -> [Registration.Action] {
            let end = self.now.advanced(by: duration)
            var actions: [Registration.Action] = []
            while let next = self.registration.nextDeadline, next <= end {
                self.now = max(self.now, next)
                actions += self.registration.deadlineReached(at: self.now)
            }
            self.now = end
            return actions
        }
    }

    @Test func asksWhenAFlowOpens() throws {
        var script = Script()
        #expect(script.registration.standing == .closed)
        let actions = script.open()
        let request = try #require(actions.requests.first)
        #expect(actions.count == 1 && request.seconds == 3_600 && request.isOutbound && request.sequence == 1)
        #expect(script.registration.standing == .asking)
    }

    @Test(arguments: [
        ("<sip:ivs@192.0.2.1>;+sip.instance=\"<\(Script.instance)>\";reg-id=1;expires=600", 600),
        ("<sip:other@192.0.2.9>;expires=90, <sip:x@y>;+sip.instance=\"<\(Script.instance)>\";expires=600", 600),
        ("<sip:other@192.0.2.9>;+sip.instance=\"<urn:uuid:1>\";expires=90", 1_000),
        ("<sip:ivs@192.0.2.1>;+sip.instance=\"<\(Script.instance)>\";expires=soon", 1_000),
        ("not a contact <", 1_000),
    ])
    func theBindingLastsAsLongAsItsOwnContactSaysElseAsExpires(contact: String, seconds: Int) {
        var script = Script()
        _ = script.open()
        let actions = script.answer(200, Header("Contact", contact), Header("Expires", "1000"))
        #expect(actions == [.tell(.registered(seconds: seconds, isOutbound: false, isRefresh: false))])
    }

    @Test func anAnswerWithoutAnyExpiryGrantsWhatWasAsked() {
        var script = Script()
        _ = script.open()
        #expect(script.answer(200) == [.tell(.registered(seconds: 3_600, isOutbound: false, isRefresh: false))])
    }

    @Test func theFlowIsBoundOnlyWhenTheRegistrarSaysSo() {
        var script = Script()
        _ = script.open()
        let actions = script.answer(200, Header("Require", "foo, outbound"))
        #expect(actions == [.tell(.registered(seconds: 3_600, isOutbound: true, isRefresh: false))])
    }

    @Test(arguments: [(7_200, 6_600), (1_201, 601), (1_200, 600), (90, 45), (20, 10)])
    func aBindingIsRefreshedTenMinutesBeforeItsEndOrInItsMiddle(seconds: Int, after: Int) {
        var script = Script()
        script.bind(seconds)
        #expect(script.advance(by: .seconds(after) - .milliseconds(1)).isEmpty)
        #expect(script.advance(by: .milliseconds(1)).requests.map(\.seconds) == [3_600])
        #expect(script.registration.standing == .registered, "a refresh does not end what it refreshes")
    }

    @Test func refreshesKeepTheCallIDAndCountOn() {
        var script = Script()
        var requests = script.open().requests
        for _ in 0..<3 {
            _ = script.answer(200)
            requests += script.advance(by: .seconds(3_000)).requests
        }
        #expect(requests.map(\.sequence) == [1, 2, 3, 4])
        #expect(Set(requests.map(\.callID)) == ["c1"])
    }

    @Test func aBindingTooShortToRefreshIsToldToHaveLapsedAndIsAskedForNoSooner() {
        var script = Script()
        script.bind(4)
        let actions = script.advance(by: .seconds(10))
        #expect(actions.first == .tell(.lapsed) && actions.requests.count == 1)
    }

    @Test func aRegistrarThatKeepsNothingIsAFailure() {
        var script = Script()
        _ = script.open()
        let actions = script.answer(200, Header("Expires", "0"))
        #expect(
            actions == [.tell(.failed(cause: "the registrar keeps no binding", count: 1, pause: .seconds(60)))]
        )
    }

    @Test func aLongerIntervalThatTheRegistrarWantsIsTakenAndKept() {
        var script = Script()
        _ = script.open()
        #expect(script.answer(423, Header("Min-Expires", "7200")).requests.map(\.seconds) == [7_200])
        _ = script.answer(200)
        #expect(script.advance(by: .seconds(6_600)).requests.map(\.seconds) == [7_200])
    }

    @Test(arguments: ["86401", "3600", "60", "", "4294967296", "many"])
    func anIntervalThatIsNotLongerOrLongerThanADayIsNotTaken(least: String) {
        var script = Script()
        _ = script.open()
        let actions = script.answer(423, Header("Min-Expires", least))
        #expect(actions.requests.isEmpty && actions.failures == 1)
    }

    @Test func aRegistrarThatRaisesItsIntervalAgainAndAgainIsGivenUp() {
        var script = Script()
        _ = script.open()
        let sent = [4_000, 5_000, 6_000, 7_000].map { seconds in
            script.answer(423, Header("Min-Expires", "\(seconds)")).requests.count
        }
        #expect(sent == [1, 1, 0, 0])
    }

    @Test func aProxyThatCannotKeepTheFlowGetsAnOrdinaryRegistration() {
        var script = Script()
        _ = script.open()
        #expect(script.answer(439).requests.map(\.isOutbound) == [false])
        #expect(script.answer(439).failures == 1, "only once")
        #expect(script.advance(by: .seconds(60)).requests.map(\.isOutbound) == [false])
    }

    @Test func overDatagramsTheFlowIsNotBound() {
        var script = Script()
        #expect(script.open(isStream: false).requests.map(\.isOutbound) == [false])
        let actions = script.answer(200, Header("Require", "outbound"), Header("Flow-Timer", "10"))
        #expect(actions == [.tell(.registered(seconds: 3_600, isOutbound: false, isRefresh: false))])
    }

    @Test(arguments: [302, 400, 401, 403, 404, 407, 500, 503, 600])
    func everyOtherRefusalPausesAndIsTriedAgain(status: Int) {
        var script = Script()
        _ = script.open()
        #expect(script.answer(status).failures == 1)
        #expect(script.registration.standing == .waiting)
        #expect(script.registration.lastFailure == "the registrar answered \(status) Word")
        #expect(script.advance(by: .seconds(60)).requests.count == 1)
    }

    @Test(arguments: [50, 100])
    func pausesDoubleFromHalfAMinuteToHalfAnHour(share: Int) {
        var script = Script()
        _ = script.open()
        var pauses: [Duration] = []
        for _ in 0..<9 {
            for case .tell(.failed(_, _, let pause)) in script.answer(500, share: share) { pauses.append(pause) }
            #expect(script.advance(by: .seconds(1_800)).requests.count == 1)
        }
        let upper = [60, 120, 240, 480, 960, 1_800, 1_800, 1_800, 1_800]
        #expect(pauses == upper.map { .seconds($0) * share / 100 })
    }

    @Test(arguments: [("300", 300), ("300 (busy);duration=5", 300), ("5", 60), ("0", 60), ("99999", 1_800), ("x", 60)])
    func aPauseIsAsLongAsTheRegistrarSaysUpToTheLongest(value: String, seconds: Int) {
        var script = Script()
        _ = script.open()
        let actions = script.answer(503, Header("Retry-After", value))
        #expect(
            actions == [
                .tell(.failed(cause: "the registrar answered 503 Word", count: 1, pause: .seconds(seconds)))
            ]
        )
    }

    @Test func aSuccessBeginsThePausesAnew() {
        var script = Script()
        _ = script.open()
        for _ in 0..<3 {
            _ = script.answer(500)
            _ = script.advance(by: .seconds(1_800))
        }
        _ = script.answer(200)
        #expect(script.registration.lastFailure == nil)
        _ = script.advance(by: .seconds(3_000))
        let failure = Registration.News.failed(cause: "the registrar answered 500 Word", count: 1, pause: .seconds(60))
        #expect(script.answer(500) == [.tell(failure)])
        #expect(script.registration.standing == .registered, "what is held is held until its end")
        #expect(script.advance(by: .seconds(60)).requests.count == 1)
    }

    @Test func aFlowThatComesBackIsRegisteredAtOnce() {
        var script = Script()
        script.bind()
        #expect(script.registration.closed(script.flow).isEmpty)
        #expect(script.registration.standing == .closed && script.registration.nextDeadline == nil)
        let actions = script.open(Flow(number: 2))
        #expect(actions.requests.map(\.sequence) == [2])
        #expect(script.answer(200) == [.tell(.registered(seconds: 3_600, isOutbound: false, isRefresh: false))])
    }

    @Test func aPauseOutlastsItsFlow() {
        var script = Script()
        _ = script.open()
        _ = script.answer(500)
        _ = script.registration.closed(script.flow)
        #expect(script.registration.nextDeadline == nil, "there is nothing to ask over")
        let second = Flow(number: 2)
        #expect(script.open(second).isEmpty)
        let actions = script.advance(by: .seconds(60))
        #expect(actions.requests.map(\.sequence) == [2] && actions.flows == [second])
        var late = Script()
        _ = late.open()
        _ = late.answer(500)
        _ = late.registration.closed(late.flow)
        _ = late.advance(by: .seconds(61))
        #expect(late.open(second).requests.count == 1)
    }

    @Test func aBindingThatIsBeingTriedAgainEndsWithItsFlow() {
        var script = Script()
        script.bind()
        _ = script.advance(by: .seconds(3_000))
        _ = script.answer(500)
        #expect(script.registration.standing == .registered)
        _ = script.registration.closed(script.flow)
        #expect(script.registration.standing == .waiting)
        #expect(script.advance(by: .seconds(9_999)).isEmpty, "it does not lapse once more")
    }

    @Test func theEndOfAnotherFlowChangesNothing() {
        var script = Script()
        script.bind()
        #expect(script.registration.closed(Flow(number: 9)).isEmpty)
        #expect(script.registration.standing == .registered)
    }

    @Test func aBindingThatCouldNotBeRefreshedLapsesOnce() {
        var script = Script()
        script.bind(60)
        _ = script.advance(by: .seconds(30))
        _ = script.answer(500)
        let actions = script.advance(by: .seconds(59))
        #expect(actions == [.tell(.lapsed)])
        #expect(script.registration.standing == .waiting)
    }

    @Test func anOrderlyStopRemovesTheBindingAndAsksNothingMore() {
        var script = Script()
        script.bind()
        let actions = script.registration.stopped()
        #expect(actions.requests.map(\.seconds) == [0])
        #expect(script.registration.standing == .removing)
        #expect(script.answer(200, Header("Expires", "0")) == [.tell(.removed(isConfirmed: true))])
        #expect(script.registration.standing == .left)
        #expect(script.open(Flow(number: 2)).isEmpty && script.advance(by: .seconds(9_999)).isEmpty)
        #expect(script.registration.stopped().isEmpty)
    }

    @Test func aRemovalThatIsRefusedUnansweredOrCutOffIsTold() {
        var refused = Script()
        refused.bind()
        _ = refused.registration.stopped()
        #expect(refused.answer(500) == [.tell(.removed(isConfirmed: false))])
        var silent = Script()
        silent.bind()
        _ = silent.registration.stopped()
        let unanswered = silent.registration.failed("no final response in time", share: 100, at: silent.now)
        #expect(unanswered == [.tell(.removed(isConfirmed: false))])
        var cut = Script()
        cut.bind()
        _ = cut.registration.stopped()
        #expect(cut.registration.closed(cut.flow) == [.tell(.removed(isConfirmed: false))])
    }

    @Test func aStopWithoutAnythingHeldOrWithARequestUnderWaySendsNothing() {
        var idle = Script()
        #expect(idle.registration.stopped().isEmpty && idle.registration.standing == .left)
        var asking = Script()
        _ = asking.open()
        #expect(asking.registration.stopped().isEmpty && asking.registration.standing == .left)
        #expect(asking.answer(200).isEmpty)
        var waiting = Script()
        _ = waiting.open()
        _ = waiting.answer(500)
        #expect(waiting.registration.stopped().isEmpty)
    }

    @Test func aStopInAPauseRemovesWhatIsStillHeld() {
        var script = Script()
        script.bind()
        _ = script.advance(by: .seconds(3_000))
        _ = script.answer(500)
        #expect(script.registration.stopped().requests.map(\.seconds) == [0])
    }

    @Test func aNumberThatThePeerInventsDoesNotCount() {
        var script = Script()
        _ = script.open()
        _ = script.answer(500, Header("CSeq", "2147483647 REGISTER"))
        let next = script.advance(by: .seconds(60)).requests.map(\.sequence)
        #expect(next == [6], "1, the four that may have carried credentials, and the next")
        _ = script.answer(500, Header("CSeq", "8 REGISTER"))
        #expect(script.advance(by: .seconds(120)).requests.map(\.sequence) == [9])
    }

    @Test(arguments: 1...32 as ClosedRange<UInt64>)
    func walksNeverAskTwiceOverOneFlowNorAfterTheyHaveLeft(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var script = Script()
        var flow: Flow?
        var unanswered: Flow?
        var isLeft = false
        for step in 1...400 {
            var actions: [Registration.Action] = []
            switch Int.random(in: 0..<12, using: &random) {
            case 0...1 where flow == nil:
                flow = Flow(number: UInt64(step))
                actions = flow.map { script.open($0, isStream: Bool.random(using: &random)) } ?? []
            case 2 where flow != nil:
                // As the user agent does it: what is under way fails before the flow is gone.
                if unanswered == flow {
                    actions = script.registration.failed("cut", share: 50, at: script.now)
                }
                unanswered = nil
                actions += flow.map { script.registration.closed($0) } ?? []
                flow = nil
            case 3...5 where unanswered != nil:
                unanswered = nil
                let status = [200, 200, 423, 439, 503].randomElement(using: &random) ?? 200
                actions = script.answer(status, Header("Min-Expires", "7200"), Header("Expires", "100"), share: 50)
            case 6 where unanswered != nil:
                unanswered = nil
                actions = script.registration.failed("silence", share: 100, at: script.now)
            case 7 where step > 300:
                actions = script.registration.stopped()
                isLeft = true
            default:
                actions = script.advance(by: .seconds(Int.random(in: 1...900, using: &random)))
            }
            for case .send(let request, let over) in actions {
                #expect(over == flow && unanswered == nil, "seed \(seed), step \(step)")
                #expect(!isLeft || request.seconds == 0, "seed \(seed), step \(step)")
                unanswered = over
            }
            if let next = script.registration.nextDeadline {
                #expect(next > script.now, "seed \(seed), step \(step)")
            }
        }
    }
}

extension [Registration.Action] {
    var requests: [Registration.Request] {
        self.compactMap { action in
            guard case .send(let request, _) = action else { return nil }
            return request
        }
    }

    /// The flows that are asked over.
    var flows: [Flow] {
        self.compactMap { action in
            guard case .send(_, let flow) = action else { return nil }
            return flow
        }
    }

    /// How many failures are told.
    var failures: Int { self.count { if case .tell(.failed) = $0 { true } else { false } } }
}
