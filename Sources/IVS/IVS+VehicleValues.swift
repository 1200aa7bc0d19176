internal import CallControl
internal import ControlSocket
internal import CrashSensing
internal import Diagnosis
internal import MSD
internal import NGECall
internal import Positioning
internal import Supervision
internal import Timeline

// What the vehicle's own network tells over the socket: whoever is on board, how fast it goes, what has fired.
extension IVS {
    /// The values that count now; in a call, those that counted when it began or have been told since.
    func knownValues(at now: Moment) -> VehicleValues {
        let began = self.call.isGoingOn ? self.call.incident?.startedAt : nil
        let instant = began ?? now.instant
        return self.values.known(at: instant, within: self.configuration.bus.validFor)
    }

    /// Takes the values of one call, all of them or none.
    mutating func setVehicle(_ call: ControlCall, at now: Moment) {
        let told: VehicleValues.Told
        do throws(VehicleValues.Mistake) { told = try VehicleValues.Told(call.parameters["values"] ?? .null) } catch {
            return self.outOfRange(call, error.parameter, error.allowed)
        }
        let words = call.parameters["forget"]?.asArray?.compactMap(\.asString) ?? []
        let forgotten = words.compactMap(VehicleValues.Name.init(rawValue:))
        let before = self.values
        var changed = self.values.take(told, at: now)
        for name in forgotten {
            self.values.forget(name)
            changed.insert(name)
        }
        self.outputs.append(.reply(call.id, [:], continues: false))
        self.noteChanged(changed, at: now)
        self.judgeIgnition(at: now)
        self.goOn(told, at: now)
        self.callByValues(before: before, at: now)
    }

    /// Tells the crash lines of the ignition: as long as somebody repeats it, and that nobody knows it when not.
    mutating func judgeIgnition(at now: Moment) {
        let isOn = self.values.known(at: now.instant, within: self.configuration.bus.validFor).ignition?.value
        guard isOn != self.ignition else { return }
        let isAfterSilence = self.ignition == nil
        self.ignition = isOn
        if let isOn { self.ignitionTold(isOn, isAfterSilence: isAfterSilence, at: now) }
        // A gateway that says nothing any more sleeps with the vehicle; that of a simulated rig has been told once by hand.
        if isOn == nil, !self.configuration.isSimulated { self.ring?.sleeps() }
        self.inputs.ignition(isOn: isOn, at: now.instant)
    }

    /// The ignition is known again, or has changed; a cycle begins with it but with the first that a run is told.
    private mutating func ignitionTold(_ isOn: Bool, isAfterSilence: Bool, at now: Moment) {
        let before = self.lastIgnition
        self.lastIgnition = isOn
        let isNews = isOn != before || isAfterSilence
        if isNews { self.ringIgnition(isOn: isOn, at: now) }
        if isNews, isOn { self.isWarningDue = self.hasSeriousFault }
        let comesOn = isOn && (before == false || before == true && isAfterSilence)
        // A cycle that has not lasted for as long as its tests take proves nothing, and a gateway that flickers begins none.
        if comesOn, self.judgeFaultsAt == nil { self.beginCycle(at: now) }
    }

    /// When the ignition is known no longer; `nil` while it is not known.
    var ignitionDueAt: Instant? {
        guard self.ignition != nil, let told = self.values.ignition?.toldAt else { return nil }
        return told.advanced(by: self.configuration.bus.validFor)
    }

    /// Says which values are others now; the speed always is, and one that flaps does not fill the record.
    private mutating func noteChanged(_ changed: Set<VehicleValues.Name>, at now: Moment) {
        let names = changed.subtracting([.speed]).map(\.rawValue).sorted()
        guard !names.isEmpty else { return }
        let isRare = self.valueNotes.pass(at: now.instant) != nil
        self.note(
            .vehicleChanged,
            "the vehicle tells otherwise: \(names.joined(separator: ", "))",
            at: now,
            severity: isRare ? .info : .debug,
            fields: ["values": names.joined(separator: " ")]
        )
    }

    /// A value that has turned from no to yes calls, where the configuration says so.
    ///
    /// One that was not known before does not: as with a line, what is so from the start is no crash. How long ago it was
    /// told as no does not matter: a network may tell what changes only.
    private mutating func callByValues(before: VehicleValues, at now: Moment) {
        let hasTurned = { (was: Bool?, isNow: Bool?) in was == false && isNow == true }
        for trigger in BusSettings.Trigger.allCases where self.configuration.bus.triggers.contains(trigger) {
            let (turned, sentence) =
                switch trigger {
                case .airbags:
                    (hasTurned(before.isAirbagDeployed, self.values.isAirbagDeployed), "an airbag has deployed")
                case .fuelCutOff:
                    (hasTurned(before.fuelCutOff?.value, self.values.fuelCutOff?.value), "the fuel was cut off")
                }
            guard turned else { continue }
            self.note(.vehicleCalls, "\(sentence), the vehicle says", at: now, severity: .warning)
            self.queue.append(.crash(InputLines.accelerometer, at: now.instant))
            return
        }
    }

