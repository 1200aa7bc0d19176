import NIOCore
import NIOPosix
import Synchronization

/// What answers at gpsd's port and says nothing that gpsd would: so many lines a second, spread over each second.
final class GarbageReceiver: Sendable {
    /// Lines that are a problem each, as a receiver, or whatever is behind a serial line, may send when it is broken.
    private static let problems = [
        #"{"class":"TPV","mode":3,"lat":91.0,"lon":200.0,"time":"2026-13-41T25:61:61Z"}"#,
        #"{"class":"TPV","mode":3,"lat":NaN,"lon":1e999,"speed":-1}"#, #"{"class":"TPV","mode":3,"la"#,
        "$GPRMC,,V,,,,,,,,,,N*53", "\u{FFFD}\u{7F}\u{1}garbage", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ]
    /// One that has to be read and tells nothing, which is nine of ten: more problems of a second end a connection.
    private static let other = #"{"class":"NONSENSE","device":"/dev/ttyAMA0","values":[1,2,3,4.5,null,true,"x"]}"#
    private static let portionsPerSecond = 100

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let linesPerPortion: Int
    private let counter = Counter()

    private final class Counter: Sendable {
        let lines = Atomic(0)
    }

    init(linesPerSecond: Int) {
        self.linesPerPortion = max(0, linesPerSecond / Self.portionsPerSecond)
    }

    /// Lines that were written so far, from any thread.
    var lines: Int { self.counter.lines.load(ordering: .relaxed) }

    /// Listens on loopback and returns the port it got.
    func listen() async throws -> UInt16 {
        let count = self.linesPerPortion
        let portion = (0..<count).map { number in
            let isProblem = number % 10 == 9
            return (isProblem ? Self.problems[number / 10 % Self.problems.count] : Self.other) + "\n"
        }.joined()
        let buffer = ByteBuffer(string: portion)
        let counter = self.counter
        let channel = try await ServerBootstrap(group: self.group)
            .childChannelInitializer { channel in
                channel.eventLoop.scheduleRepeatedTask(
                    initialDelay: .zero,
                    delay: .milliseconds(1_000 / Int64(Self.portionsPerSecond))
                ) { task in
                    guard channel.isActive else { return task.cancel() }
                    guard channel.isWritable, count > 0 else { return }
                    counter.lines.add(count, ordering: .relaxed)
                    channel.writeAndFlush(buffer, promise: nil)
                }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return UInt16(channel.localAddress?.port ?? 0)
    }

    func stop() async throws {
        try await self.group.shutdownGracefully()
    }
}
