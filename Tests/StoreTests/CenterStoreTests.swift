import Store
import Testing

@Suite struct CenterStoreTests {
    @Test func aCallIsReadBackAsItWasWritten() throws {
        let store = try CenterStore.inMemory()
        let change = CallChange(
            state: "answered",
            msd: [1, 0, 255],
            messageIdentifier: 1,
            acknowledgement: .positive,
            decoded: #"{"msdVersion":3}"#,
            location: #"{"latitude":48.1}"#,
            dataSet: Array("<set/>".utf8)
        )
        #expect(
            store.writeNow([
                .callReceived(Samples.call("a")), .messageReceived(Samples.message("a", nil)),
                .event(Samples.event("a")), .callChanged(id: "a", change),
                .callChanged(id: "a", CallChange(messageIdentifier: 2)),
            ]) == nil
        )
        let call = try #require(try store.call(id: "a"))
        #expect(call.opening == Samples.call("a"))
        #expect(call.state == "answered")
        #expect(call.msd == [1, 0, 255])
        #expect(call.messageIdentifier == 2)
        #expect(call.acknowledgement == .positive)
        #expect(call.decoded == change.decoded)
        #expect(call.location == change.location && call.dataSet == change.dataSet)
        #expect(call.ended == nil)
        #expect(try store.unfinishedCalls() == [call])
        #expect(try store.messages(call: "a") == [Samples.message("a", nil)])
        #expect(try store.events(call: "a", limit: 5).map(\.event) == [Samples.event("a")])

        let ending = CallEnding(state: "ended", outcome: "cleared", ended: Samples.stamp(60))
        #expect(store.writeNow([.callEnded(id: "a", ending)]) == nil)
        let over = try #require(try store.calls(limit: 1).first)
        #expect(over.state == "ended")
        #expect(over.outcome == "cleared")
        #expect(over.ended == Samples.stamp(60))
        #expect(try store.unfinishedCalls() == [])
    }

    @Test func refusesToChangeACallThatIsNotOnRecord() throws {
        let store = try CenterStore.inMemory()
        let ending = CallEnding(state: "ended", outcome: "cleared", ended: Samples.stamp(60))
        #expect(store.writeNow([.callChanged(id: "x", CallChange())]) == .unknown(id: "x"))
        #expect(store.writeNow([.callEnded(id: "x", ending)]) == .unknown(id: "x"))
    }

    @Test func refusesADecodedMessageThatIsNoJSON() throws {
        let store = try CenterStore.inMemory()
        #expect(store.writeNow([.callReceived(Samples.call("a"))]) == nil)
        guard case .refused = store.writeNow([.callChanged(id: "a", CallChange(decoded: "{"))]) else {
            Issue.record("not refused")
            return
        }
        #expect(try store.call(id: "a")?.decoded == nil)
    }

    @Test func aThousandCallsAtOnceShareTheirCommits() throws {
        let folder = try Folder()
        let store = try CenterStore(path: folder.path("s"))
        let results = Results()
        for number in 0..<1000 {
            let records: [CenterRecord] = [
                .callReceived(Samples.call("c\(number)")), .messageReceived(Samples.message("c\(number)", 1)),
            ]
            store.write(records, completion: results.completion(number))
        }
        results.wait(for: 1000)
        #expect(results.numbers == Array(0..<1000))
        #expect(results.errors.allSatisfy { $0 == nil })
        #expect(try store.calls(limit: 10_000).count == 1000)
        store.close()
    }
}
