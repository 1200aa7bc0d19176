import ArgumentParser
import ConfigurationFile
import IVS
import Logging
import Supervision

/// The in-vehicle system as a service.
@main
struct Ecalld: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecalld",
        abstract: "The in-vehicle system of an NG eCall rig. \(Product.banner)",
        version: "ecalld \(Product.version)"
    )

    /// EX_CONFIG of sysexits.h.
    private static let configurationExit = ExitCode(78)

    @Option(help: "The configuration file.")
    var config = "/etc/ecall/ecalld.yaml"

    @Flag(help: "Read the configuration, name every mistake, and exit.")
    var checkConfig = false

    @Option(help: "The least level that is logged: debug, info, warning, error.")
    var logLevel = LogLevel.info

    @Option(
        help: "For tests: T2, T9, T10 and the retention run so many times as fast; every center is on this machine."
    )
    var timeScale = 1

    mutating func run() async throws {
        var vehicle: VehicleConfiguration
        do {
            vehicle = try VehicleConfiguration.read(path: self.config)
        } catch {
            // A person who asks is shown what was found; the journal of a service learns neither VIN nor place.
            Self.complain("\(self.checkConfig ? error : error.withholding(["vehicle.vin", "position"]))")
            throw Self.configurationExit
        }
        do {
            try vehicle.scaleTime(by: self.timeScale)
        } catch {
            throw ValidationError("\(error)")
        }
        if self.checkConfig { return print("\(self.config): good") }
        let level = self.logLevel.level
        let log = Logger(label: "ecalld") { _ in JournalLogHandler(level: level) }
        log.notice("ecalld \(Product.version). \(Product.banner)")
        let rig = try VehicleRig(vehicle, log: log, notifier: .ofThisProcess())
        let (requests, continuation) = AsyncStream.makeStream(
            of: Signals.Request.self,
            bufferingPolicy: .bufferingNewest(4)
        )
        let signals = Signals { continuation.yield($0) }
        do {
            try await rig.start()
        } catch {
            Self.complain("\(error)")
            throw ExitCode.failure
        }
        for await request in requests where request != .hangUp {
            log.notice("stopping")
            break
        }
        await rig.stop()
        withExtendedLifetime(signals) {}
    }

    private static func complain(_ text: String) {
        var standardError = StandardError()
        print(text, to: &standardError)
    }
}

/// The levels that a service is asked to log from.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case debug, info, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
