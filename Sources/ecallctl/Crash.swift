import ArgumentParser
import ControlSocket
import Foundation
import IVS

struct Accelerometer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play accelerations on a simulated rig.",
        subcommands: [AccelerometerPlay.self]
    )
}

struct AccelerometerPlay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play a recording in place of the sensor.",
        discussion: "CSV with the columns time_s or time_ms, x_g, y_g, z_g, and roll_dps; docs/crash-sensing.md."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "A file that ecalld can read; the configured one when left out.") var file: String?

    mutating func run() async throws {
        let path = self.file.map { URL(filePath: $0).standardizedFileURL.path }
        try await self.connection.perform(.playAcceleration, path.map { ["file": .string($0)] } ?? [:])
    }
}

struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "One incident and what the crash sensors saw of it.",
        subcommands: [IncidentShow.self],
        defaultSubcommand: IncidentShow.self
    )
}

struct IncidentShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Its crash events: change of velocity, direction, roll; with --csv what was measured."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The incident as `incidents` names it.") var incident: String
    @Flag(help: "The change of velocity of each event as CSV.") var csv = false
    @Flag(help: "The samples of one event as CSV, as `accelerometer play` takes them.") var samples = false
    @Option(help: "This event alone, by its number; for --samples the first when left out.") var event: Int?

    mutating func run() async throws {
        let reply = try await self.connection.call(.describeIncident, ["incident": .string(self.incident)])
        if self.connection.json { return print(reply.text) }
        var crashes = reply["crashes"]?.asArray ?? []
        if let event {
            crashes = crashes.filter { $0["number"]?.asInt == event }
            guard !crashes.isEmpty else { throw ValidationError("the incident has no crash event \(event)") }
        }
        if self.csv { return Self.printChanges(crashes) }
        if self.samples {
            // The times of each event count from its own time zero: one after the other they would go back.
            guard let crash = crashes.first else { throw ValidationError("the incident has no crash event") }
            return try Self.printSamples(crash)
        }
        let incident = reply["incident"] ?? .null
        print("incident   \(incident.shown("id")) \(incident.shown("time")) \(incident.shown("trigger"))")
        print("outcome    \(incident.shown("state")): \(incident.shown("outcome"))")
        if let crash = reply["crash"], crash.asObject != nil {
            let sides = (crash["sides"]?.asArray ?? []).compactMap(\.asString).joined(separator: ", ")
            print("lines      \(sides.isEmpty ? "none has fired" : sides)")
            print("known      hit: \(crash.shown("side")), rolled over: \(crash.shown("rolledOver"))")
        }
        for crash in crashes { Self.printEvent(crash) }
        if crashes.isEmpty { print("crash      nothing was felt") }
    }

    private static func printEvent(_ crash: JSONValue) {
        print("crash      event \(crash.shown("number")) at \(crash.shown("time")), from \(crash.shown("side"))")
        let direction =
            crash["direction"]?.asDouble.map { ", from \($0) degrees, \(crash.shown("clock")) o'clock" } ?? ""
        print("deltaV     \(crash.shown("maximum")) km/h after \(crash.shown("maximumAfter")) ms\(direction)")
        let longitudinal = "\(crash.shown("maximumLongitudinal")) km/h after \(crash.shown("longitudinalAfter")) ms"
        print("along      \(longitudinal)")
        print("across     \(crash.shown("maximumLateral")) km/h after \(crash.shown("lateralAfter")) ms")
        print("end        after \(crash.shown("endAfter")) ms")
        print("roll       \(crash.shown("rollAngle")) degrees, rolled over: \(crash.shown("rolledOver"))")
        if crash["saturated"]?.asBool == true {
            print("remark     the sensor was at its end: the true change was larger")
        }
        if crash["incomplete"]?.asBool == true { print("remark     samples are missing") }
    }

    private static func printChanges(_ crashes: [JSONValue]) {
        print("event,time_ms,longitudinal_kmh,lateral_kmh")
        for crash in crashes {
            let interval = crash["interval"]?.asInt ?? 0
            let lateral = crash["lateral"]?.asArray ?? []
            for (index, change) in (crash["longitudinal"]?.asArray ?? []).enumerated() where index < lateral.count {
                let row = [change.asDouble ?? 0, lateral[index].asDouble ?? 0].map { String($0) }
                print("\(crash.shown("number")),\(index * interval),\(row.joined(separator: ","))")
            }
        }
    }

    private static func printSamples(_ crash: JSONValue) throws {
        let samples = crash["samples"]?.asArray ?? []
        // Those of many events are more than one reply holds.
        guard !samples.isEmpty else { throw ValidationError("the reply has no samples of the event") }
        // A recording has the column in each line or in none.
        let hasRoll = samples.allSatisfy { $0["roll"]?.asInt != nil }
        print("time_ms,x_g,y_g,z_g" + (hasRoll ? ",roll_dps" : ""))
        for sample in samples {
            let time = Double(sample["at"]?.asInt ?? 0) / 1_000
            let axes = ["x", "y", "z"].map { String(Double(sample[$0]?.asInt ?? 0) / 1_000) }
            let roll = sample["roll"]?.asInt.map { String(Double($0) / 10) }
            print(([String(time)] + axes + (hasRoll ? [roll ?? ""] : [])).joined(separator: ","))
        }
    }
}
