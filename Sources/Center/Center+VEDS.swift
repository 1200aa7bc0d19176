internal import NGECall
internal import SIP
internal import Store
internal import Supervision
internal import Timeline

// The Vehicle Emergency Data Set (RFC 8148): what a vehicle knows beside its MSD.
extension Center {
    /// Shows a data set and puts it on record; one that cannot be read is kept too, and is a problem that stands beside.
    mutating func take(_ veds: ReceivedVEDS, of number: Int, at now: Moment) {
        if let call = self.calls[number], veds.octets.count <= VehicleEmergencyDataSet.maximumOctets {
            self.records.append(.callChanged(id: call.id, CallChange(dataSet: veds.octets)))
        }
        guard let set = veds.dataSet else { return }
        // A text of the peer is one line, whatever is in it: none of it is to stand where the vehicle's own findings do.
        let lines = set.summaryLines.map(\.printable)
        self.note(
            .veds,
            number,
            "vehicle data set decoded, \(veds.octets.count) octets",
            at: now,
            fields: ["decoded": lines.joined(separator: "\n")]
        )
    }

    /// Shows a data set that came by INFO, and acknowledges one that nobody asked for in an INFO of our own.
    ///
    /// To one that was asked for, the answer to its INFO is enough.
    mutating func takeLater(_ veds: ReceivedVEDS, of number: Int, at now: Moment) {
        self.take(veds, of: number, at: now)
        let wasAskedFor = self.calls[number]?.vedsRequest != nil
        self.calls[number]?.vedsRequest = nil
        guard !wasAskedFor, var call = self.calls[number], call.content.receivesVEDSPackage,
            call.machine.phase == .answered || call.machine.phase == .voiceSession,
            let acknowledgement = self.acknowledgement(of: veds, in: &call)
        else { return }
        self.calls[number] = call
        let content = EmergencyInfo.control(
            ControlDocument(
                acknowledgements: [.init(ref: acknowledgement.ref, received: acknowledgement.received)]
            ),
            contentID: acknowledgement.contentID,
            boundary: "center-" + self.random.hexadecimalDigits(12),
            package: EmergencyCallData.vedsPackage
        )
        let (_, outputs) = self.userAgent.request(
            .info,
            in: call.leg,
            headers: content.headers,
            body: content.body,
            at: now.instant
        )
        self.process(outputs, at: now)
    }

    /// A vehicle that says it cannot send its data set is not waited for.
    mutating func giveUpVEDS(_ control: ControlDocument, of number: Int) {
        let isRefused = control.acknowledgements.flatMap(\.actionResults).contains { result in
            result.action == EmergencyCallData.sendDataAction && !result.success
        }
        if isRefused { self.calls[number]?.vedsRequest = nil }
    }

    /// The acknowledgement of the INVITE's data set, whatever is said of the MSD; `nil` when there is none.
    func vedsAcknowledgement(in call: inout CenterCall) -> EmergencyAnswer.Acknowledgement? {
        guard let veds = call.content.veds else { return nil }
        return self.acknowledgement(of: veds, in: &call)
    }

    /// What is said of a data set; `nil` of one that cannot be referred to.
    private func acknowledgement(
        of veds: ReceivedVEDS,
        in call: inout CenterCall
    ) -> EmergencyAnswer.Acknowledgement? {
        guard let reference = veds.contentID else { return nil }
        return EmergencyAnswer.Acknowledgement(
            ref: reference,
            received: veds.dataSet != nil,
            contentID: call.identifiers.acknowledgement(call.nextPart())
        )
    }
}

extension VehicleEmergencyDataSet {
    /// What is known, a line for each; what is unknown or not fitted is said where a specialist would look for it.
    var summaryLines: [String] {
        var lines = [
            "incident: \(self.incident.identifier.text)", "trigger: \(self.incident.trigger.map(\.rawValue).text)",
        ]
        lines.append("time: \(self.incident.time.text)")
        if case .value(let position) = self.location.position {
            let latitude = LocationDocument.degreesText(milliarcseconds: position.latitudeMilliarcseconds)
            let longitude = LocationDocument.degreesText(milliarcseconds: position.longitudeMilliarcseconds)
            let radius = self.location.radiusMillimeters.map { "\($0 / 1_000) m" }.text
            lines.append(
                "location: \(latitude) \(longitude) within \(radius), heading \(self.location.headingDegrees.text)"
            )
        } else {
            lines.append("location: unknown")
        }
        lines.append("vehicle: \(self.vehicle.identificationNumber.text)")
        lines.append("propulsion: \(self.vehicle.propulsion.map { $0.map(\.rawValue).joined(separator: ", ") }.text)")
        lines.append("occupants: \(self.occupants.text)")
        return lines + self.crashLines + self.injuryLines
    }

    private var crashLines: [String] {
        let change = self.crash.changeInVelocity
        let speed = { (tenths: Finding<Int64>) in tenths.map { "\(Double($0) / 10) km/h" }.text }
        var lines = [
            "deltaV: \(speed(change.resultantTenths)) after \(change.timeToMaximumMilliseconds.map { "\($0) ms" }.text)",
            "deltaV.longitudinal: \(speed(change.longitudinalTenths))",
            "deltaV.lateral: \(speed(change.lateralTenths))",
            "direction of force: \(self.crash.directionOfForceDegrees.map { "\($0) degrees" }.text)",
            "impact: \(self.crash.impactSide.map(\.rawValue).text)",
            "several impacts: \(self.crash.multipleImpacts.text)",
            "rollover: \(self.crash.rollover.text)",
        ]
        if case .value(let turns) = self.crash.rolloverQuarterTurns { lines.append("quarter turns: \(turns)") }
        if case .value(let rest) = self.crash.finalRest { lines.append("lies: \(rest.rawValue)") }
        for seat in self.crash.seats {
            lines.append(
                "seat \(seat.location.rawValue): occupied \(seat.occupied.text), belt \(seat.beltFastened.text)"
            )
        }
        for airbag in self.crash.airbags {
            lines.append("airbag \(airbag.category.rawValue): deployed \(airbag.deployed.text)")
        }
        return lines
    }

    /// An estimate and what it was made without; never that nobody is hurt.
    private var injuryLines: [String] {
        guard case .value(let band) = self.injury.band else { return ["severe injury: no estimate"] }
        let probability = self.injury.probabilityThousandths.map { "\(Double($0) / 10) %" }.text
        var lines = ["severe injury: \(band), estimated at \(probability); an aid, no finding"]
        if case .value(let basis) = self.injury.basis { lines.append("severe injury.basis: \(basis)") }
        if !self.injury.unknownInputs.isEmpty {
            lines.append("severe injury.unknown: \(self.injury.unknownInputs.joined(separator: ", "))")
        }
        if !self.injury.possibleRegions.isEmpty {
            var line = "possible injuries: \(self.injury.possibleRegions.joined(separator: ", "))"
            if case .value(let thousandths) = self.injury.seriousThousandths {
                line += "; of those hurt in such a crash \(Double(thousandths) / 10) % seriously"
            }
            lines.append(line)
        }
        return lines
    }
}

extension Finding {
    /// The value, or what is known instead.
    fileprivate var text: String {
        switch self {
        case .value(let value): "\(value)"
        case .unknown: "unknown"
        case .notFitted: "not fitted"
        }
    }
}
