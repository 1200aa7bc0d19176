package import ControlSocket
internal import GPIO
package import Logging
internal import NIOCore
internal import NIOPosix
internal import Net
internal import Store
internal import Supervision
internal import Synchronization

/// One in-vehicle system: its edges, and the one loop between them.
package final class VehicleRig: Sendable {
    /// Events that may wait for the loop: a second of a line that floods with 4 kHz of noise.
    package static let mailboxCapacity = 4_096

    private let configuration: VehicleConfiguration
    private let group: MultiThreadedEventLoopGroup
    private let ports: VehicleBody.Ports
    private let loop: LateLoop

    /// The loop, once it is there: the edges are made first and know it only then.
    private final class LateLoop: Sendable {
        private let loop = Mutex<Loop<VehicleBody>?>(nil)

        func set(_ loop: Loop<VehicleBody>?) { self.loop.withLock { $0 = loop } }

        func post(_ input: VehicleInput) { self.loop.withLock { $0 }?.post(input) }
    }

    /// Makes the edges; nothing happens before `start`.
    ///
    /// A store that cannot be opened is a fault of the rig and no reason to throw; lines that do not fit together are.
    package init(_ configuration: VehicleConfiguration, log: Logger) throws {
        let loop = LateLoop()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let lines = try SimulatedLines(configuration.lineSpecifications, now: { MonotonicClock.now() }) {
            delay,
            action in
            _ = eventLoop.scheduleTask(in: TimeAmount(delay), action)
        }
        let transport = SIPTransport(group: group) { loop.post(.net($0)) }
        let server = ControlServer(
            path: configuration.socketPath,
            mode: 0o660,
            service: ServiceDescription(
                vendor: "ecall",
                product: "ecalld",
                version: Product.version,
                url: "https://example.invalid/ecall"
            ),
            interfaces: [try Interface(text: ControlInterface.text)],
            group: group
        ) { loop.post(.control($0)) }
        let opened = Result { () throws(StoreError) in try VehicleStore(path: configuration.storePath) }
        var store: VehicleStore?
        var failure = StoreError.closed
        switch opened {
        case .success(let open):
            store = open
            if let recovery = open.recovery { log.error("the record was damaged: \(recovery)") }
        case .failure(let error): failure = error
        }
        self.configuration = configuration
        self.group = group
        self.loop = loop
        self.ports = VehicleBody.Ports(
            lines: lines,
            transport: transport,
            server: server,
            store: store,
            storeFailure: failure,
            log: log
        )
    }

    /// Starts the loop, opens the socket, reads what an earlier run left open, and starts the lines.
    package func start() async throws(ControlSocketError) {
        let (configuration, ports, late) = (self.configuration, self.ports, self.loop)
        let unlockFile = UnlockFile(path: configuration.gate.unlockFile)
        let boot = self.boot()
        let loop = Loop<VehicleBody>(on: self.group.next(), capacity: Self.mailboxCapacity) { _ in
            let vehicle = IVS(
                configuration: configuration,
                boot: boot,
                random: SystemRandomNumberGenerator(),
                isGateUnlocked: unlockFile.isUnlocked
            )
            return VehicleBody(vehicle, ports, post: late.post)
        }
        self.loop.set(loop)
        try await ports.server.start()
        loop.post(.started(unfinished: self.unfinished()))
        ports.lines.start { loop.post(.line($0)) }
    }

    /// Closes everything and writes what waits; the call machine does not clear down a call by it.
    package func stop() async {
        await self.ports.server.stop()
        await self.ports.transport.shutDown()
        self.loop.set(nil)
        self.ports.store?.close()
        do {
            try await self.group.shutdownGracefully()
        } catch {
            self.ports.log.warning("the event loop did not stop: \(error)")
        }
    }

    /// The name of this boot; without it no time of an earlier run can be compared, which is the safe side.
    private func boot() -> String {
        do {
            return try BootID.current.description
        } catch {
            self.ports.log.error("the boot has no name: \(error)")
            return "unknown"
        }
    }

    private func unfinished() -> [StoredIncident] {
        do {
            return try self.ports.store?.unfinishedIncidents() ?? []
        } catch {
            self.ports.log.error("unfinished incidents cannot be read: \(error)")
            return []
        }
    }
}
