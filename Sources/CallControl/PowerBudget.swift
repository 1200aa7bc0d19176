/// What a call and the time behind it need of the battery, once the vehicle's own power is gone.
///
/// EU 2017/79 Annex X: 5 minutes of voice, 60 minutes in which the center may ring back, 5 minutes of voice.
package struct PowerBudget: Hashable, Sendable {
    /// Both talks together.
    package static let voice = Duration.seconds(600)
    /// Between them.
    package static let standby = Duration.seconds(3_600)

    /// What the battery holds when it is full, in watt hours.
    package var capacity: Double
    /// What the system draws in a call, and while it waits, in watts.
    package var voiceDraw: Double
    package var standbyDraw: Double

    package init(capacity: Double, voiceDraw: Double, standbyDraw: Double) {
        self.capacity = capacity
        self.voiceDraw = voiceDraw
        self.standbyDraw = standbyDraw
    }

    /// The watt hours that the law's sequence takes.
    package var needed: Double {
        (Self.hours(Self.voice) * self.voiceDraw) + (Self.hours(Self.standby) * self.standbyDraw)
    }

    /// The watt hours that a battery has with so many percent of its charge.
    package func available(percent: Int) -> Double { self.capacity * Double(percent) / 100 }

    /// How long the system can wait with that charge and still hold the last of the two talks.
    package func standbyLeft(percent: Int) -> Duration {
        let rest = self.available(percent: percent) - Self.hours(Self.voice / 2) * self.voiceDraw
        return .seconds(Int64(max(0, rest / self.standbyDraw * 3_600)))
    }

    private static func hours(_ duration: Duration) -> Double { Double(duration.components.seconds) / 3_600 }
}

/// Where the power comes from, and whether what is left of it is enough.
package struct PowerState: Hashable, Sendable {
    /// What a reading of the supplies has found; `nil` for what they do not tell.
    package struct Reading: Hashable, Sendable {
        /// Whether the vehicle's own power is there.
        package var isOnline: Bool?
        /// The battery's charge in percent.
        package var charge: Int?
        /// What is wrong with the battery, or that it cannot be read.
        package var trouble: String?

        package init(isOnline: Bool? = nil, charge: Int? = nil, trouble: String? = nil) {
            self.isOnline = isOnline
            self.charge = charge
            self.trouble = trouble
        }
    }

    /// What has changed.
    package enum News: Hashable, Sendable {
        case lost
        case back
        /// The battery holds less than a call needs.
        case insufficient(available: Double, needed: Double)
        case sufficient
        case battery(trouble: String)
        case batteryGood
    }

    /// By how many percent a charge has to rise above the limit before it is enough again, so that it does not flutter.
    package static let hysteresis = 3

    private let budget: PowerBudget?
    private var hasFailed = false
    private var reading = Reading()
    private var isInsufficient = false

    /// `budget` is `nil` where no battery is configured.
    package init(budget: PowerBudget?) {
        self.budget = budget
    }

    /// Whether the vehicle's own power is known to be gone, by its line or by a supply.
    package var isOnBattery: Bool { self.hasFailed || self.reading.isOnline == false }

    /// The battery's charge in percent; `nil` where nothing measures it.
    package var charge: Int? { self.reading.charge }

    /// The power-fail line has moved.
    package mutating func failLine(_ hasFailed: Bool) -> [News] {
        let before = self.isOnBattery
        self.hasFailed = hasFailed
        return self.source(before)
    }

    /// The supplies were read.
    package mutating func read(_ reading: Reading) -> [News] {
        let before = self.isOnBattery
        let trouble = self.reading.trouble
        self.reading = reading
        var news = self.source(before)
        if reading.trouble != trouble { news.append(reading.trouble.map(News.battery) ?? .batteryGood) }
        return news + self.judge()
    }

    private func source(_ before: Bool) -> [News] {
        before == self.isOnBattery ? [] : [self.isOnBattery ? .lost : .back]
    }

    /// Whether the charge would carry a call that begins now.
    private mutating func judge() -> [News] {
        guard let budget = self.budget, let charge = self.reading.charge else { return [] }
        let available = budget.available(percent: charge)
        if self.isInsufficient {
            // A full battery is as good as it gets.
            let judged = charge == 100 ? charge : charge - Self.hysteresis
            guard budget.available(percent: judged) >= budget.needed else { return [] }
            self.isInsufficient = false
            return [.sufficient]
        }
        guard available < budget.needed else { return [] }
        self.isInsufficient = true
        return [.insufficient(available: available, needed: budget.needed)]
    }
}
