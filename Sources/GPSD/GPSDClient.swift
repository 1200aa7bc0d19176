package import NIOCore
package import Timeline

/// A client of gpsd: connects, watches, tells what is reported, and connects again whenever the connection ends.
///
/// It runs from `start` to `stop`, whether anybody holds it or not.
/// Whether the receiver has been silent for too long is for its owner to say, who sees each report's instant.
package final class GPSDClient: Sendable {
    /// The port that is registered for gpsd.
    package static let defaultPort = 2_947

    private let eventLoop: any EventLoop
    private let session: NIOLoopBoundBox<GPSDSession>

    /// Makes a client on one loop of `group` that does nothing until `start`.
    ///
    /// `now` reads the boot clock. `deliver` runs on that loop: it puts the event into a queue and returns.
    package init(
        host: String,
        port: Int = GPSDClient.defaultPort,
        group: any EventLoopGroup,
        limits: GPSDLimits = GPSDLimits(),
        now: @escaping @Sendable () -> Instant,
        deliver: @escaping @Sendable (GPSDEvent) -> Void
    ) {
        let eventLoop = group.any()
        self.eventLoop = eventLoop
        self.session = .makeBoxSendingValue(
            GPSDSession(host: host, port: port, eventLoop: eventLoop, limits: limits, now: now, deliver: deliver),
            eventLoop: eventLoop
        )
    }

    /// Begins to connect and returns; a second time, or after `stop`, it changes nothing.
    package func start() {
        let session = self.session
        self.eventLoop.execute { session.value.start() }
    }

    /// Closes the connection for good; when it returns, nothing more is delivered.
    package func stop() async {
        let session = self.session
        do {
            try await self.eventLoop.submit { session.value.stop() }.get()
        } catch {
            // A loop that has shut down delivers nothing either.
        }
    }
}
