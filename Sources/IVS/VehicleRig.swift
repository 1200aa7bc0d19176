package import ControlSocket
package import GPIO
package import Logging
internal import CallControl
internal import Dispatch
internal import GPSD
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
internal import Net
internal import Store
package import Supervision

/// One in-vehicle system: its edges, and the one loop between them.
package final class VehicleRig: Sendable {
    /// Events that may wait for the loop: a second of a line that floods with 4 kHz of noise.
    package static let mailboxCapacity = 4_096

    /// Octets, counted behind TLS, that a center may send in a second: forty times what a call needs, and a small part
    /// of what keeps the loop busy, so that a center that floods delays a trigger by milliseconds only.
    package static let octetsPerSecond = 131_072

    /// The name under which the meaning of the inputs is kept.
    private static let inputsName = "inputs"

    private let configuration: VehicleConfiguration
    private let group: MultiThreadedEventLoopGroup
    private let ports: VehicleBody.Ports
    private let loop: LateLoop<VehicleBody>
    /// The client of gpsd; `nil` where there is no receiver.
    private let receiver: GPSDClient?
    /// Ends when nothing more is to be said to the centers.
    private let departure: AsyncStream<Void>

    /// The lines of a simulated rig, for a program that moves them itself instead of asking over the socket.
    package var simulatedLines: SimulatedLines? { self.ports.simulatedLines }

    /// Makes the edges; nothing happens before `start`.
    ///
    /// Throws when the lines do not fit together.
    package init(
        _ configuration: VehicleConfiguration,
        log: Logger,
        notifier: ServiceNotifier = ServiceNotifier(environment: [:], pid: 0)
    ) throws {
        let loop = LateLoop<VehicleBody>()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        if configuration.isSimulated { notifier.forgetInherited() }
        let simulated = configuration.isSimulated ? try Self.simulatedLines(configuration, group.next()) : nil
        var limits = NetLimits()
        limits.octetsPerSecond = Self.octetsPerSecond
        let transport = SIPTransport(group: group, limits: limits) { loop.post(.net($0)) }
        let server = try Self.server(configuration.socketPath, .change, group) { loop.post(.control($0)) }
        var sideServers: [ControlCircle: ControlServer] = [:]
        let sidePaths = [(ControlCircle.view, configuration.viewSocketPath), (.bus, configuration.busSocketPath)]
        for case (let circle, let path?) in sidePaths {
            sideServers[circle] = try Self.server(path, circle, group) { loop.post(.control($0)) }
        }
        let (departure, departed) = AsyncStream.makeStream(of: Void.self)
        self.departure = departure
        self.receiver = configuration.receiver.map { settings in
            GPSDClient(host: settings.host, port: settings.port, group: group, now: { MonotonicClock.now() }) {
                loop.post(.receiver($0))
            }
        }
        self.configuration = configuration
        self.group = group
        self.loop = loop
        self.ports = VehicleBody.Ports(
            lines: try simulated ?? Self.kernelLines(configuration, notifier),
            simulatedLines: simulated,
            notifier: notifier,
            keptInputs: configuration.isSimulated ? nil : KeptText(named: Self.inputsName, by: notifier),
            transport: transport,
            protection: CenterProtection(configuration),
            server: server,
            sideServers: sideServers,
            store: LateStore(),
            sensor: CrashSensor(configuration.crash, now: { MonotonicClock.now() }) { delay, action in
                _ = group.next().scheduleTask(in: TimeAmount(delay), action)
            } post: {
                loop.post(.sensor($0))
            },
            recorder: FlightFile(besides: configuration.storePath),
            lookAtHost: HostLooks(configuration) { loop.post($0) }.look,
            log: log,
            departure: departed
        )
    }

    /// The group of a socket's file; `nil` for the daemon's own.
    private static func owners(of circle: ControlCircle) -> String? {
        switch circle {
        case .change: nil
        case .view: "ecall-view"
        case .bus: "ecall-bus"
        }
    }

    /// Where the connections of a socket are counted from: each has more room than there can be connections.
    private static func firstConnection(of circle: ControlCircle) -> UInt64 {
        switch circle {
        case .change: 0
        case .view: 1 << 32
        case .bus: 1 << 33
        }
    }

    /// Whose socket a connection came to, by its number.
    static func circle(ofConnection number: UInt64) -> ControlCircle? {
        [.bus, .view, .change].first { number > Self.firstConnection(of: $0) }
    }

    private static func server(
        _ path: String,
        _ circle: ControlCircle,
        _ group: MultiThreadedEventLoopGroup,
        deliver: @escaping @Sendable (ControlEvent) -> Void
    ) throws -> ControlServer {
        ControlServer(
            path: path,
            mode: 0o660,
            owners: Self.owners(of: circle),
            circle: circle,
            firstNumber: Self.firstConnection(of: circle),
            service: ServiceDescription(
                vendor: "ecall",
                product: "ecalld",
                version: Product.version,
                url: "https://example.invalid/ecall"
            ),
            interfaces: [try Interface(text: ControlInterface.text)],
            group: group,
            deliver: deliver
        )
    }

    private static func simulatedLines(
        _ configuration: VehicleConfiguration,
        _ eventLoop: any EventLoop
    ) throws(LineError) -> SimulatedLines {
        try SimulatedLines(configuration.lineSpecifications, now: { MonotonicClock.now() }) { delay, action in
            _ = eventLoop.scheduleTask(in: TimeAmount(delay), action)
        }
    }

    private static func kernelLines(
        _ configuration: VehicleConfiguration,
        _ notifier: ServiceNotifier
    ) throws(LineError) -> KernelLines {
        let lamp = configuration.lines.lamp
        return try KernelLines(
            configuration.lineSpecifications,
            wiring: configuration.wiring,
            consumer: "ecalld",
            inherited: notifier.inherited.filter { $0.key != Self.inputsName },
            keep: { keeping in
                switch keeping {
                case .keep(let descriptor, let name): notifier.keep(descriptor, named: name)
                case .forget(let name): notifier.forget(name)
                }
            },
            whenBusy: { line in
                if line == lamp { LampHandover.ask() }
            },
            now: { MonotonicClock.now() }
        )
    }

    /// Starts the loop, the lines, the store and the socket.
    ///
    /// Lines come before everything that can fail or wait: neither a hung disk nor a missing socket folder keeps a
    /// call from going out. Throws only when another daemon already answers on the socket, which then has the lines.
    package func start() async throws(ControlSocketError) {
        let (configuration, ports, late) = (self.configuration, self.ports, self.loop)
        let boot = BootID.nameOrUnknown
        let earlier = InputMemory(text: ports.keptInputs?.earlier ?? "")
        let secrets = CenterSecrets(reading: configuration)
        let standings = ports.protection.look()
        let unlockFile = UnlockFile(path: configuration.gate.unlockFile, boot: boot)
        late.set(
            Loop<VehicleBody>(on: self.group.next(), capacity: Self.mailboxCapacity) { _ in
                let vehicle = IVS(
                    configuration: configuration,
                    boot: boot,
                    earlierInputs: earlier,
                    secrets: secrets,
                    random: SystemRandomNumberGenerator(),
                    agentRandom: SystemRandomNumberGenerator(),
                    isGateUnlocked: unlockFile.isUnlocked
                )
                let now = VehicleBody.moment(MonotonicClock.now())
                ports.recorder.begin(vehicle.flightHeader, since: vehicle.ledger.stamp(now))
                return VehicleBody(vehicle, ports, post: late.post)
            }
        )
        late.post(.started)
        for standing in standings { late.post(.protection(standing)) }
        self.lookAtFiles()
        self.lookAtPower()
        self.lookAtHost()
        self.feedWatchdog()
        ports.lines.start { late.post(.line($0)) }
        ports.store.open(path: configuration.storePath) { result in
            switch result {
            case .success(let left):
                let recovery = left.recovery?.description
                late.post(
                    .storeOpened(
                        unfinished: left.unfinished,
                        ended: left.ended,
                        recovery: recovery,
                        lastTest: left.lastTest,
                        troubles: left.troubles,
                        runs: left.runs
                    )
                )
            case .failure(let error):
                late.post(.storeFailed(error))
            }
        }
        self.startSensor()
        self.receiver?.start()
        self.noteLamp()
        do {
            try await ports.server.start()
            for server in ports.sideServers.values { try await server.start() }
            late.post(.controlSocketOpened)
        } catch {
            if case .inUse = error { throw error }
            late.post(.controlSocketFailed(error.description))
        }
    }

    /// Starts the accelerometer; a recording is read from disk, which may wait.
    private func startSensor() {
        let sensor = self.ports.sensor
        NIOThreadPool.singleton.submit { _ in sensor.start() }
    }

    /// Notes where the lamp is, for the program that lights it when this one is dead.
    private func noteLamp() {
        guard let note = LampNote(self.configuration) else { return }
        let path = LampNote.defaultPath
        let log = self.ports.log
        NIOThreadPool.singleton.submit { _ in
            do { try note.write(to: path) } catch { log.warning("\(path) is not written: \(error)") }
        }
    }

    /// Reads files of TLS that cannot be used again and again, until they can be.
    private func lookAtFiles() {
        let (late, protection) = (self.loop, self.ports.protection)
        guard protection.isNeeded else { return }
        let period = TimeAmount(CenterProtection.period)
        self.group.next().scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
            protection.look { late.post(.protection($0)) }
        }
    }

    /// Reads the power supplies from time to time, on a queue of their own: a driver that hangs holds up nothing else.
    private func lookAtPower() {
        guard let settings = self.configuration.power, settings.battery ?? settings.mains != nil else { return }
        let late = self.loop
        let queue = DispatchQueue(label: "power supplies")
        let isReading = NIOLockedValueBox(false)
        let period = TimeAmount(PowerSettings.period)
        self.group.next().scheduleRepeatedTask(initialDelay: .zero, delay: period) { _ in
            let begins = isReading.withLockedValue { isReading in
                defer { isReading = true }
                return !isReading
            }
            guard begins else { return late.post(.power(PowerSettings.hung)) }
            queue.async {
                let reading = settings.read()
                isReading.withLockedValue { $0 = false }
                late.post(.power(reading))
            }
        }
    }

    /// Looks at the machine from time to time.
    private func lookAtHost() {
        let look = self.ports.lookAtHost
        let period = TimeAmount(self.configuration.selfTest.interval)
        self.group.next().scheduleRepeatedTask(initialDelay: .zero, delay: period) { _ in look() }
    }

    /// Asks the loop for a sign of life three times in each time that the service manager allows.
    private func feedWatchdog() {
        guard let timeout = self.ports.notifier.watchdogTimeout else { return }
        let late = self.loop
        self.group.next().scheduleRepeatedTask(initialDelay: .zero, delay: TimeAmount(timeout / 3)) { _ in
            late.post(.heartbeat)
        }
    }

    /// How long the loop may take to answer, whatever hangs.
    private static let maximumDeparture = TimeAmount.seconds(3)

    /// Lets the vehicle remove its registrations, and put on record that it ends in order.
    private func leaveCenters() async {
        let departed = self.ports.departure
        self.loop.post(.stopping)
        let deadline = self.group.next().scheduleTask(in: Self.maximumDeparture) { departed.finish() }
        for await _ in self.departure {}
        deadline.cancel()
    }

    /// Closes everything and writes what waits; the call machine does not clear down a call by it.
    package func stop() async {
        self.ports.notifier.stopping()
        await self.leaveCenters()
        // First of all that closes: what closes now is our own doing, and nothing is to be dialled for it.
        self.loop.stop()
        self.ports.sensor.stop()
        await self.receiver?.stop()
        await self.ports.lines.stop()
        await self.ports.server.stop()
        for server in self.ports.sideServers.values { await server.stop() }
        await self.ports.transport.shutDown()
        self.ports.store.close()
        self.ports.recorder.flush()
        // Nobody heard of what was written last, and the next run is not to call for what is on record.
        self.ports.keptInputs?.change { InputMemory(text: $0).recorded.text }
        do {
            try await self.group.shutdownGracefully()
        } catch {
            self.ports.log.warning("the event loop did not stop: \(error)")
        }
    }
}
