import Foundation
import Store
import Testing

@Suite struct WriteQueueTests {
    private let event = VehicleRecord.event(Samples.event())

    /// Holds the store's first transaction until released, as a stalled disk would.
    private struct Stall {
        let begun = DispatchSemaphore(value: 0)
        let released = DispatchSemaphore(value: 0)
        var failing: Int?

        var faults: StoreFaults {
            StoreFaults { number in
                if number == 1 {
                    self.begun.signal()
                    self.released.wait()
                }
                return number == self.failing ? .diskFailed : nil
            }
        }
    }

    @Test func completionsComeInTheOrderOfTheWrites() throws {
        let store = try VehicleStore.inMemory()
        let results = Results()
        for number in 0..<2000 {
            store.write([self.event], completion: results.completion(number))
        }
        results.wait(for: 2000)
        #expect(results.numbers == Array(0..<2000))
        #expect(try store.events(incident: nil, limit: 10_000).count == 2000)
    }

    @Test func oneBadWriteAmongWaitingOnesFailsAlone() throws {
        let stall = Stall()
        let store = try VehicleStore.inMemory(faults: stall.faults)
        let results = Results()
        store.write([self.event], completion: results.completion(0))
        stall.begun.wait()
        store.write([self.event], completion: results.completion(1))
        store.write([self.event, .incidentClosed(id: "x", Samples.closing())], completion: results.completion(2))
        store.write([self.event], completion: results.completion(3))
        stall.released.signal()
        results.wait(for: 4)
        #expect(results.numbers == [0, 1, 2, 3])
        #expect(results.errors == [nil, nil, .unknown(id: "x"), nil])
        #expect(try store.events(incident: nil, limit: 10).count == 3)
    }

    @Test func aFloodOfEventsIsTurnedAwayButATriggerIsNot() throws {
        let stall = Stall()
        let store = try VehicleStore.inMemory(faults: stall.faults)
        let results = Results()
        store.write([self.event], completion: results.completion(0))
        stall.begun.wait()
        let flood = Results()
        for number in 0..<4096 {
            store.write([self.event], completion: flood.completion(number))
        }
        #expect(flood.numbers == [])
        #expect(store.writeNow([self.event]) == .overloaded(waiting: 4096))
        #expect(store.writeNow([.level(LevelRecord(line: "a", isActive: true, at: Samples.stamp(1)))]) != nil)
        #expect(store.overloads == 2)
        let triggers = Results()
        for number in 0..<256 {
            let opening = VehicleRecord.incidentOpened(Samples.opening("i\(number)"))
            store.write([opening], completion: triggers.completion(number))
        }
        #expect(store.writeNow([.incidentOpened(Samples.opening("late"))]) == .overloaded(waiting: 4352))
        stall.released.signal()
        results.wait(for: 1)
        flood.wait(for: 4096)
        triggers.wait(for: 256)
        #expect(triggers.errors.allSatisfy { $0 == nil })
        #expect(try store.incidents(limit: 1000).count == 256)
        #expect(store.writeNow([self.event]) == nil)
    }

    @Test(arguments: 1...4)
    func aDiskThatFailsOnceLosesOneWriteAndNoOther(number: Int) throws {
        let store = try VehicleStore.inMemory(faults: .once(at: number))
        let answers = (1...4).map { store.writeNow([.incidentOpened(Samples.opening("i\($0)"))]) }
        #expect(answers == (1...4).map { $0 == number ? .diskFailed : nil })
        let kept = try store.incidents(limit: 10).map(\.opening.id).reversed()
        #expect(Array(kept) == (1...4).filter { $0 != number }.map { "i\($0)" })
    }

    @Test(arguments: 1...5)
    func aDiskThatFailsForGoodAnswersEveryWrite(number: Int) throws {
        let store = try VehicleStore.inMemory(faults: .persistently(from: number))
        let answers = (1...4).map { store.writeNow([.incidentOpened(Samples.opening("i\($0)"))]) }
        #expect(answers == (1...4).map { $0 >= number ? .diskFailed : nil })
        #expect(try store.incidents(limit: 10).count == number - 1)
    }

    @Test func aFailingDiskFailsAllThatShareTheCommit() throws {
        let stall = Stall(failing: 2)
        let store = try VehicleStore.inMemory(faults: stall.faults)
        let results = Results()
        store.write([self.event], completion: results.completion(0))
        stall.begun.wait()
        store.write([self.event], completion: results.completion(1))
        store.write([self.event], completion: results.completion(2))
        stall.released.signal()
        results.wait(for: 3)
        #expect(results.errors == [nil, .diskFailed, .diskFailed])
        #expect(try store.events(incident: nil, limit: 10).count == 1)
    }

    @Test func closingWritesWhatWaitsAndRefusesTheRest() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        let results = Results()
        for number in 0..<100 {
            store.write([self.event], completion: results.completion(number))
        }
        store.close()
        #expect(results.errors == [StoreError?](repeating: nil, count: 100))
        #expect(store.writeNow([self.event]) == .closed)
        #expect(throws: StoreError.closed) { try store.incidents(limit: 1) }
        #expect(try folder.names == ["s"])
        #expect(try VehicleStore(path: folder.path("s")).events(incident: nil, limit: 1000).count == 100)
    }
}
