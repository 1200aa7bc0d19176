import ArgumentParser
import ControlSocket
import IVS

struct VehicleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vehicle",
        abstract: "What the vehicle's own network knows: who is on board, how fast it goes, what has fired.",
        subcommands: [VehicleSet.self, VehicleForget.self, VehicleShow.self],
        defaultSubcommand: VehicleShow.self
    )
}

struct VehicleSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Tell values; what is left out stays as it was told before.",
        discussion: "A seat is SEAT[:occupied|:empty][:belted|:unbelted], an airbag KIND[:SEAT]:deployed|:whole."
    )

    @OptionGroup var connection: Connection
    @Option(help: "km/h, 0 to 500.") var speed: Double?
    @Option(help: "Degrees from true north where something measures it.") var heading: Double?
    @Option(help: "on or off.") var ignition: Switch?
    @Option(help: "How many are on board, 0 to 254.") var occupants: Int?
    @Option(help: "A seat, such as driver:occupied:belted; all that are told take the place of those before.")
    var seat: [String] = []
    @Option(help: "locked, unlocked or mixed.") var doors: String?
    @Option(help: "Whether the fuel is cut off: yes or no.") var fuelCutOff: Switch?
    @Option(help: "An airbag, such as front:driver:deployed; all that are told take the place of those before.")
    var airbag: [String] = []

    enum Switch: String, ExpressibleByArgument {
        case on
        case off
        case yes
        case no

        var json: JSONValue { .bool(self == .on || self == .yes) }
    }

    mutating func run() async throws {
        var values: [String: JSONValue] = [:]
        if let speed = self.speed { values["speed"] = .double(speed) }
        if let heading = self.heading { values["heading"] = .double(heading) }
        if let ignition = self.ignition { values["ignition"] = ignition.json }
        if let occupants = self.occupants { values["occupants"] = .int(occupants) }
        if let doors = self.doors { values["doors"] = .string(doors) }
        if let fuelCutOff = self.fuelCutOff { values["fuelCutOff"] = fuelCutOff.json }
        if !self.seat.isEmpty { values["seats"] = .array(try self.seat.map(Self.seat)) }
        if !self.airbag.isEmpty { values["airbags"] = .array(try self.airbag.map(Self.airbag)) }
        guard !values.isEmpty else { throw ValidationError("nothing is told; see --help for the values") }
        try await self.connection.perform(.setVehicle, ["values": .object(values)])
    }

    private static func seat(_ text: String) throws -> JSONValue {
        let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var seat: [String: JSONValue] = ["seat": .string(words[0])]
        for word in words.dropFirst() {
            switch word {
            case "occupied": seat["occupied"] = true
            case "empty": seat["occupied"] = false
            case "belted": seat["belted"] = true
            case "unbelted": seat["belted"] = false
            default:
                throw ValidationError(
                    "the seat \"\(text)\" has the word \"\(word)\", expected occupied, empty, belted or unbelted"
                )
            }
        }
        return .object(seat)
    }

    private static func airbag(_ text: String) throws -> JSONValue {
        let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(words.count), let last = words.last, last == "deployed" || last == "whole" else {
            throw ValidationError("the airbag is \"\(text)\", expected KIND[:SEAT]:deployed or KIND[:SEAT]:whole")
        }
        var airbag: [String: JSONValue] = ["airbag": .string(words[0]), "deployed": .bool(last == "deployed")]
        if words.count == 3 { airbag["seat"] = .string(words[1]) }
        return .object(airbag)
    }
}

struct VehicleForget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Make values unknown: speed, ignition, occupants, seats, doors, fuelCutOff, airbags."
    )

    @OptionGroup var connection: Connection
    @Argument(help: "The values.") var names: [String]

    mutating func run() async throws {
        let names = self.names.map(JSONValue.string)
        try await self.connection.perform(.setVehicle, ["values": [:], "forget": .array(names)])
    }
}

struct VehicleShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "The values that count, and since when each is so."
    )

    @OptionGroup var connection: Connection

    mutating func run() async throws {
        let status = try await self.connection.call(.status)
        let values = status["vehicle"] ?? .array([])
        if self.connection.json { return print(values.text) }
        for value in values.asArray ?? [] {
            let name = value.shown("name")
            let padding = String(repeating: " ", count: max(1, 11 - name.count))
            let seconds = ((status["at"]?.asInt ?? 0) - (value["at"]?.asInt ?? 0)) / 1_000_000_000
            print("\(name)\(padding)\(value.shown("value")), for \(seconds) s")
        }
        if values.asArray?.isEmpty ?? true { print("the vehicle has told nothing that counts") }
    }
}
