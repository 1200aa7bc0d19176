import CallControl
import CrashSensing
import GPIO
import IVS
import Logging
import MSD
import Positioning
import SIP
import Supervision
import Timeline

/// The vehicle's edges and loop as `ecalld` has them, with the words of its events to wait for.
struct MeasuredVehicle {
    static let crashLine: LineName = "crash"

    let rig: VehicleRig
    private var words: AsyncStream<Told>.Iterator
    /// INVITEs that left before their trigger was on record.
    private(set) var lateRecords = 0

    /// A vehicle with centers on loopback, the first of which gets the calls; `folder` gets its record and its socket.
    init(
        centerPorts: [UInt16],
        folder: String,
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    ) throws {
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
        change(&configuration)
        let (words, continuation) = AsyncStream.makeStream(of: Told.self)
        let log = Logger(label: "vehicle") { _ in EventWords(continuation) }
        self.rig = try VehicleRig(configuration, log: log)
        self.words = words.makeAsyncIterator()
    }

    /// Waits for the next event of a kind, and returns when it was told.
    @discardableResult
    mutating func event(_ kind: String) async throws -> Instant {
        while let told = await self.words.next(isolation: #isolation) {
            if told.word == "recordLate" { self.lateRecords += 1 }
            if told.word == kind { return told.at }
        }
        throw Interruption(sentence: "the vehicle ended before it said \(kind)")
    }
}

/// Why a run gives no figure.
struct Interruption: Error, CustomStringConvertible {
    let sentence: String

    var description: String { self.sentence }
}

/// The word of an event, and when the loop told it.
private struct Told {
    let word: String
    let at: Instant
}

/// Takes the word of each event out of the log, as it stands before the colon.
private struct EventWords: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    private let words: AsyncStream<Told>.Continuation

    init(_ words: AsyncStream<Told>.Continuation) {
        self.words = words
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let word = String(event.message.description.prefix { $0 != ":" })
        self.words.yield(Told(word: word, at: MonotonicClock.now()))
    }
}
