import ArgumentParser
import Foundation
import GPIO
import IVS
import Logging
import Supervision
import Timeline

/// Keeps the malfunction lamp lit while `ecalld` is dead, and gives it back when `ecalld` asks.
@main
struct EcallLamp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecall-lamp",
        abstract: "Keeps the malfunction lamp lit while ecalld is dead. \(Product.banner)",
        version: "ecall-lamp \(Product.version)"
    )

    @Option(help: "The configuration of ecalld.")
    var config = "/etc/ecall/ecalld.yaml"

    @Option(help: "Where ecalld has noted its lamp, for when the configuration cannot be read.")
    var note = LampNote.defaultPath

    @Option(help: "The socket on which ecalld asks for the lamp.")
    var socket = LampHandover.path

    /// How long `ecalld` has to take the lamp that it asked for before it is looked after: many times what it needs.
    private static let handoverTime = Duration.seconds(2)

    /// What ends the time that this program holds the lamp.
    private enum End: Sendable {
        case stopped
        /// `ecalld` asks for the lamp.
        case asked(at: Instant)
        /// `ecalld` has it already.
        case served
    }

    mutating func run() async throws {
        let log = Logger(label: "ecall-lamp") { _ in JournalLogHandler(level: .info) }
        guard let lamp = self.lamp(log) else { return log.notice("there is no lamp to be lit") }
        let holder = try LampHandover.Holder(at: self.socket)
        let (ends, continuation) = AsyncStream.makeStream(of: End.self, bufferingPolicy: .bufferingNewest(16))
        let signals = Signals { if $0 != .hangUp { continuation.yield(.stopped) } }
        Thread.detachNewThread {
            while holder.waitForRequest() { continuation.yield(.asked(at: MonotonicClock.now())) }
        }
        var iterator = ends.makeAsyncIterator()
        // One that asked and died before it had the lamp leaves it to us again.
        while true {
            let begun = MonotonicClock.now()
            let lines = try Self.hold(lamp, log) { continuation.yield(.served) }
            let end = await Self.next(&iterator, since: begun)
            await lines.stop()
            switch end {
            case .asked:
                log.notice("ecalld asks for the lamp and gets it")
                try await Task.sleep(for: Self.handoverTime)
            case .served:
                return log.notice("ecalld has its lamp")
            case .stopped, nil:
                return withExtendedLifetime(signals) { log.notice("asked to stop") }
            }
        }
    }

    /// Lights the lamp as soon as it can be had.
    private static func hold(
        _ lamp: LampNote,
        _ log: Logger,
        served: @escaping @Sendable () -> Void
    ) throws -> KernelLines {
        let lines = try KernelLines(
            [lamp.specification],
            wiring: [lamp.specification.name: lamp.wiring],
            consumer: "ecall-lamp",
            now: { MonotonicClock.now() }
        )
        lines.start { event in
            switch event {
            case .output: log.notice("the malfunction lamp is lit: ecalld is not running")
            case .health(_, .busy(holder: "ecalld", _)): served()
            case .health(let line, let health): log.warning("\(line) is \(health)")
            case .edge, .lost, .level, .traits, .noise: break
            }
        }
        return lines
    }

    /// The next end of this hold; a request from before it was for the last one.
    private static func next(_ ends: inout AsyncStream<End>.Iterator, since begun: Instant) async -> End? {
        while let end = await ends.next(isolation: #isolation) {
            if case .asked(let instant) = end, instant < begun { continue }
            return end
        }
        return nil
    }

    /// Where the lamp is by the configuration, or by the note of the last `ecalld` that could read one.
    private func lamp(_ log: Logger) -> LampNote? {
        do {
            return LampNote(try VehicleConfiguration.read(path: self.config))
        } catch {
            log.warning("the configuration cannot be read; the lamp is where ecalld last had it")
            return LampNote(path: self.note)
        }
    }
}
