extension MSD {
    /// What an MSD says, a line for each field that was sent, `name: value`.
    package var summaryLines: [String] { Fields(self).summaryLines }

    /// A field in which two MSDs differ.
    package struct FieldDifference: Hashable, Sendable, CustomStringConvertible {
        package let field: Field
        /// `nil` when the older MSD does not have the field.
        package let old: String?
        /// `nil` when the newer MSD does not have the field.
        package let new: String?

        package var description: String {
            "\(self.field.rawValue): \(self.old ?? "absent") -> \(self.new ?? "absent")"
        }
    }

    /// The fields that changed since `older`, in the order of the schema.
    package func differences(from older: MSD) -> [FieldDifference] {
        Fields(self).differences(from: Fields(older))
    }
}

extension MSD.Fields {
    /// What was read, a line for each field, `name: value`.
    package var summaryLines: [String] { self.texts.map { "\($0.field.rawValue): \($0.text)" } }

    /// The fields in which these differ from `older`, in the order of the schema.
    package func differences(from older: MSD.Fields) -> [MSD.FieldDifference] {
        let mine = Dictionary(uniqueKeysWithValues: self.texts.map { ($0.field, $0.text) })
        let others = Dictionary(uniqueKeysWithValues: older.texts.map { ($0.field, $0.text) })
        return MSD.Field.allCases.compactMap { field in
            let (old, new) = (others[field], mine[field])
            return old == new ? nil : MSD.FieldDifference(field: field, old: old, new: new)
        }
    }

    /// Every field that is here with its value in words, in the order of the schema.
    package var texts: [(field: MSD.Field, text: String)] {
        var texts: [(field: MSD.Field, text: String)] = []
        func add(_ field: MSD.Field, _ text: String?) {
            if let text { texts.append((field, text)) }
        }
        add(.msdVersion, self.msdVersion.map { String($0.rawValue) })
        add(.messageIdentifier, self.messageIdentifier.map(String.init))
        add(.automaticActivation, self.automaticActivation.map(String.init))
        add(.testCall, self.testCall.map(String.init))
        add(.positionCanBeTrusted, self.positionCanBeTrusted.map(String.init))
        add(.vehicleType, self.vehicleType?.description)
        add(.vehicleIdentificationNumber, self.vehicleIdentificationNumber?.description)
        add(.vehiclePropulsionStorageType, self.vehiclePropulsionStorageType.map(FieldText.names))
        add(.timestamp, self.timestamp.map(FieldText.time))
        add(.positionLatitude, self.positionLatitude.map { FieldText.coordinate($0, within: Position.latitudes) })
        add(.positionLongitude, self.positionLongitude.map { FieldText.coordinate($0, within: Position.longitudes) })
        add(.vehicleDirection, self.vehicleDirection.map(FieldText.direction))
        add(.recentVehicleLocationN1Latitude, self.recentVehicleLocationN1Latitude.map(FieldText.delta))
        add(.recentVehicleLocationN1Longitude, self.recentVehicleLocationN1Longitude.map(FieldText.delta))
        add(.recentVehicleLocationN2Latitude, self.recentVehicleLocationN2Latitude.map(FieldText.delta))
        add(.recentVehicleLocationN2Longitude, self.recentVehicleLocationN2Longitude.map(FieldText.delta))
        add(.numberOfOccupants, self.numberOfOccupants.map { $0 == 255 ? "unknown" : String($0) })
        add(.objectIdentifier, self.objectIdentifier.map { $0.map(String.init).joined(separator: ".") })
        add(.additionalData, self.additionalData.map(MSDText.hex))
        return texts + (self.optionalAdditionalData?.content.texts ?? [])
    }
}

extension OptionalAdditionalData.Content {
    /// Every field of known content with its value in words, or one line that says what is wrong with it.
    fileprivate var texts: [(field: MSD.Field, text: String)] {
        var texts: [(field: MSD.Field, text: String)] = []
        func add(_ field: MSD.Field, _ text: String?) {
            if let text { texts.append((field, text)) }
        }
        switch self {
        case .euroNCAP(let data):
            add(.locationOfImpact, data.locationOfImpact.description)
            add(.rolloverDetected, data.rolloverDetected.map(String.init))
            add(.rangeLimit, "\(data.rangeLimit) km/h")
            add(.deltaVX, "\(data.deltaVX) km/h")
            add(.deltaVY, "\(data.deltaVY) km/h")
        case .eraGlonass(let data):
            add(.crashSeverity, data.crashSeverity.map(String.init))
            add(.diagnosticResult, data.diagnosticResult.map { FieldText.names($0, none: "no failure") })
            add(.crashInfo, data.crashInfo.map { FieldText.names($0, none: "no crash") })
            add(.coordinateSystemType, data.coordinateSystemType?.rawValue)
        case .unknown:
            break
        case .damaged(let error):
            add(error.field, "damaged at bit \(error.bitOffset) of the data: \(error.reason)")
        }
        return texts
    }
}
