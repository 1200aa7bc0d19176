import FoundationEssentials
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import ControlSocket

@Suite(.timeLimit(.minutes(10)))
struct ControlServerTests {
    private static let ask = #"{"method":"org.example.desk.Ask"}|"#
    private static let listen = #"{"method":"org.example.desk.Listen","more":true}|"#

    @Test func introducesItself() async throws {
        try await DeskServer.serve { desk in
            let client = try await desk.client()
            let info = try await client.call("org.varlink.service.GetInfo")
            #expect(
                info == [
                    "vendor": "V", "product": "P", "version": "1", "url": "https://example.org",
                    "interfaces": ["org.example.desk", "org.varlink.service"],
                ]
            )
            for name in ["org.example.desk", "org.varlink.service"] {
                let reply = try await client.call(
                    "org.varlink.service.GetInterfaceDescription",
                    ["interface": .string(name)]
                )
                let text = try #require(reply["description"]?.asString)
                #expect(try Interface(text: text).name == name)
                #expect(name != "org.example.desk" || text == Desk.text)
            }
        }
    }

    @Test func answersPipelinedCallsInTheirOrder() async throws {
        // The program keeps each call for a while and answers from other threads.
        let slowly: DeskServer.Program = { server, call in
            Task { server.reply(call.id, ["answer": call.parameters["question"] ?? ""]) }
        }
        try await DeskServer.serve(slowly) { desk in
            let client = try await RawClient.connect(desk.path)
            let calls = (0..<2_000).map {
                #"{"method":"org.example.desk.Ask","parameters":{"question":"\#($0)"}}|"#
            }
            await client.send(calls.joined())
            for number in 0..<2_000 {
                #expect(try await client.next() == #"{"parameters":{"answer":"\#(number)"}}"#)
            }
            await client.close()
        }
    }

    @Test func closesOnAHugeMessage() async throws {
        try await DeskServer.serve { desk in
            let client = try await RawClient.connect(desk.path)
            await client.send(String(repeating: "x", count: ControlLimits.maximumCallOctets * 8))
            #expect(try await desk.drop() == .callTooLong(limit: ControlLimits.maximumCallOctets))
            #expect(await client.remaining() == [])
            try await self.expectService(desk)
        }
    }

    @Test func closesOnMalformedJSONAndCounts() async throws {
        try await DeskServer.serve { desk in
            for total in 1...3 {
                let client = try await RawClient.connect(desk.path)
                await client.send(#"{"method":|"# + Self.ask)
                guard case .dropped(let drop) = try await desk.notice() else {
                    Issue.record("expected a drop")
                    return
                }
                #expect(drop.total == total)
                #expect(drop.description.hasSuffix("it is not a JSON text (RFC 8259) in UTF-8 (\(total) so far)"))
                #expect(await client.remaining() == [])
            }
            try await self.expectService(desk)
        }
    }

    @Test func dropsASlowReaderAndServesTheOthers() async throws {
        let word = JSONValue.string(String(repeating: "w", count: 1_000))
        let flood: DeskServer.Program = { server, call in
            guard call.more else { return server.reply(call.id, ["answer": "here"]) }
            for _ in 0..<4_000 { server.reply(call.id, ["word": word], continues: true) }
        }
        try await DeskServer.serve(flood) { desk in
            let slow = try await RawClient.connect(desk.path, reads: false)
            await slow.send(Self.listen)
            try await self.expectService(desk)
            #expect(try await desk.drop() == .slowReader(limit: ControlLimits.maximumOutgoingOctets))
            guard case .gone = try await desk.notice() else {
                Issue.record("the end of the subscription was not reported")
                return
            }
            try await self.expectService(desk)
            await slow.close()
        }
    }

    @Test func readsAFastReaderTheWholeStream() async throws {
        let program: DeskServer.Program = { server, call in
            for number in 1...500 {
                server.reply(call.id, ["word": .string("\(number)")], continues: number < 500)
            }
        }
        try await DeskServer.serve(program) { desk in
            let client = try await desk.client()
            var words: [String] = []
            for try await reply in client.stream("org.example.desk.Listen") {
                words.append(try #require(reply["word"]?.asString))
            }
            #expect(words == (1...500).map(String.init))
        }
    }

    @Test func reportsASubscriberThatLeaves() async throws {
        try await DeskServer.serve { desk in
            let client = try await RawClient.connect(desk.path)
            await client.send(Self.listen)
            await client.close()
            guard case .gone(let connection) = try await desk.notice() else {
                Issue.record("expected gone")
                return
            }
            #expect(connection.number == 1)
        }
    }

    @Test func reportsASubscriberThatLeavesWithUnreadCalls() async throws {
        let isListening = NIOLockedValueBox<CheckedContinuation<Void, Never>?>(nil)
        let program: DeskServer.Program = { _, _ in isListening.withLockedValue { $0?.resume() } }
        try await DeskServer.serve(program) { desk in
            let client = try await RawClient.connect(desk.path)
            await withCheckedContinuation { continuation in
                isListening.withLockedValue { $0 = continuation }
                Task { await client.send(Self.listen) }
            }
            // More than the server reads ahead, less than the kernel and the server together hold.
            await client.send(String(repeating: " ", count: ControlLimits.maximumWaitingOctets + 60_000))
            await client.close()
            guard case .gone = try await desk.notice() else {
                Issue.record("expected gone")
                return
            }
        }
    }

    @Test func servesManyClientsAtOnceAndRefusesOneMore() async throws {
        let limit = ControlLimits.maximumConnections
        try await DeskServer.serve { desk in
            var clients: [ControlClient] = []
            for _ in 0..<limit { clients.append(try await desk.client()) }
            try await withThrowingTaskGroup { group in
                for (number, client) in clients.enumerated() {
                    group.addTask {
                        for turn in 0..<20 {
                            let question = JSONValue.string("\(number).\(turn)")
                            let reply = try await client.call("org.example.desk.Ask", ["question": question])
                            #expect(reply == ["answer": question])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let oneMore = try await RawClient.connect(desk.path)
            #expect(try await desk.drop() == .tooManyConnections(limit: limit))
            #expect(await oneMore.remaining() == [])
            // Those who are in are still served, and a place that becomes free is given away.
            #expect(try await clients[limit - 1].call("org.example.desk.Ask") == ["answer": "silence"])
        }
    }

    @Test func givesAFreePlaceAway() async throws {
        try await DeskServer.serve { desk in
            for _ in 0..<(ControlLimits.maximumConnections * 3) {
                let client = try await RawClient.connect(desk.path)
                await client.send(Self.ask + "|")
                // The empty message ends the connection from the server's side, after the answer.
                #expect(await client.remaining() == [#"{"parameters":{"answer":"silence"}}"#])
                #expect(try await desk.drop() != .tooManyConnections(limit: ControlLimits.maximumConnections))
            }
        }
    }

    @Test func tellsWhoConnected() async throws {
        let peers = AsyncStream.makeStream(of: PeerCredentials?.self)
        let program: DeskServer.Program = { server, call in
            peers.continuation.yield(call.connection.peer)
            server.reply(call.id, ["answer": ""])
        }
        try await DeskServer.serve(program) { desk in
            let client = try await desk.client()
            #expect(try await client.call("org.example.desk.Ask") == ["answer": ""])
            var iterator = peers.stream.makeAsyncIterator()
            let peer = try #require(await iterator.next())
            #expect(peer == PeerCredentials(process: getpid(), user: getuid(), group: getgid()))
        }
    }

    @Test func refusesASecondServerOnOnePath() async throws {
        try await DeskServer.serve { desk in
            let second = try DeskServer(path: desk.path)
            let error = await #expect(throws: ControlSocketError.self) { try await second.server.start() }
            #expect(error?.description.hasPrefix("another process answers on the socket \(desk.path)") == true)
            // The second one must not take the first one's socket away when it ends.
            await second.server.stop()
            try await self.expectService(desk)
        }
    }

    @Test func replacesASocketThatNobodyAnswersOn() async throws {
        try await DeskServer.inFolder { folder in
            let path = folder + "/s"
            // What a killed process leaves: the file without the listener.
            let dead = try SocketFile(listeningAt: path, mode: 0o600)
            dead.close()
            let desk = try DeskServer(path: path)
            try await desk.server.start()
            try await self.expectService(desk)
            await desk.server.stop()
        }
    }

    @Test func leavesOtherFilesAlone() async throws {
        try await DeskServer.inFolder { folder in
            let path = folder + "/s"
            try Data([1, 2, 3]).write(to: URL(filePath: path))
            let desk = try DeskServer(path: path)
            let error = await #expect(throws: ControlSocketError.self) { try await desk.server.start() }
            #expect(error?.description.hasPrefix("\(path) exists and is no socket") == true)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3]))
        }
    }

    @Test func namesAMissingFolder() async throws {
        let desk = try DeskServer(path: "/nowhere/at/all/s")
        let error = await #expect(throws: ControlSocketError.self) { try await desk.server.start() }
        #expect(error?.description.contains("RuntimeDirectory=") == true)
    }

    @Test func namesAPathThatIsTooLong() async throws {
        let desk = try DeskServer(path: "/tmp/" + String(repeating: "x", count: 200))
        let error = await #expect(throws: ControlSocketError.self) { try await desk.server.start() }
        #expect(error?.description.contains("the kernel takes 107") == true)
    }

    @Test func givesTheFileItsModeAndRemovesItAtTheEnd() async throws {
        try await DeskServer.inFolder { folder in
            let desk = try DeskServer(path: folder + "/s")
            try await desk.server.start()
            var file = stat()
            #expect(unsafe lstat(desk.path, &file) == 0)
            #expect(file.st_mode & 0o7777 == 0o660)
            await desk.server.stop()
            #expect(unsafe lstat(desk.path, &file) != 0)
        }
    }

    @Test func leavesTheSocketOfAnotherServer() async throws {
        try await DeskServer.inFolder { folder in
            let first = try DeskServer(path: folder + "/s")
            try await first.server.start()
            try FileManager.default.removeItem(atPath: first.path)
            let second = try DeskServer(path: first.path)
            try await second.server.start()
            await first.server.stop()
            try await self.expectService(second)
            await second.server.stop()
        }
    }

    @Test func endsAllConnectionsWhenStopped() async throws {
        try await DeskServer.inFolder { folder in
            let desk = try DeskServer(path: folder + "/s")
            try await desk.server.start()
            let client = try await RawClient.connect(desk.path)
            await client.send(Self.ask)
            #expect(try await client.next() == #"{"parameters":{"answer":"silence"}}"#)
            await desk.server.stop()
            #expect(await client.remaining() == [])
        }
    }

    /// Whether a new client is served.
    private func expectService(_ desk: DeskServer) async throws {
        let client = try await desk.client()
        let reply = try await client.call("org.example.desk.Ask")
        #expect(reply["answer"] != nil)
        await client.close()
    }
}
