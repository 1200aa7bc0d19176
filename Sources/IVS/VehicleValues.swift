internal import ControlSocket
internal import NGECall
internal import Supervision
internal import Timeline

/// What the vehicle's own network has told, each value with the time since when it is so.
///
/// A value that was not told again for long enough is unknown. In a call it is judged at the time of the trigger: a crash
/// silences the network first.
struct VehicleValues: Hashable, Sendable {
    enum Name: String, CaseIterable, Hashable, Sendable {
        case speed
        case ignition
        case occupants
        case seats
        case doors
        case fuelCutOff
        case airbags
    }

    /// One value and when it was told.
    struct Known<Value: Hashable & Sendable>: Hashable, Sendable {
        let value: Value
        /// Since when it is this value.
        let since: Moment
        let toldAt: Instant
    }

    struct Seat: Hashable, Sendable {
        let place: VehicleEmergencyDataSet.SeatLocation
        let isOccupied: Bool?
        let isBelted: Bool?
    }

    struct Airbag: Hashable, Sendable {
        let kind: VehicleEmergencyDataSet.AirbagCategory
        let place: VehicleEmergencyDataSet.SeatLocation?
        let isDeployed: Bool
    }

    /// km/h.
    private(set) var speed: Known<Double>?
    private(set) var ignition: Known<Bool>?
    private(set) var occupants: Known<Int>?
    private(set) var seats: Known<[Seat]>?
    private(set) var doors: Known<VehicleEmergencyDataSet.DoorLocks>?
    private(set) var fuelCutOff: Known<Bool>?
    private(set) var airbags: Known<[Airbag]>?

    /// km/h; no vehicle on wheels is faster.
    static let speeds = 0.0...500.0
    /// As in an MSD.
    static let occupantCounts = 0...254

    /// Takes what was told; returns the names of what is another value than before.
    mutating func take(_ told: Told, at now: Moment) -> Set<Name> {
        var changed: Set<Name> = []
        Self.take(told.speed, as: .speed, into: &self.speed, &changed, at: now)
        Self.take(told.ignition, as: .ignition, into: &self.ignition, &changed, at: now)
        Self.take(told.occupants, as: .occupants, into: &self.occupants, &changed, at: now)
        Self.take(told.seats, as: .seats, into: &self.seats, &changed, at: now)
        Self.take(told.doors, as: .doors, into: &self.doors, &changed, at: now)
        Self.take(told.fuelCutOff, as: .fuelCutOff, into: &self.fuelCutOff, &changed, at: now)
        Self.take(told.airbags, as: .airbags, into: &self.airbags, &changed, at: now)
        return changed
    }

    private static func take<Value>(
        _ value: Value?,
        as name: Name,
        into known: inout Known<Value>?,
        _ changed: inout Set<Name>,
        at now: Moment
    ) {
        guard let value else { return }
        let isNew = known?.value != value
        if isNew { changed.insert(name) }
        known = Known(value: value, since: isNew ? now : known?.since ?? now, toldAt: now.instant)
    }

    /// Makes a value unknown.
    mutating func forget(_ name: Name) {
        switch name {
        case .speed: self.speed = nil
        case .ignition: self.ignition = nil
        case .occupants: self.occupants = nil
        case .seats: self.seats = nil
        case .doors: self.doors = nil
        case .fuelCutOff: self.fuelCutOff = nil
        case .airbags: self.airbags = nil
        }
    }

    /// Makes everything unknown that an instant finds older than `age`.
    func known(at instant: Instant, within age: Duration) -> VehicleValues {
        var values = self
        let oldest = instant.advanced(by: .zero - age)
        for name in Name.allCases where (self.toldAt(name) ?? instant) <= oldest { values.forget(name) }
        return values
    }

    private func toldAt(_ name: Name) -> Instant? {
        switch name {
        case .speed: self.speed?.toldAt
        case .ignition: self.ignition?.toldAt
        case .occupants: self.occupants?.toldAt
        case .seats: self.seats?.toldAt
        case .doors: self.doors?.toldAt
        case .fuelCutOff: self.fuelCutOff?.toldAt
        case .airbags: self.airbags?.toldAt
        }
    }

    /// How many are on board: as told, else as many as sit on an occupied seat or wear a belt.
    var numberOnBoard: UInt8? {
        if let occupants = self.occupants { return UInt8(clamping: occupants.value) }
        guard let seats = self.seats?.value, seats.contains(where: { $0.isOccupied != nil || $0.isBelted != nil })
        else {
            return nil
        }
        return UInt8(clamping: seats.count { $0.isOccupied == true || $0.isOccupied == nil && $0.isBelted == true })
    }

