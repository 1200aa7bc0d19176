import NIOCore
import NIOPosix
import Synchronization

/// A second center that sends requests without end, as fast as the vehicle reads them, and reads the answers.
final class Flooder: Sendable {
    /// Different requests that are sent over and over, so that none is a repetition of one the vehicle still remembers:
    /// more than it takes up in a second.
    private static let requests = 8_192

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let counter = Counter()

    /// Octets written and read, from any thread.
    private final class Counter: Sendable {
        let written = Atomic(0)
        let read = Atomic(0)
    }

    /// Octets that were written, those included that wait in a buffer of either end, and octets of answers that came
    /// back.
    var octets: (written: Int, read: Int) {
        (self.counter.written.load(ordering: .relaxed), self.counter.read.load(ordering: .relaxed))
    }

    /// Listens on loopback, floods whoever connects, and returns the port it got.
    func listen() async throws -> UInt16 {
        let flood = ByteBuffer(string: Self.flood())
        let counter = self.counter
        let channel = try await ServerBootstrap(group: self.group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(flood, counter))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return UInt16(channel.localAddress?.port ?? 0)
    }

    func stop() async throws {
        try await self.group.shutdownGracefully()
    }

    private static func flood() -> String {
        (0..<self.requests)
            .map { number in
                """
                OPTIONS sip:vehicle@car.invalid SIP/2.0\r
                Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK\(number);rport\r
                Max-Forwards: 70\r
                From: <sip:flood@peer.invalid>;tag=\(number)\r
                To: <sip:vehicle@car.invalid>\r
                Call-ID: \(number)@peer.invalid\r
                CSeq: 1 OPTIONS\r
                Accept: application/sdp\r
                Content-Length: 0\r
                \r

                """
            }
            .joined()
    }

    /// Writes while the socket takes octets.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        /// Octets written at once.
        private static let portion = 16_384

        private let flood: ByteBuffer
        private let counter: Counter
        private var rest: ByteBuffer
        private var isWriting = false

        init(_ flood: ByteBuffer, _ counter: Counter) {
            self.flood = flood
            self.counter = counter
            self.rest = flood
        }

        func channelActive(context: ChannelHandlerContext) { self.write(context) }

        func channelWritabilityChanged(context: ChannelHandlerContext) { self.write(context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.counter.read.add(self.unwrapInboundIn(data).readableBytes, ordering: .relaxed)
        }

        private func write(_ context: ChannelHandlerContext) {
            guard !self.isWriting else { return }
            self.isWriting = true
            defer { self.isWriting = false }
            while context.channel.isActive, context.channel.isWritable {
                if self.rest.readableBytes == 0 { self.rest = self.flood }
                let count = min(Self.portion, self.rest.readableBytes)
                guard let portion = self.rest.readSlice(length: count) else { return }
                self.counter.written.add(count, ordering: .relaxed)
                context.writeAndFlush(self.wrapOutboundOut(portion), promise: nil)
            }
        }
    }
}
