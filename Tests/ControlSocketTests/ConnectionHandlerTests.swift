import NIOCore
import NIOEmbedded
import Testing

@testable import ControlSocket

/// The handler on a virtual clock.
@Suite struct ConnectionHandlerTests {
    /// Collects what the handler reports; used from the test's thread only.
    private final class Log {
        var calls: [ControlCall] = []
        var gone = 0
        var drops: [ControlDrop.Reason] = []
    }

    private func connect(_ log: Log) throws -> (EmbeddedChannel, ConnectionHandler) {
        let handler = ConnectionHandler(
            Conversation(ControlConnection(number: 1, peer: nil), catalog: try Desk.catalog()),
            deliver: { event in
                switch event {
                case .call(let call): log.calls.append(call)
                case .gone: log.gone += 1
                case .dropped: Issue.record("drops are reported apart")
                }
            },
            dropped: { log.drops.append($1) }
        )
        let channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/virtual")).wait()
        return (channel, handler)
    }

    @Test func dropsAHalfMessageWhenItsWaitIsOver() throws {
        let log = Log()
        let (channel, _) = try self.connect(log)
        let wait = TimeAmount(ControlLimits.halfMessageWait)
        try channel.writeInbound(Desk.octets(#"{"method":"#))
        channel.embeddedEventLoop.advanceTime(by: wait - .nanoseconds(1))
        #expect(log.drops.isEmpty)
        // Further octets do not renew the wait.
        try channel.writeInbound(Desk.octets(#""org"#))
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(log.drops == [.halfMessage(wait: ControlLimits.halfMessageWait)])
        #expect(!channel.isActive)
        #expect(log.gone == 0)
    }

    @Test func waitsForeverForTheNextCall() throws {
        let log = Log()
        let (channel, handler) = try self.connect(log)
        try channel.writeInbound(Desk.octets(#"{"method":"org.example.desk.Ask"}|"#))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        let call = try #require(log.calls.first)
        handler.answer(call.id, .success(["answer": "late"]), continues: false)
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(log.drops.isEmpty)
        #expect(channel.isActive)
    }

    @Test func givesOthersATurnAfterSomeCalls() throws {
        let log = Log()
        let (channel, _) = try self.connect(log)
        let count = ControlLimits.maximumCallsPerTurn * 2 + 1
        let calls = String(repeating: #"{"method":"org.varlink.service.GetInfo"}|"#, count: count)
        try channel.writeInbound(Desk.octets(calls))
        // Octets that come before the next turn do not bring it forward.
        try channel.writeInbound(Desk.octets(" "))
        #expect(try self.takeReplies(channel) == ControlLimits.maximumCallsPerTurn)
        channel.embeddedEventLoop.run()
        #expect(try self.takeReplies(channel) == ControlLimits.maximumCallsPerTurn + 1)
    }

    @Test func readsNoFurtherWhileCallsWaitForTheirTurn() throws {
        let log = Log()
        let (channel, _) = try self.connect(log)
        let counter = ReadCounter()
        try channel.pipeline.syncOperations.addHandler(counter, position: .first)
        let call = #"{"method":"org.varlink.service.GetInfo"}|"#
        let count = ControlLimits.maximumWaitingOctets / call.utf8.count + ControlLimits.maximumCallsPerTurn + 2
        try channel.writeInbound(Desk.octets(String(repeating: call, count: count)))
        channel.read()
        #expect(counter.reads == 0)
        channel.embeddedEventLoop.run()
        #expect(counter.reads == 1)
        #expect(try self.takeReplies(channel) == count)
    }

    @Test func takesNoCallWhileTheClientDoesNotRead() throws {
        let log = Log()
        let (channel, _) = try self.connect(log)
        channel.isWritable = false
        try channel.writeInbound(Desk.octets(#"{"method":"org.varlink.service.GetInfo"}|"#))
        #expect(try self.takeReplies(channel) == 0)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try self.takeReplies(channel) == 1)
    }

    @Test func reportsAClientThatLeavesAnUnansweredCall() throws {
        let log = Log()
        let (channel, handler) = try self.connect(log)
        try channel.writeInbound(Desk.octets(#"{"method":"org.example.desk.Listen","more":true}|"#))
        let call = try #require(log.calls.first)
        handler.answer(call.id, .success(["word": "one"]), continues: true)
        #expect(log.gone == 0)
        try channel.close().wait()
        #expect(log.gone == 1)
        handler.answer(call.id, .success(["word": "two"]), continues: true)
        #expect(log.gone == 1)
    }

    /// Counts the reads that reach the socket.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var reads = 0

        func read(context: ChannelHandlerContext) {
            self.reads += 1
            context.read()
        }
    }

    private func takeReplies(_ channel: EmbeddedChannel) throws -> Int {
        var count = 0
        while try channel.readOutbound(as: ByteBuffer.self) != nil { count += 1 }
        return count
    }
}
