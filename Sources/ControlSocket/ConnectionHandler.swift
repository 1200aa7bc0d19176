import NIOCore

/// Moves one connection's octets between its socket and its `Conversation`; lives on the event loop.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var conversation: Conversation
    private let deliver: (ControlEvent) -> Void
    private let dropped: (ControlConnection, ControlDrop.Reason) -> Void
    private var context: ChannelHandlerContext?
    private var halfMessageTimer: Scheduled<Void>?
    /// Octets handed to the channel that the kernel has not taken.
    private var outgoing = 0
    private var isReadHeld = false
    private var isTurnPlanned = false

    /// A handler for a connection that has just been accepted.
    ///
    /// `deliver` gets the calls and the leaving, `dropped` gets the reason before the connection is closed.
    init(
        _ conversation: Conversation,
        deliver: @escaping (ControlEvent) -> Void,
        dropped: @escaping (ControlConnection, ControlDrop.Reason) -> Void
    ) {
        self.conversation = conversation
        self.deliver = deliver
        self.dropped = dropped
    }

    /// Sends an answer of the application; nothing happens when the client has left.
    func answer(_ id: ControlCall.ID, _ result: Result<JSONValue, ServiceError>, continues: Bool) {
        guard let context = self.context else { return }
        if let message = self.conversation.answer(id, result, continues: continues) {
            self.send(message, context)
        }
        self.takeCalls()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.conversation.receive(self.unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.takeCalls()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if self.conversation.wantsOctets {
            context.read()
        } else {
            self.isReadHeld = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.takeCalls()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.halfMessageTimer?.cancel()
        self.halfMessageTimer = nil
        if self.conversation.end() {
            self.deliver(.gone(self.conversation.connection))
        }
        context.fireChannelInactive()
    }

    /// A broken connection is a client that left; `channelInactive` follows.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Takes calls until none is complete, one is unanswered, the client does not read, or the turn is over.
    private func takeCalls() {
        guard !self.isTurnPlanned else { return }
        var taken = 0
        while let context = self.context, context.channel.isActive, context.channel.isWritable {
            guard taken < ControlLimits.maximumCallsPerTurn else {
                self.planTurn(context)
                break
            }
            taken += 1
            guard self.perform(self.conversation.nextStep(), context) else { break }
        }
        self.watchHalfMessage()
        self.resumeReading()
    }

    /// Does one step; false when no further one can follow now.
    private func perform(_ step: Conversation.Step, _ context: ChannelHandlerContext) -> Bool {
        switch step {
        case .wait:
            return false
        case .deliver(let call):
            self.deliver(.call(call))
            return false
        case .send(let message):
            self.send(message, context)
            return true
        case .pass:
            return true
        case .drop(let reason):
            self.drop(reason, context)
            return false
        }
    }

    private func send(_ message: [UInt8], _ context: ChannelHandlerContext) {
        let octets = message.count + 1
        guard self.outgoing + octets <= ControlLimits.maximumOutgoingOctets else {
            self.drop(.slowReader(limit: ControlLimits.maximumOutgoingOctets), context)
            return
        }
        var buffer = context.channel.allocator.buffer(capacity: octets)
        buffer.writeBytes(message)
        buffer.writeInteger(UInt8(0))
        self.outgoing += octets
        context.writeAndFlush(self.wrapOutboundOut(buffer)).assumeIsolated().whenComplete { _ in
            self.outgoing -= octets
        }
    }

    private func drop(_ reason: ControlDrop.Reason, _ context: ChannelHandlerContext) {
        self.dropped(self.conversation.connection, reason)
        context.close(promise: nil)
    }

    /// Goes on with this connection after the others had their turn.
    private func planTurn(_ context: ChannelHandlerContext) {
        self.isTurnPlanned = true
        context.eventLoop.assumeIsolated().execute {
            self.isTurnPlanned = false
            self.takeCalls()
        }
    }

    /// The wait counts from the first octet and is not renewed by further ones, only by a whole call.
    private func watchHalfMessage() {
        guard self.conversation.isHalfReceived, !self.isTurnPlanned, let context = self.context,
            context.channel.isActive
        else {
            self.halfMessageTimer?.cancel()
            self.halfMessageTimer = nil
            return
        }
        guard self.halfMessageTimer == nil else { return }
        let wait = ControlLimits.halfMessageWait
        self.halfMessageTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(wait)) {
            self.halfMessageTimer = nil
            guard self.conversation.isHalfReceived else { return }
            self.drop(.halfMessage(wait: wait), context)
        }
    }

    private func resumeReading() {
        guard self.isReadHeld, self.conversation.wantsOctets, let context = self.context else { return }
        self.isReadHeld = false
        context.read()
    }
}
