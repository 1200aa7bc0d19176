internal import NIOCore
private import NIOTLS
internal import SIP

/// The end of a connection's pipeline: reports what happens on it to the table that holds the flow.
///
/// Confined to the table's event loop.
final class FlowHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let flow: Flow
    private let table: FlowTable
    /// What is thought of the peer while the connection is being secured; `nil` on a plain connection.
    private var security: FlowSecurity?
    private var handshakeLimit: Scheduled<Void>?
    /// The judgement of the peer's certificates, while nobody knows what comes of it.
    private var judgement: Task<Void, Never>?
    /// The first thing that went wrong, kept until the channel is really gone.
    private var failure: (operation: NetFailure.Operation, cause: NetFailure.Cause)?
    /// Readings that were delivered and not handled yet.
    private var unhandled = 0
    /// Whether the next reading waits for one of them to be handled.
    private var isReadingHeld = false
    private var share = ReadingShare()
    /// Ends the time in which the peer has had its share.
    private var nextShare: Scheduled<Void>?
    /// The peer in writing, once the connection has been reported.
    private var remote: String?

    /// Ends the pipeline of a plain connection, or, with what is known beforehand of its security, of one over TLS.
    init(flow: Flow, table: FlowTable, security: FlowSecurity? = nil) {
        self.flow = flow
        self.table = table
        self.security = security
    }

    func channelActive(context: ChannelHandlerContext) {
        guard self.security != nil else { return self.stands(on: context.channel) }
        self.table.shakesHands(self.flow)
        let (limit, channel) = (self.table.limits.handshakeTimeout, context.channel)
        self.handshakeLimit = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) {
            self.end(.secure, .timedOut(after: limit), on: channel)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { self.stands(on: context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    /// The peer's certificates are being judged.
    func judging(_ judgement: Task<Void, Never>) {
        self.judgement = judgement
    }

    /// The peer's certificates have been judged, which ends the handshake or lets it go on.
    func judged(_ verdict: CertificateVerdict) {
        self.judgement = nil
        switch verdict {
        case .trusted: self.security = FlowSecurity(isVerified: true)
        case .trustedButForDate(let remark): self.security = FlowSecurity(.dated, remark: remark)
        case .refused(let refusal): self.note(.secure, .certificate(refusal))
        }
    }

    private func stands(on channel: any Channel) {
        self.handshakeLimit?.cancel()
        // A peer that has reset the connection by now leaves no address behind.
        guard let local = FlowAddress(channel.localAddress), let remote = FlowAddress(channel.remoteAddress) else {
            return channel.close(promise: nil)
        }
        self.remote = remote.description
        self.table.stands(self.flow, on: channel, by: self, security: self.security, local: local, remote: remote)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = Self.unwrapInboundIn(data)
        self.unhandled += 1
        self.share.took(buffer.readableBytes, at: .now())
        self.table.received(Array(buffer.readableBytesView), over: self.flow)
    }

    /// Leaves octets in the kernel while the peer sends faster than the loop handles or has had its share of the time,
    /// so that a flood of one peer waits at its own end and holds up nobody else.
    func read(context: ChannelHandlerContext) {
        self.isReadingHeld = self.unhandled >= NetLimits.unhandledReadings
        guard !self.isReadingHeld, self.nextShare == nil else { return }
        guard let pause = self.share.pause(beyond: self.table.limits.octetsPerSecond, at: .now()) else {
            return context.read()
        }
        let channel = context.channel
        self.nextShare = context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.nextShare = nil
            channel.read()
        }
    }

    /// One reading has been handled, or all of them.
    func handled(all: Bool = false, on channel: any Channel) {
        self.unhandled = all ? 0 : max(0, self.unhandled - 1)
        guard self.isReadingHeld, self.unhandled < NetLimits.unhandledReadings else { return }
        channel.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.end(self.remote == nil ? .secure : .read, NetFailure.cause(of: error), on: context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.handshakeLimit?.cancel()
        self.judgement?.cancel()
        self.nextShare?.cancel()
        let (operation, cause) = self.failure ?? (.read, .closedByPeer)
        if let remote = self.remote {
            self.table.gone(self.flow, because: NetFailure(operation, cause, at: remote))
        } else {
            let step: NetFailure.Operation = self.security == nil ? .connect : .secure
            self.table.neverStood(self.flow, at: step, because: cause)
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
