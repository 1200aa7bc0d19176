package import CallControl
internal import ConfigurationFile
internal import Supervision

/// The part of the configuration that says where the power comes from.
package struct PowerSettings: Hashable, Sendable {
    /// The names of the kernel's supplies; `nil` for what is not there.
    package var battery: String?
    package var mains: String?
    package var budget: PowerBudget

    /// How often the supplies are read: a charge changes slowly, and the power-fail line is quicker than any driver.
    static let period = Duration.seconds(10)

    /// What is known while a driver does not answer.
    static let hung = PowerState.Reading(
        trouble: "the power supplies do not answer within \(CallReason.text(Self.period))"
    )

    static let schema = Schema([
        Key("battery", .string(Self.nameRule), .optional, "The battery below /sys/class/power_supply."),
        Key("mains", .string(Self.nameRule), .optional, "The supply that is online while the vehicle has power."),
        Key("capacity", .number(0.1...1_000), .required, "What the battery holds when it is full, in watt hours."),
        Key("voiceDraw", .number(0.01...100), .required, "What the system draws in a call, in watts."),
        Key("standbyDraw", .number(0.01...100), .required, "What it draws while it waits, in watts."),
    ])

    private static let nameRule = StringRule(
        "the name of a power supply",
        length: 1...64,
        example: "BAT0"
    ) { !$0.contains("/") && !$0.hasPrefix(".") }

    init(battery: String?, mains: String?, budget: PowerBudget) {
        self.battery = battery
        self.mains = mains
        self.budget = budget
    }

    init(_ settings: Settings) {
        self.battery = settings.optional("battery")?.string
        self.mains = settings.optional("mains")?.string
        self.budget = PowerBudget(
            capacity: settings.number("capacity"),
            voiceDraw: settings.number("voiceDraw"),
            standbyDraw: settings.number("standbyDraw")
        )
    }

    /// What the kernel says of both supplies now.
    func read(_ supplies: PowerSupplies = PowerSupplies()) -> PowerState.Reading {
        let battery = self.battery.flatMap(supplies.supply)
        let mains = self.mains.flatMap(supplies.supply)
        var trouble: String?
        if let name = self.mains, mains == nil { trouble = "there is no power supply \(name)" }
        if let name = self.battery {
            if let battery {
                if let health = battery.health, health != "Good", health != "Unknown" {
                    trouble = "the battery \(name) is in the state \(health)"
                }
                if battery.percent == nil { trouble = "the battery \(name) does not tell its charge" }
                if battery.isPresent == false { trouble = "the battery \(name) is not there" }
            } else {
                trouble = "there is no power supply \(name)"
            }
        }
        return PowerState.Reading(isOnline: mains?.isOnline, charge: battery?.percent, trouble: trouble)
    }
}
