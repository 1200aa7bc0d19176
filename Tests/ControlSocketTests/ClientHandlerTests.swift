import NIOCore
import NIOEmbedded
import Testing

@testable import ControlSocket

/// The client's handler on a virtual clock, against replies that no good service sends.
@Suite struct ClientHandlerTests {
    private func connect() throws -> (EmbeddedChannel, ClientHandler) {
        let handler = ClientHandler()
        let channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/virtual")).wait()
        return (channel, handler)
    }

    /// Sends one call, lets `act` play the service, and returns how the call ended.
    private func call(_ act: (EmbeddedChannel) throws -> Void) throws -> Result<JSONValue, ControlClientError> {
        let (channel, handler) = try self.connect()
        var results: [Result<JSONValue, ControlClientError>] = []
        handler.send("a.b.C", [:], to: .call { results.append($0) })
        #expect(try channel.readOutbound(as: ByteBuffer.self) == Desk.octets(#"{"method":"a.b.C","parameters":{}}|"#))
        try act(channel)
        #expect(results.count == 1)
        return try #require(results.first)
    }

    private func sentence(_ result: Result<JSONValue, ControlClientError>) -> String {
        switch result {
        case .success(let value): "\(value)"
        case .failure(let error): error.description
        }
    }

    @Test(arguments: [
        ("no|", "what came is no reply: it is not a JSON text"),
        ("[]|", "what came is no reply: expected an object, found array"),
        (#"{"error":5}|"#, "what came is no reply: expected the member \"error\" to be a string"),
        (#"{"parameters":5}|"#, "what came is no reply: expected \"parameters\" to be an object, found int"),
        (#"{"continues":1}|"#, "what came is no reply: expected \"continues\" to be true or false, found int"),
        (#"{"continues":true}|"#, "what came is no reply: it announces another one, and one was asked"),
    ])
    func refusesWhatIsNoReply(_ reply: String, _ sentence: String) throws {
        let result = try self.call { channel in
            try channel.writeInbound(Desk.octets(reply))
            #expect(!channel.isActive)
        }
        #expect(self.sentence(result).hasPrefix(sentence))
    }

    @Test func takesAReplyInPieces() throws {
        let result = try self.call { channel in
            for octet in Desk.octets(#"{"parameters":{"x":1}}|"#).readableBytesView {
                try channel.writeInbound(ByteBuffer(bytes: [octet]))
            }
            #expect(channel.isActive)
        }
        #expect(try result.get() == ["x": 1])
    }

    @Test func refusesAReplyWithoutEnd() throws {
        let result = try self.call { channel in
            try channel.writeInbound(ByteBuffer(repeating: 0x20, count: ControlLimits.maximumReplyOctets + 1))
        }
        #expect(self.sentence(result).contains("longer than"))
    }

    @Test func givesUpWhenNoAnswerComes() throws {
        let result = try self.call { channel in
            channel.embeddedEventLoop.advanceTime(by: TimeAmount(ControlLimits.answerWait))
            #expect(!channel.isActive)
        }
        #expect(self.sentence(result).hasPrefix("a.b.C: no answer within 10 s"))
    }

    @Test func staysConnectedAfterAnAnswer() throws {
        let result = try self.call { channel in
            try channel.writeInbound(Desk.octets("{}|"))
            channel.embeddedEventLoop.advanceTime(by: .hours(1))
            #expect(channel.isActive)
        }
        #expect(try result.get() == [:])
    }

    @Test func letsAStreamWait() throws {
        let (channel, handler) = try self.connect()
        let (_, continuation) = AsyncThrowingStream.makeStream(of: JSONValue.self)
        handler.send("a.b.C", [:], to: .stream(continuation))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }

    @Test func endsTheConnectionOnAReplyThatNobodyAskedFor() throws {
        let result = try self.call { channel in
            try channel.writeInbound(Desk.octets("{}|{}|"))
            #expect(!channel.isActive)
        }
        #expect(try result.get() == [:])
    }
}
