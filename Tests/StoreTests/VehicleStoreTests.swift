import Store
import Testing

@Suite struct VehicleStoreTests {
    @Test func anIncidentIsReadBackAsItWasWritten() throws {
        let store = try VehicleStore.inMemory()
        let trigger = Samples.event("a", "triggered", #"{"line":"sos-button"}"#)
        let attempt = AttemptRecord(
            incident: "a",
            number: 1,
            center: "first",
            at: Samples.stamp(2, wall: nil),
            outcome: nil
        )
        let over = AttemptRecord(incident: "a", number: 1, center: "first", at: attempt.at, outcome: "486")
        #expect(
            store.writeNow([
                .incidentOpened(Samples.opening("a")), .event(trigger),
                .attempt(attempt), .messageSent(Samples.message("a", 1)), .messageSent(Samples.message("a", 2)),
                .attempt(over), .incidentChanged(id: "a", IncidentChange(profile: "112", messageIdentifier: 2)),
                .incidentChanged(id: "a", IncidentChange(isAcknowledged: true)),
            ]) == nil
        )
        let open = try #require(try store.incident(id: "a"))
        #expect(open.opening == Samples.opening("a"))
        #expect(open.state == .open)
        #expect(open.profile == "112")
        #expect(open.messageIdentifier == 2)
        #expect(open.isAcknowledged)
        #expect(open.ended == nil)
        #expect(try store.unfinishedIncidents() == [open])
        #expect(try store.attempts(incident: "a") == [over])
        #expect(try store.messages(incident: "a") == [Samples.message("a", 1), Samples.message("a", 2)])
        let events = try store.events(incident: "a", limit: 10)
        #expect(events.map(\.event) == [trigger])

        #expect(store.writeNow([.incidentClosed(id: "a", Samples.closing())]) == nil)
        let closed = try #require(try store.incident(id: "a"))
        #expect(closed.state == .delivered)
        #expect(closed.outcome == "cleared by the center")
        #expect(closed.ended == Samples.stamp(9, wall: nil))
        #expect(try store.unfinishedIncidents() == [])
    }

