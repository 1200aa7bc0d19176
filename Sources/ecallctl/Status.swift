import ArgumentParser
import ControlSocket
import IVS

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is going on: call, centers, lines, indicators, gate."
    )

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let status = try await self.connection.call(.status)
        if self.connection.json { return print(status.text) }
        print(
            "ecalld \(status.shown("version")), profile \(status.shown("profile")), simulated: \(status.shown("simulated"))"
        )
        if let scale = status["timeScale"]?.asInt, scale > 1 {
            print("TIME IS SCALED: T2, T9, T10 and the retention run \(scale) times as fast")
        }
        print("call      \(status.shown("state")): \(status.shown("detail"))")
        if status["incident"]?.asString != nil {
            print(
                "incident  \(status.shown("incident")) (\(status.shown("trigger"))), attempt \(status.shown("attempt"))"
            )
        }
        for center in status["centers"]?.asArray ?? [] {
            let detail = center["detail"]?.asString.map { ": \($0)" } ?? ""
            let link = "\(center.shown("transport")) \(center.shown("link"))"
            print("center    \(center.shown("name")) \(center.shown("uri")) \(link)\(detail)")
            guard let registration = center["registration"], registration.asObject != nil else { continue }
            let failure = registration["detail"]?.asString.map { ": \($0)" } ?? ""
            let state = registration.shown("state")
            print("register  \(center.shown("name")) \(registration.shown("address")) \(state)\(failure)")
        }
        for line in status["lines"]?.asArray ?? [] {
            let detail = line["detail"]?.asString.map { ": \($0)" } ?? ""
            let loss = line["lossDetection"]?.asString.map { ", loss by \($0)" } ?? ""
            print(
                "line      \(line.shown("name")) (\(line.shown("role"))) \(line.shown("level")), "
                    + "debounce \(line.shown("debounce"))\(loss), \(line.shown("health"))\(detail)"
            )
        }
        for indicator in status["indicators"]?.asArray ?? [] {
            print("indicator \(indicator.shown("line")) \(indicator.shown("pattern")): \(indicator.shown("meaning"))")
        }
        for action in status["actions"]?.asArray ?? [] {
            let left = action["left"]?.asInt.map { ", for \(($0 + 999) / 1_000) s" } ?? ", for the rest of the call"
            print("action    \(action.shown("line")) \(action.shown("state"))\(left)")
        }
        if let message = status["message"], message.asObject != nil { print("message   \(message.shown("text"))") }
        for fault in status["faults"]?.asArray ?? [] { print("fault     \(fault.asString ?? fault.text)") }
        print("gate      \(status["gate"]?.shown("sentence") ?? "-")")
        if let fallback = status["fallback"]?.asString { print("fallback  \(fallback)") }
        if let left = status["garage"]?.asInt { print("garage    the button makes test calls for \(left / 1_000) s") }
        if let left = status["selfCheck"]?.asInt { print("selfcheck due in \(left / 1_000) s") }
        if let receiver = status["receiver"], receiver.asObject != nil { print("receiver  \(Self.receiver(receiver))") }
        if let power = status["power"], power.asObject != nil { print("power     \(Self.power(power))") }
        print("store     \(status["store"]?.shown("sentence") ?? "-")")
    }
}

extension Status {
    private static func receiver(_ receiver: JSONValue) -> String {
        let connection = receiver["connected"]?.asBool == true ? "connected" : "no connection to gpsd"
        guard let age = receiver["age"]?.asInt else { return "\(connection), no position" }
        let trust = receiver["trusted"]?.asBool == true ? "trusted" : "not trusted"
        return "\(connection), position \(trust), \(age) ms old, within \(receiver.shown("radius")) m"
    }

    private static func power(_ power: JSONValue) -> String {
        let source = power["onBattery"]?.asBool == true ? "on battery" : "the vehicle's own"
        guard let needed = power["neededMilliwattHours"]?.asInt else { return source }
        guard let charge = power["charge"]?.asInt, let available = power["availableMilliwattHours"]?.asInt,
            let left = power["standbyLeft"]?.asInt
        else { return "\(source); a call and an hour need \(needed) mWh, and nothing measures the battery" }
        return "\(source); battery \(charge) %, \(available) mWh of the \(needed) that a call and an hour need, "
            + "\(left / 60_000) min of waiting and a talk of 5"
    }
}

struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Why the last event changed the call, or did not.")

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let why = try await self.connection.call(.why)
        if self.connection.json { return print(why.text) }
        print(why.shown("sentence"))
        if let guardName = why["guard"]?.asString { print("guard      \(guardName)") }
        if let timer = why["timer"], timer.asObject != nil {
            print("timer      \(timer.shown("name"))")
            print("configured \(timer.shown("milliseconds")) ms")
        }
    }
}

struct Incidents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The newest incidents on record.")

    @OptionGroup var connection: Connection

    @Option(help: "How many.")
    var limit = 20

    mutating func run() async throws {
        let reply = try await self.connection.call(.incidents, ["limit": .int(self.limit)])
        for incident in reply["incidents"]?.asArray ?? [] {
            if self.connection.json {
                print(incident.text)
            } else {
                print(
                    "\(incident.shown("id")) \(incident.shown("time")) \(incident.shown("trigger")) "
                        + "\(incident.shown("state")) \(incident.shown("outcome")), "
                        + "\(incident.shown("attempts")) attempts, acknowledged: \(incident.shown("acknowledged"))"
                        + (incident["late"]?.asString.map { ", late data: \($0)" } ?? "")
                )
            }
        }
    }
}
