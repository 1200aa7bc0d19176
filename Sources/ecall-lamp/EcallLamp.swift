import ArgumentParser
import Foundation
import GPIO
import IVS
import Logging
import Supervision

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

    mutating func run() async throws {
        let log = Logger(label: "ecall-lamp") { _ in JournalLogHandler(level: .info) }
        guard let lamp = self.lamp(log) else { return log.notice("there is no lamp to be lit") }
        let holder = try LampHandover.Holder(at: self.socket)
        let (ends, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(4))
        let signals = Signals { if $0 != .hangUp { continuation.yield("asked to stop") } }
        Thread.detachNewThread {
            holder.waitForRequest()
            continuation.yield("ecalld asks for the lamp")
        }
        let lines = try KernelLines(
            [lamp.specification],
            wiring: [lamp.specification.name: lamp.wiring],
            consumer: "ecall-lamp",
            now: { MonotonicClock.now() }
        )
        lines.start { event in
            switch event {
            case .output: log.notice("the malfunction lamp is lit: ecalld is not running")
            case .health(_, .busy(holder: "ecalld", _)):
                continuation.yield("ecalld has its lamp")
            case .health(let line, let health): log.warning("\(line) is \(health)")
            case .edge, .lost, .level, .traits, .noise: break
            }
        }
        for await reason in ends {
            log.notice("\(reason)")
            break
        }
        await lines.stop()
        withExtendedLifetime(signals) {}
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
