import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import ControlSocket

@Suite(.timeLimit(.minutes(10)))
struct ControlClientTests {
    private func connectionError(_ path: String) async -> String {
        do {
            let client = try await ControlClient.connect(path: path, group: MultiThreadedEventLoopGroup.singleton)
            await client.close()
            return "connected"
        } catch {
            return error.description
        }
    }

    @Test func saysThatThereIsNoSocket() async throws {
        try await DeskServer.inFolder { folder in
            let sentence = await self.connectionError(folder + "/s")
            #expect(sentence.hasPrefix("there is no socket \(folder)/s: is ecalld running"))
        }
    }

    @Test func saysThatNobodyAnswers() async throws {
        try await DeskServer.inFolder { folder in
            let dead = try SocketFile(listeningAt: folder + "/s", mode: 0o600)
            dead.close()
            let sentence = await self.connectionError(folder + "/s")
            #expect(sentence.hasPrefix("nobody answers on \(folder)/s: ecalld has ended"))
        }
    }

    @Test(arguments: [EACCES, EPERM])
    func saysWhichGroupIsMissing(_ code: CInt) {
        let error = ControlClientError.connecting(to: "/run/s", IOError(errnoCode: code, reason: "connect"))
        #expect(error.description.hasPrefix("no permission to open /run/s: add the user to the group"))
    }

    @Test func saysThatThePathIsTooLong() async {
        let sentence = await self.connectionError("/tmp/" + String(repeating: "x", count: 200))
        #expect(sentence.hasSuffix("the kernel takes at most 107"))
    }

    @Test func throwsTheErrorOfTheService() async throws {
        let busy: DeskServer.Program = { server, call in
            server.fail(call.id, error: "org.example.desk.Busy", parameters: ["until": 5])
        }
        try await DeskServer.serve(busy) { desk in
            let client = try await desk.client()
            let error = await #expect(throws: ControlClientError.self) {
                try await client.call("org.example.desk.Ask")
            }
            guard case .refused("org.example.desk.Ask", let refusal) = error else {
                Issue.record("expected a refusal")
                return
            }
            #expect(refusal == ServiceError("org.example.desk.Busy", ["until": 5]))
            #expect(error?.description == #"org.example.desk.Ask: org.example.desk.Busy {"until":5}"#)
        }
    }

    @Test func endsAStreamWithTheErrorOfTheService() async throws {
        let program: DeskServer.Program = { server, call in
            server.reply(call.id, ["word": "one"], continues: true)
            server.fail(call.id, .permissionDenied)
        }
        try await DeskServer.serve(program) { desk in
            var words: [JSONValue] = []
            let error = await #expect(throws: ControlClientError.self) {
                for try await reply in try await desk.client().stream("org.example.desk.Listen") {
                    words.append(reply)
                }
            }
            #expect(words == [["word": "one"]])
            #expect(error?.description == "org.example.desk.Listen: org.varlink.service.PermissionDenied")
        }
    }

    @Test func closesTheConnectionWhenAStreamIsLeft() async throws {
        let program: DeskServer.Program = { server, call in
            server.reply(call.id, ["word": "one"], continues: true)
        }
        try await DeskServer.serve(program) { desk in
            let client = try await desk.client()
            for try await _ in client.stream("org.example.desk.Listen") { break }
            guard case .gone = try await desk.notice() else {
                Issue.record("expected gone")
                return
            }
        }
    }

    @Test func failsAStreamThatIsNotRead() async throws {
        let program: DeskServer.Program = { server, call in
            for _ in 0...ControlLimits.maximumStreamReplies {
                server.reply(call.id, ["word": "w"], continues: true)
            }
        }
        try await DeskServer.serve(program) { desk in
            let client = try await desk.client()
            let stream = client.stream("org.example.desk.Listen")
            // The client gives up, so the server sees it leave; only then the reader starts.
            guard case .gone = try await desk.notice() else {
                Issue.record("expected gone")
                return
            }
            var count = 0
            let error = await #expect(throws: ControlClientError.self) {
                for try await _ in stream { count += 1 }
            }
            #expect(count == ControlLimits.maximumStreamReplies)
            #expect(error?.description.hasPrefix("more than \(count) events wait") == true)
        }
    }

    @Test func closesTheConnectionWhenATaskIsCancelled() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let never: DeskServer.Program = { _, _ in arrived.continuation.yield() }
        try await DeskServer.serve(never) { desk in
            let client = try await desk.client()
            let call = Task { try await client.call("org.example.desk.Ask") }
            var iterator = arrived.stream.makeAsyncIterator()
            await iterator.next()
            call.cancel()
            await #expect(throws: ControlClientError.self) { try await call.value }
            guard case .gone = try await desk.notice() else {
                Issue.record("expected gone")
                return
            }
            // A connection that has ended refuses at once.
            await #expect(throws: ControlClientError.self) { try await client.call("org.example.desk.Ask") }
        }
    }

    @Test func endsACallWhenTheServerStops() async throws {
        try await DeskServer.inFolder { folder in
            let stopping: DeskServer.Program = { server, _ in Task { await server.stop() } }
            let desk = try DeskServer(path: folder + "/s", stopping)
            try await desk.server.start()
            let client = try await desk.client()
            let error = await #expect(throws: ControlClientError.self) {
                try await client.call("org.example.desk.Ask")
            }
            #expect(error?.description.hasPrefix("the connection ended before the answer") == true)
        }
    }
}
