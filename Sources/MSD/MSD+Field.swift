extension MSD {
    /// A part of an MSD or of its additional data, named as its path in the schema, in the order of the octets.
    package enum Field: String, CaseIterable, Sendable {
        case msdVersion
        /// The length of the encoded message, which v1 does not have.
        case contentLength = "msd.length"
        /// The extension and presence bits that begin MSDMessage.
        case message = "msd"
        /// The extension and presence bits that begin MSDStructure.
        case structure = "msdStructure"
        case messageIdentifier
        case automaticActivation = "control.automaticActivation"
        case testCall = "control.testCall"
        case positionCanBeTrusted = "control.positionCanBeTrusted"
        case vehicleType = "control.vehicleType"
        case vehicleIdentificationNumber
        case vehiclePropulsionStorageType
        case timestamp
        case positionLatitude = "vehicleLocation.positionLatitude"
        case positionLongitude = "vehicleLocation.positionLongitude"
        case vehicleDirection
        case recentVehicleLocationN1Latitude = "recentVehicleLocationN1.latitudeDelta"
        case recentVehicleLocationN1Longitude = "recentVehicleLocationN1.longitudeDelta"
        case recentVehicleLocationN2Latitude = "recentVehicleLocationN2.latitudeDelta"
        case recentVehicleLocationN2Longitude = "recentVehicleLocationN2.longitudeDelta"
        case numberOfOccupants
        /// What a later schema added to MSDStructure.
        case structureExtension = "msdStructure.extension"
        case objectIdentifier = "optionalAdditionalData.oid"
        case additionalData = "optionalAdditionalData.data"
        /// What a later schema added to MSDMessage.
        case messageExtension = "msd.extension"

        case euroNCAP
        case locationOfImpact = "euroNCAP.locationOfImpact"
        case rolloverDetected = "euroNCAP.rolloverDetected"
        case deltaV = "euroNCAP.deltaV"
        case rangeLimit = "euroNCAP.deltaV.rangeLimit"
        case deltaVX = "euroNCAP.deltaV.deltaVX"
        case deltaVY = "euroNCAP.deltaV.deltaVY"
        case deltaVExtension = "euroNCAP.deltaV.extension"
        case euroNCAPExtension = "euroNCAP.extension"

        case eraGlonass
        case crashSeverity = "eraGlonass.crashSeverity"
        case diagnosticResult = "eraGlonass.diagnosticResult"
        case crashInfo = "eraGlonass.crashInfo"
        case coordinateSystemType = "eraGlonass.coordinateSystemType"
        case eraGlonassExtension = "eraGlonass.extension"
    }
}
