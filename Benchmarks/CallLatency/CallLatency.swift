import ArgumentParser
import Center
import Foundation
import GPIO
import IVS
import NIOCore
import NIOPosix
import Supervision
import Timeline

/// Times calls from what asks for them to the first octets of their INVITE at a listener on loopback.
@main
struct CallLatency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "CallLatency",
        abstract: "Times trigger to INVITE; prints a figure, its value and its unit on a line, with tabs between."
    )

    @Option(help: "The folder for the vehicle's record; its file system is part of what is measured.")
    var store: String?
    @Option(help: "Measure the baresip whose ctrl_tcp listens on this port instead of the vehicle.")
    var baresip: Int?
    @Option(help: "What the figures are called.") var name = "call"
    @Option(help: "How many calls are timed.") var calls = 1_000
    // A peer that leaves small segments to Nagle needs more than the 40 ms of a delayed acknowledgement.
    @Option(help: "Milliseconds of rest before each call.") var rest = 50

    @Flag(help: "A second center floods the vehicle with requests meanwhile, as fast as it reads them.")
    var flood = false
    @Option(help: "So many lines a second of what is no report come from gpsd's port meanwhile.")
    var garbage: Int?
    @Option(help: "A file of crash profiles: time each from its burst to the decision, instead of to the INVITE.")
    var profiles: String?

    func validate() throws {
        guard self.calls > 0, self.rest >= 0 else { throw ValidationError("at least one call, and no negative rest") }
        guard (self.store == nil) != (self.baresip == nil) else {
            throw ValidationError("either --store or --baresip is needed")
        }
    }

    func run() async throws {
        if let port = self.baresip { return try await self.timeBaresip(port) }
        let folder = URL(filePath: self.store ?? ".").appending(path: "call-latency-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(atPath: folder) } catch { print("left behind: \(error)") }
        }
        guard let profiles else { return try await self.timeVehicle(folder) }
        try await CrashDecisions(profiles: profiles, folder: folder, bursts: self.calls).show()
    }

    /// From a crash line's edge to the INVITE, and on to the end of each call.
    private func timeVehicle(_ folder: String) async throws {
        let center = MeasuredCenter(reply: .accept(.positive))
        let flooder = self.flood ? Flooder() : nil
        var ports = [try await center.listen()]
        if let flooder { ports.append(try await flooder.listen()) }
        let receiver = self.garbage.map { GarbageReceiver(linesPerSecond: $0) }
        let receiverPort = try await receiver?.listen()
        var vehicle = try MeasuredVehicle(centerPorts: ports, folder: folder) { configuration in
            guard let receiverPort else { return }
            var settings = ReceiverSettings()
            settings.port = Int(receiverPort)
            configuration.receiver = settings
        }
        try await vehicle.rig.start()
        for _ in ports { try await vehicle.event("linkOpened") }
        let begun = MonotonicClock.now()
        var arrivals = center.arrivals.makeAsyncIterator()
        var sample = Sample()
        for _ in 0..<self.calls {
            try await Task.sleep(for: .milliseconds(self.rest))
            // Taken before the line stamps its edge, so never later than the stamp.
            let edge = MonotonicClock.now()
            try vehicle.rig.simulatedLines?.set(MeasuredVehicle.crashLine, .active)
            guard let arrival = await arrivals.next() else {
                throw Interruption(sentence: "the center ended before the INVITE came")
            }
            sample.add(edge.duration(to: arrival))
            try await vehicle.event("endedHoldOver")
            try vehicle.rig.simulatedLines?.set(MeasuredVehicle.crashLine, .inactive)
        }
        let seconds = begun.duration(to: MonotonicClock.now()) / .seconds(1)
        await vehicle.rig.stop()
        try await center.stop()
        self.show(sample)
        if let flooder {
            let (written, read) = flooder.octets
            try await flooder.stop()
            print("\(self.name), flood written\t\((Double(written) / seconds / 1e6 * 10).rounded() / 10)\tMB/s")
            print("\(self.name), flood answered\t\((Double(read) / seconds / 1e6 * 10).rounded() / 10)\tMB/s")
        }
        if let receiver {
            print("\(self.name), lines\t\(Int(Double(receiver.lines) / seconds))\tper second")
            try await receiver.stop()
        }
        print("\(self.name) before the record\t\(vehicle.lateRecords)\tcalls")
    }

    /// From the command to the INVITE; the center is busy, so that the peer needs no sound.
    private func timeBaresip(_ port: Int) async throws {
        let center = MeasuredCenter(reply: .decline(status: 486, isAcknowledged: false))
        let address = "sip:center@127.0.0.1:\(try await center.listen());transport=tcp"
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let console = try await BaresipConsole(port: port, group: group)
        var arrivals = center.arrivals.makeAsyncIterator()
        var sample = Sample()
        // The first call opens the connection, which the vehicle has open before any call.
        for call in 0...self.calls {
            try await Task.sleep(for: .milliseconds(self.rest))
            let command = try await console.dial(address)
            guard let arrival = await arrivals.next() else {
                throw Interruption(sentence: "the center ended before the INVITE came")
            }
            if call > 0 { sample.add(command.duration(to: arrival)) }
        }
        try await console.close()
        try await group.shutdownGracefully()
        try await center.stop()
        self.show(sample)
    }

    private func show(_ sample: Sample) {
        for (name, value) in sample.figures {
            print("\(self.name) \(name)\t\((value / .microseconds(1)).rounded())\tus")
        }
    }
}
