internal import ConfigurationFile

/// The part of the configuration about what the vehicle's own network tells over the socket.
package struct BusSettings: Hashable, Sendable {
    /// The values that may call for help when they turn.
    package enum Trigger: String, Hashable, Sendable, CaseIterable {
        case airbags
        case fuelCutOff
    }

    package var triggers: Set<Trigger> = []
    /// How long a value counts that is not told again.
    package var validFor = Duration.seconds(600)

    package init() {}

    static let schema = Schema([
        Key(
            "mayTrigger",
            .list(of: .choice(Trigger.allCases.map(\.rawValue)), count: 0...Trigger.allCases.count),
            .defaulted(.list([])),
            "Which values call for help when they turn from no to yes; left out, none."
        ),
        Key(
            "validFor",
            .duration(.seconds(1) ... .seconds(86_400)),
            .defaulted(.duration(.seconds(600))),
            "How long a value counts that is not told again."
        ),
    ])

    init(_ settings: Settings) {
        self.triggers = Set(settings.list("mayTrigger").compactMap { Trigger(rawValue: $0.string) })
        self.validFor = settings.duration("validFor")
    }
}