    /// Goes on from the last trusted fix while there is no other, where speed and heading are told together.
    ///
    /// Not behind a crash: wheels in the air turn.
    private mutating func goOn(_ told: VehicleValues.Told, at now: Moment) {
        guard self.configuration.receiver != nil, let speed = told.speed else { return }
        guard let heading = told.heading else { return self.receiver.reckoning = nil }
        self.receiver.reckoning?.moved(speedMetersPerSecond: speed / 3.6, headingDegrees: heading, at: now.instant)
        let isCrashed =
            self.call.isGoingOn && (self.call.incident.map { $0.trigger == .automatic || $0.crashFollowed } ?? false)
        guard !isCrashed, self.receiver.filter.trustedFix(at: now.instant) == nil,
            let fix = self.receiver.reckoning?.fix(at: now.instant), fix.canBeTrusted(at: now.instant)
        else { return }
        self.locations.update(fix)
    }

    /// The part of `Status` about it: every value that counts, and since when it is so.
    func vehicleStatus(at now: Moment) -> JSONValue {
        let values = self.knownValues(at: now)
        var status: [JSONValue] = []
        func add<Value>(_ name: VehicleValues.Name, _ known: VehicleValues.Known<Value>?, _ text: (Value) -> String) {
            guard let known else { return }
            status.append([
                "name": .string(name.rawValue), "value": .string(text(known.value)),
                "at": .int(Int(known.since.instant.nanosecondsSinceBoot)), "time": known.since.timeText,
            ])
        }
        add(.speed, values.speed) { "\(Int($0.rounded())) km/h" }
        add(.ignition, values.ignition) { $0 ? "on" : "off" }
        add(.occupants, values.occupants) { "\($0)" }
        add(.seats, values.seats) { $0.map(\.sentence).joined(separator: "; ") }
        add(.doors, values.doors) { $0.rawValue }
        add(.fuelCutOff, values.fuelCutOff) { $0 ? "yes" : "no" }
        add(.airbags, values.airbags) { $0.map(\.sentence).joined(separator: "; ") }
        return .array(status)
    }

    /// How many are on board, as far as anybody tells.
    func occupants(at now: Moment) -> UInt8? {
        self.knownValues(at: now).numberOnBoard ?? self.configuration.vehicle.occupants
    }

    /// What the data set says of seats, airbags, fuel and doors.
    func addValues(to set: inout VehicleEmergencyDataSet, at now: Moment) {
        let values = self.knownValues(at: now)
        set.occupants = self.occupants(at: now).map { .value(Int64($0)) } ?? .unknown
        set.crash.seats = (values.seats?.value ?? []).map { seat in
            VehicleEmergencyDataSet.Seat(
                location: seat.place,
                occupied: seat.isOccupied.map { .value($0) } ?? .unknown,
                beltFastened: seat.isBelted.map { .value($0) } ?? .unknown,
                beltMonitored: seat.isBelted == nil ? .unknown : .value(true)
            )
        }
        set.crash.airbags = (values.airbags?.value ?? []).map { airbag in
            VehicleEmergencyDataSet.Airbag(
                category: airbag.kind,
                seat: airbag.place.map { .value($0) } ?? .unknown,
                deployed: .value(airbag.isDeployed)
            )
        }
        if let fuelCutOff = values.fuelCutOff { set.crash.fuelCutoff = .value(fuelCutOff.value) }
        if let doors = values.doors { set.crash.doorLocks = .value(doors.value) }
    }
}

extension VehicleValues.Seat {
    fileprivate var sentence: String {
        let occupied = self.isOccupied.map { $0 ? "occupied" : "empty" }
        let belted = self.isBelted.map { $0 ? "belted" : "not belted" }
        return "\(self.place.word) " + ([occupied, belted].compactMap(\.self).joined(separator: ", "))
    }
}

extension VehicleValues.Airbag {
    fileprivate var sentence: String {
        "\(self.kind.word)\(self.place.map { " \($0.word)" } ?? "") \(self.isDeployed ? "deployed" : "whole")"
    }
}
