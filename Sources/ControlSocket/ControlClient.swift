package import NIOCore
import NIOPosix

/// A client of a Varlink service on a Unix socket.
///
/// Calls are answered in their order. A stream has the connection for itself until it ends: use a client for each.
package final class ControlClient: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ClientHandler>

    private init(_ handler: NIOLoopBound<ClientHandler>, _ channel: any Channel) {
        self.handler = handler
        self.channel = channel
    }

    deinit {
        self.channel.close(promise: nil)
    }

    /// Connects to the service that listens at `path`.
    package static func connect(
        path: String,
        group: any EventLoopGroup
    ) async throws(ControlClientError) -> ControlClient {
        guard path.utf8.count <= ControlLimits.maximumPathOctets else {
            throw .pathTooLong(path: path, limit: ControlLimits.maximumPathOctets)
        }
        let bootstrap = ClientBootstrap(group: group).connectTimeout(TimeAmount(ControlLimits.connectWait))
        do {
            return try await bootstrap.connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ClientHandler()
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return ControlClient(NIOLoopBound(handler, eventLoop: channel.eventLoop), channel)
                }
            }
        } catch {
            throw .connecting(to: path, error)
        }
    }

    /// Calls a method and waits for its one reply, at most `ControlLimits.answerWait`.
    ///
    /// A cancelled task, and a call without an answer in time, close the connection.
    package func call(_ method: String, _ parameters: JSONValue = [:]) async throws(ControlClientError) -> JSONValue {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.channel.eventLoop.execute {
                    self.handler.value.send(method, parameters, to: .call { continuation.resume(returning: $0) })
                }
            }
        } onCancel: {
            self.channel.close(promise: nil)
        }
        return try result.get()
    }

    /// Calls a method with `more` and yields its replies; errors are `ControlClientError`.
    ///
    /// Varlink cannot take a call back: a stream that is left early closes the connection.
    package func stream(
        _ method: String,
        _ parameters: JSONValue = [:]
    ) -> AsyncThrowingStream<JSONValue, any Error> {
        let limit = ControlLimits.maximumStreamReplies
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(limit)) { continuation in
            continuation.onTermination = { reason in
                // Held here, the client lives as long as its stream.
                if case .cancelled = reason { self.channel.close(promise: nil) }
            }
            self.channel.eventLoop.execute {
                self.handler.value.send(method, parameters, to: .stream(continuation))
            }
        }
    }

    /// Closes the connection; calls that wait end with `ControlClientError.closed`.
    package func close() async {
        // A connection that has ended already is what was asked for.
        try? await self.channel.close().get()
    }
}