    @Test func aCallbackOpensAnIncidentAgain() throws {
        let store = try VehicleStore.inMemory()
        let callback = AttemptRecord(
            incident: "a",
            number: 2,
            center: "first",
            at: Samples.stamp(12, wall: nil),
            outcome: "answered",
            isCallback: true
        )
        #expect(
            store.writeNow([
                .incidentOpened(Samples.opening("a")), .incidentClosed(id: "a", Samples.closing()),
            ]) == nil
        )
        #expect(try store.endedEmergency()?.lastIsCallback == false)
        #expect(
            store.writeNow([
                .incidentChanged(id: "a", IncidentChange(isReopened: true)), .attempt(callback),
            ]) == nil
        )
        let open = try #require(try store.unfinishedIncidents().first)
        #expect(open.opening.id == "a" && open.outcome == nil && open.ended == nil && open.lastIsCallback)
        #expect(try store.endedEmergency() == nil)
        #expect(try store.attempts(incident: "a") == [callback])
        #expect(store.writeNow([.incidentClosed(id: "a", Samples.closing())]) == nil)
        #expect(try store.endedEmergency()?.outcome == "cleared by the center")
    }

    @Test func theLatestEmergencyIsTheOneThatBeganLast() throws {
        let store = try VehicleStore.inMemory()
        for (id, second, isTest) in [("b", Int64(5), false), ("a", 3, false), ("t", 7, true)] {
            let opening = IncidentOpening(
                id: id,
                profile: "private",
                trigger: isTest ? "test" : "manual",
                isTest: isTest,
                started: Samples.stamp(second, wall: nil),
                msdTimestamp: 0
            )
            let records: [VehicleRecord] = [.incidentOpened(opening), .incidentClosed(id: id, Samples.closing())]
            #expect(store.writeNow(records) == nil)
        }
        #expect(try store.endedEmergency()?.opening.id == "b")
    }

    @Test func whatANextRunHasToKnowIsReadBack() throws {
        let store = try VehicleStore.inMemory()
        let attempts = ["first", "second"].enumerated().map { index, center in
            VehicleRecord.attempt(
                AttemptRecord(
                    incident: "a",
                    number: index + 1,
                    center: center,
                    at: Samples.stamp(2, wall: nil),
                    outcome: nil
                )
            )
        }
        #expect(store.writeNow([.incidentOpened(Samples.opening("a"))]) == nil)
        let opened = try #require(try store.incident(id: "a"))
        #expect(opened.seen == Samples.opening("a").started)
        #expect(!opened.wasConnected && !opened.crashFollowed && opened.resumptions == 0)
        #expect(opened.lastCenter == nil && opened.crash == nil)
        let seen = Samples.stamp(7, wall: 1_790_000_000_000)
        #expect(
            store.writeNow(
                attempts + [
                    .incidentChanged(id: "a", IncidentChange(connectedTo: "first", seen: seen)),
                    .incidentChanged(id: "a", IncidentChange(crashFollowed: true, resumptions: 2)),
                    .incidentChanged(id: "a", IncidentChange(crash: "felt")),
                ]
            ) == nil
        )
        let changed = try #require(try store.incident(id: "a"))
        #expect(changed.seen == seen)
        #expect(changed.wasConnected && changed.crashFollowed && changed.resumptions == 2)
        #expect(changed.crash == "felt")
        #expect(changed.lastCenter == "second" && changed.attempts == 2 && changed.lastAttempt == 2)
        // A later sign without a wall time takes the earlier one's away: the two stamps are one.
        let later = Samples.stamp(8, wall: nil)
        #expect(store.writeNow([.incidentChanged(id: "a", IncidentChange(seen: later))]) == nil)
        #expect(try store.incident(id: "a")?.seen == later)
        #expect(try store.incident(id: "a")?.crash == "felt")
    }

    @Test func readingsGiveTheLatest() throws {
        let store = try VehicleStore.inMemory()
        for id in ["a", "b", "c"] {
            #expect(store.writeNow([.incidentOpened(Samples.opening(id)), .event(Samples.event(id))]) == nil)
        }
        #expect(store.writeNow([.event(Samples.event(nil, "start"))]) == nil)
        #expect(try store.incidents(limit: 2).map(\.opening.id) == ["c", "b"])
        #expect(try store.events(incident: nil, limit: 2).map(\.event.subject) == ["c", nil])
        #expect(try store.events(incident: "b", limit: 2).map(\.sequence) == [2])
        #expect(try store.incident(id: "d") == nil)
    }

    @Test func theLastLevelOfEachLineIsKept() throws {
        let store = try VehicleStore.inMemory()
        let levels = [("b", true), ("a", false), ("b", false)].map { line, isActive in
            LevelRecord(line: line, isActive: isActive, at: Samples.stamp(4))
        }
        #expect(store.writeNow(levels.map(VehicleRecord.level)) == nil)
        #expect(try store.levels() == [levels[1], levels[2]])
    }

    @Test(arguments: [0, -1, 10_001])
    func refusesToReadThatManyRows(limit: Int) throws {
        let store = try VehicleStore.inMemory()
        #expect(throws: StoreError.limitOutOfRange(limit)) { try store.incidents(limit: limit) }
        #expect(throws: StoreError.limitOutOfRange(limit)) { try store.events(incident: nil, limit: limit) }
    }

    @Test func refusesASecondIncidentOfOneIdentifier() throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow([.incidentOpened(Samples.opening("a"))]) == nil)
        let error = store.writeNow([.event(Samples.event()), .incidentOpened(Samples.opening("a"))])
        guard case .refused = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(try store.events(incident: nil, limit: 10) == [])
    }

    @Test func refusesToChangeWhatIsNotOnRecord() throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow([.incidentChanged(id: "x", IncidentChange())]) == .unknown(id: "x"))
        #expect(store.writeNow([.incidentClosed(id: "x", Samples.closing())]) == .unknown(id: "x"))
    }

    @Test(
        arguments: [
            VehicleRecord.event(Samples.event("nobody")), .event(Samples.event(nil, "")),
            .event(Samples.event(nil, "k", "[]")), .event(Samples.event(nil, "k", "{")),
            .event(Samples.event(nil, "k", "{\"a\":\"\(String(repeating: "x", count: 65_536))\"}")),
            .messageSent(Samples.message("nobody", 1)), .incidentOpened(Samples.opening("")),
            .incidentOpened(Samples.opening(String(repeating: "a", count: 65))),
        ]
    )
    func refusesARecordThatBreaksTheTables(record: VehicleRecord) throws {
        let store = try VehicleStore.inMemory()
        guard case .refused = store.writeNow([record]) else {
            Issue.record("not refused")
            return
        }
        #expect(store.writeNow([.incidentOpened(Samples.opening("a"))]) == nil)
    }

    @Test func refusesToCloseAnIncidentAsOpen() throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow([.incidentOpened(Samples.opening("a"))]) == nil)
        guard case .refused = store.writeNow([.incidentClosed(id: "a", Samples.closing(.open))]) else {
            Issue.record("not refused")
            return
        }
        #expect(try store.unfinishedIncidents().count == 1)
    }

    @Test func keepsABoundedNumberOfEventsAndThoseOfIncidentsLongest() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        #expect(store.writeNow([.incidentOpened(Samples.opening("a")), .event(Samples.event("a"))]) == nil)
        let batch = Array(repeating: VehicleRecord.event(Samples.event()), count: 1024)
        for _ in 0..<50 {
            #expect(store.writeNow(batch) == nil)
        }
        #expect(try store.events(incident: "a", limit: 10).count == 1)
        let latest = try store.events(incident: nil, limit: 10_000)
        #expect(latest.count == 10_000)
        #expect(latest.last?.sequence == 51_201)
        #expect(try folder.count("events", in: "s") == VehicleStore.maximumEvents)
    }

    @Test func keepsABoundedNumberOfIncidentsAndNeverDropsAnOpenOne() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        #expect(store.writeNow([.incidentOpened(Samples.opening("open"))]) == nil)
        for start in stride(from: 0, to: 1600, by: 400) {
            let records = (start..<start + 400).flatMap { number -> [VehicleRecord] in
                [
                    .incidentOpened(Samples.opening("i\(number)")), .messageSent(Samples.message("i\(number)", 1)),
                    .incidentClosed(id: "i\(number)", Samples.closing()),
                ]
            }
            #expect(store.writeNow(records) == nil)
        }
        #expect(try store.unfinishedIncidents().map(\.opening.id) == ["open"])
        #expect(try folder.count("incidents", in: "s") == VehicleStore.maximumIncidents)
        #expect(try folder.count("messages", in: "s") == VehicleStore.maximumIncidents - 1)
        #expect(try store.incident(id: "i0") == nil)
        #expect(try store.incident(id: "i1599") != nil)
    }
}
