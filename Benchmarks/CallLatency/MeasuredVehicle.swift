import CallControl
import CrashSensing
import GPIO
import IVS
import Logging
import MSD
import Positioning
import SIP
import Timeline

/// The vehicle's edges and loop as `ecalld` has them, with the words of its events to wait for.
struct MeasuredVehicle {
    static let crashLine: LineName = "crash"

    let rig: VehicleRig
    private var words: AsyncStream<String>.Iterator
    /// INVITEs that left before their trigger was on record.
    private(set) var lateRecords = 0

    /// A vehicle with centers on loopback, the first of which gets the calls; `folder` gets its record and its socket.
    init(centerPorts: [UInt16], folder: String) throws {
        var configuration = VehicleConfiguration(
            vehicle: VehicleConfiguration.Vehicle(vin: try VIN("ECALLBENCHMARK001")),
            centers: centerPorts.map { port in
                VehicleConfiguration.Center(
                    name: "center-\(port)",
                    endpoint: Endpoint(transport: .tcp, host: "127.0.0.1", port: port),
                    uri: "sip:center@127.0.0.1:\(port)"
                )
            }
        )
        configuration.position = Position(latitudeDegrees: 48.1515, longitudeDegrees: 11.5779).flatMap {
            Fix(position: $0, radius95Meters: 15, direction: 45, takenAt: nil)
        }
        // The rules' waits are no part of the figure: an edge counts at once, and an ended call is over at once.
        configuration.lines.debounce = .zero
        configuration.crashProfiles["crash"]?.crash = .level(high: true, hold: .zero)
        configuration.crashProfiles["crash"]?.lockout = .zero
        configuration.call.endedHold = .zero
        configuration.lampCheck = .zero
        configuration.storePath = "\(folder)/record.sqlite"
        configuration.socketPath = "\(folder)/control"
        let (words, continuation) = AsyncStream.makeStream(of: String.self)
        let log = Logger(label: "vehicle") { _ in EventWords(continuation) }
        self.rig = try VehicleRig(configuration, log: log)
        self.words = words.makeAsyncIterator()
    }

    /// Waits for the next event of a kind.
    mutating func event(_ kind: String) async throws {
        while let word = await self.words.next(isolation: #isolation) {
            if word == "recordLate" { self.lateRecords += 1 }
            if word == kind { return }
        }
        throw Interruption(sentence: "the vehicle ended before it said \(kind)")
    }
}

/// Why a run gives no figure.
struct Interruption: Error, CustomStringConvertible {
    let sentence: String

    var description: String { self.sentence }
}

/// Takes the word of each event out of the log, as it stands before the colon.
private struct EventWords: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    private let words: AsyncStream<String>.Continuation

    init(_ words: AsyncStream<String>.Continuation) {
        self.words = words
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        self.words.yield(String(event.message.description.prefix { $0 != ":" }))
    }
}
