import NIOCore

/// Gives replies to the calls that wait for them, in their order; lives on the event loop.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Who takes the replies of one call.
    enum Reader {
        case call((Result<JSONValue, ControlClientError>) -> Void)
        case stream(AsyncThrowingStream<JSONValue, any Error>.Continuation)

        func finish(_ result: Result<JSONValue, ControlClientError>) {
            switch (self, result) {
            case (.call(let take), _):
                take(result)
            case (.stream(let continuation), .success(let last)):
                continuation.yield(last)
                continuation.finish()
            case (.stream(let continuation), .failure(let error)):
                continuation.finish(throwing: error)
            }
        }
    }

    private struct Pending {
        let method: String
        let reader: Reader
        let timer: Scheduled<Void>?
    }

    private var context: ChannelHandlerContext?
    private var received = MessageBuffer(maximumOctets: ControlLimits.maximumReplyOctets)
    private var pending: [Pending] = []
    private var end: ControlClientError?

    /// Sends a call; `reader` is finished exactly once, whatever happens.
    func send(_ method: String, _ parameters: JSONValue, to reader: Reader) {
        guard self.end == nil, let context = self.context else {
            reader.finish(.failure(self.end ?? .closed))
            return
        }
        let more: Bool
        let timer: Scheduled<Void>?
        switch reader {
        case .call:
            more = false
            timer = self.answerTimer(method, context)
        case .stream:
            more = true
            timer = nil
        }
        self.pending.append(Pending(method: method, reader: reader, timer: timer))
        let message = CallMessage(method: method, parameters: parameters, more: more).encoded()
        var buffer = context.channel.allocator.buffer(capacity: message.count + 1)
        buffer.writeBytes(message)
        buffer.writeInteger(UInt8(0))
        context.writeAndFlush(self.wrapOutboundOut(buffer), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received.append(self.unwrapInboundIn(data))
        while self.end == nil {
            switch self.received.next() {
            case .incomplete:
                return
            case .tooLong:
                self.fail(.malformedReply("it is longer than \(ControlLimits.maximumReplyOctets) octets"))
            case .message(let octets):
                self.take(octets)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.fail(.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.fail(.closed)
    }

    private func take(_ octets: ByteBufferView) {
        do throws(MalformedMessage) {
            let reply = try ReplyMessage(decoding: octets)
            guard let first = self.pending.first else {
                self.fail(.malformedReply("nothing was asked"))
                return
            }
            self.give(reply, to: first)
        } catch {
            self.fail(.malformedReply(error.why))
        }
    }

    private func give(_ reply: ReplyMessage, to first: Pending) {
        guard reply.continues else {
            self.pending.removeFirst()
            first.timer?.cancel()
            first.reader.finish(reply.result.mapError { .refused(method: first.method, $0) })
            return
        }
        guard case .stream(let continuation) = first.reader, case .success(let parameters) = reply.result else {
            self.fail(.malformedReply("it announces another one, and one was asked"))
            return
        }
        if case .dropped = continuation.yield(parameters) {
            self.fail(.readerTooSlow(limit: ControlLimits.maximumStreamReplies))
        }
    }

    private func answerTimer(_ method: String, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let wait = ControlLimits.answerWait
        return context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(wait)) {
            self.fail(.noAnswer(method: method, wait: wait))
        }
    }

    /// Ends the connection and all that wait on it; a late answer must not be taken for that of a later call.
    private func fail(_ error: ControlClientError) {
        guard self.end == nil else { return }
        self.end = error
        let waiting = self.pending
        self.pending = []
        for one in waiting {
            one.timer?.cancel()
            one.reader.finish(.failure(error))
        }
        self.context?.close(promise: nil)
    }
}