    /// Whether anybody sits without a belt; `nil` unless every occupied seat tells of its belt.
    var isAnyUnbelted: Bool? {
        guard let seats = self.seats?.value else { return nil }
        let taken = seats.filter { $0.isOccupied == true }
        if taken.contains(where: { $0.isBelted == false }) { return true }
        return taken.isEmpty || taken.contains { $0.isBelted == nil } ? nil : false
    }

    var isAirbagDeployed: Bool? { self.airbags.map { $0.value.contains(where: \.isDeployed) } }
}

extension VehicleValues {
    /// What one call of the socket tells; `nil` for what it says nothing of.
    struct Told: Hashable, Sendable {
        var speed: Double?
        /// Degrees from true north, measured: it is of use only with the speed of the same call.
        var heading: Double?
        var ignition: Bool?
        var occupants: Int?
        var seats: [Seat]?
        var doors: VehicleEmergencyDataSet.DoorLocks?
        var fuelCutOff: Bool?
        var airbags: [Airbag]?
    }

    /// A value outside what it can be.
    struct Mistake: Error, Hashable {
        let parameter: String
        let allowed: String
    }
}

extension VehicleValues.Told {
    /// Reads the parameter `values` of `SetVehicle`, whose types were checked.
    init(_ json: JSONValue) throws(VehicleValues.Mistake) {
        self.speed = json["speed"]?.asDouble
        self.heading = json["heading"]?.asDouble
        self.ignition = json["ignition"]?.asBool
        self.occupants = json["occupants"]?.asInt
        self.fuelCutOff = json["fuelCutOff"]?.asBool
        self.doors = json["doors"]?.asString.flatMap(VehicleEmergencyDataSet.DoorLocks.init(rawValue:))
        self.seats = json["seats"]?.asArray?.compactMap(VehicleValues.Seat.init)
        self.airbags = json["airbags"]?.asArray?.compactMap(VehicleValues.Airbag.init)
        if let speed = self.speed, !VehicleValues.speeds.contains(speed) {
            throw VehicleValues.Mistake(parameter: "speed", allowed: "0 to 500 km/h")
        }
        if let heading = self.heading, !(0...360).contains(heading) {
            throw VehicleValues.Mistake(parameter: "heading", allowed: "0 to 360")
        }
        if let occupants = self.occupants, !VehicleValues.occupantCounts.contains(occupants) {
            throw VehicleValues.Mistake(parameter: "occupants", allowed: "0 to 254")
        }
        if let seats = self.seats, Set(seats.map(\.place)).count < seats.count {
            throw VehicleValues.Mistake(parameter: "seats", allowed: "each seat once")
        }
        if let airbags = self.airbags, airbags.count > VehicleEmergencyDataSet.maximumAirbags {
            let allowed = "\(VehicleEmergencyDataSet.maximumAirbags) airbags at the most"
            throw VehicleValues.Mistake(parameter: "airbags", allowed: allowed)
        }
    }
}

extension VehicleValues.Seat {
    fileprivate init?(_ json: JSONValue) {
        guard let place = json["seat"]?.asString.flatMap(VehicleEmergencyDataSet.SeatLocation.init(word:)) else {
            return nil
        }
        self.init(place: place, isOccupied: json["occupied"]?.asBool, isBelted: json["belted"]?.asBool)
    }
}

extension VehicleValues.Airbag {
    fileprivate init?(_ json: JSONValue) {
        guard let kind = json["airbag"]?.asString.flatMap(VehicleEmergencyDataSet.AirbagCategory.init(word:)),
            let isDeployed = json["deployed"]?.asBool
        else { return nil }
        let place = json["seat"]?.asString.flatMap(VehicleEmergencyDataSet.SeatLocation.init(word:))
        self.init(kind: kind, place: place, isDeployed: isDeployed)
    }
}

extension VehicleEmergencyDataSet.SeatLocation {
    /// The word of the interface, which is the name of the case.
    var word: String { "\(self)" }

    init?(word: String) {
        guard let place = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = place
    }
}

extension VehicleEmergencyDataSet.AirbagCategory {
    /// The word of the interface, which is the name of the case.
    var word: String { "\(self)" }

    init?(word: String) {
        guard let kind = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = kind
    }
}
