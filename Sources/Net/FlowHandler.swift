internal import NIOCore
internal import SIP

/// The end of a connection's pipeline: reports what happens on it to the table that holds the flow.
///
/// Confined to the table's event loop.
final class FlowHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let flow: Flow
    private let table: FlowTable
    /// The first thing that went wrong, kept until the channel is really gone.
    private var failure: (operation: NetFailure.Operation, cause: NetFailure.Cause)?
    /// The peer in writing, once the connection has been reported.
    private var remote: String?

    init(flow: Flow, table: FlowTable) {
        self.flow = flow
        self.table = table
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        // A peer that has reset the connection by now leaves no address behind.
        guard let local = FlowAddress(channel.localAddress), let remote = FlowAddress(channel.remoteAddress) else {
            return channel.close(promise: nil)
        }
        self.remote = remote.description
        self.table.stands(self.flow, on: channel, by: self, local: local, remote: remote)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = Self.unwrapInboundIn(data)
        self.table.received(Array(buffer.readableBytesView), over: self.flow)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.end(.read, NetFailure.cause(of: error), on: context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let (operation, cause) = self.failure ?? (.read, .closedByPeer)
        if let remote = self.remote {
            self.table.gone(self.flow, because: NetFailure(operation, cause, at: remote))
        } else {
            self.table.neverStood(self.flow, because: cause)
        }
    }

    /// Hands octets to the kernel at once; what it does not take waits.
    func send(_ bytes: [UInt8], on channel: any Channel) {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        // SwiftNIO tells why a write failed to its promise only, and does so before the channel becomes inactive.
        promise.futureResult.assumeIsolated().whenFailure { error in
            self.note(.write, NetFailure.cause(of: error))
        }
        channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: promise)
    }

    /// Closes the channel for a reason.
    func end(_ operation: NetFailure.Operation, _ cause: NetFailure.Cause, on channel: any Channel) {
        self.note(operation, cause)
        channel.close(promise: nil)
    }

    /// Keeps the first reason, which is the one that is reported.
    private func note(_ operation: NetFailure.Operation, _ cause: NetFailure.Cause) {
        if self.failure == nil { self.failure = (operation, cause) }
    }
}
