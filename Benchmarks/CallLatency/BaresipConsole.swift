import NIOCore
import NIOPosix
import Supervision
import Timeline

/// The control connection of a running `baresip`, which takes JSON commands as netstrings (its module `ctrl_tcp`).
struct BaresipConsole {
    private let channel: any Channel

    init(port: Int, group: MultiThreadedEventLoopGroup) async throws {
        self.channel = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).get()
    }

    /// Tells it to dial and returns when: just before the command is handed to the kernel.
    func dial(_ address: String) async throws -> Instant {
        let command = #"{"command":"dial","params":"\#(address)"}"#
        let channel = self.channel
        return try await channel.eventLoop.submit {
            let octets = ByteBuffer(string: "\(command.utf8.count):\(command),")
            let now = MonotonicClock.now()
            channel.writeAndFlush(octets, promise: nil)
            return now
        }.get()
    }

    func close() async throws {
        try await self.channel.close()
    }
}
