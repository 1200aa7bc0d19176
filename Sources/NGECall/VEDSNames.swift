/// Every namespace, element and attribute name of a Vehicle Emergency Data Set, known ones and our own.
///
/// Known, from public copies of the examples of VEDS 3.1 (APCO/NENA 2.102.1) and classes made from its schema: all
/// names in the first four namespaces, their nesting, their order, and that each element may be nil. RFC 8148 prints an
/// example of version 1.0, whose names of this set are the same. Not known: the schema itself, so which of them it
/// requires, and whether it lets elements of other namespaces in.
///
/// Ours: the names in `extensionNamespace`, for what the published set has no element for. A reader that does not know
/// them has to skip them; a document can be written without.
enum VEDSNames {
    /// A namespace with the prefix it is written with.
    struct Namespace: Hashable, Sendable {
        let prefix: String
        let uri: String
    }

    /// A name in its namespace.
    struct Name: Hashable, Sendable {
        let namespace: Namespace
        let local: String

        /// As it is written: prefix, colon, name.
        var qualified: String { "\(self.namespace.prefix):\(self.local)" }
    }

    // MARK: Namespaces

    /// Known: version 3.1, which is written.
    static let set = Namespace(prefix: "veds", uri: "http://www.veds.org/acn/3.1")

    /// Known: the namespaces that are read as the set's own; 1.0 is that of RFC 8148's example.
    static let setURIs = [Self.set.uri, "http://www.veds.org/acn/1.0"]

    /// Known: NIEM, the model that the set is built on.
    static let core = Namespace(prefix: "nc", uri: "http://niem.gov/niem/niem-core/2.0")
    static let justice = Namespace(prefix: "j", uri: "http://niem.gov/niem/domains/jxdm/4.1")
    static let maritime = Namespace(prefix: "m", uri: "http://niem.gov/niem/domains/maritime/2.1")
    static let structures = Namespace(prefix: "s", uri: "http://niem.gov/niem/structures/2.0")

    /// Known: XML Schema's own, for `nil`.
    static let instance = Namespace(prefix: "xsi", uri: "http://www.w3.org/2001/XMLSchema-instance")

    /// Ours: nobody has registered it, and it is no address.
    static let extensionNamespace = Namespace(prefix: "x", uri: "urn:x-ecall:veds-extension:1")

    // MARK: Known elements, in the order in which they stand

    static let root = published("AutomatedCrashNotification")
    static let crash = published("Crash")
    static let activityIdentification = core("ActivityIdentification")
    static let identificationID = core("IdentificationID")
    static let activityDate = core("ActivityDate")
    static let dateTime = core("DateTime")
    /// Known by name and as "number of passengers in the vehicle"; that it counts the driver is our reading.
    static let passengerQuantity = Name(namespace: Self.justice, local: "DrivingIncidentPassengerQuantityText")
    static let heading = Name(namespace: Self.maritime, local: "ConveyanceHeadingMeasure")
    static let measureValue = core("MeasurePointValue")
    static let measureUnit = core("MeasureUnitText")
    static let vehicle = published("CrashVehicle")
    static let vehicleIdentification = core("VehicleIdentification")
    static let airbag = published("Airbag")
    static let airbagCategory = published("AirbagCategoryCode")
    static let airbagDeployed = published("AirbagDeployedIndicator")
    static let pulse = published("VehicleCrashPulse")
    static let changeInVelocity = published("CrashPulseChangeInVelocityMeasure")
    /// Known: an hour of the clock, 12 from the front, 3 from the passenger's side of a car driven on the left.
    static let directionOfForceHour = published("CrashPulsePrincipalDirectionOfForceValue")
    static let quarterTurns = published("CrashPulseRolloverQuarterTurnsValue")
    static let propulsion = published("VehiclePropulsionStorageCode")
    static let rollover = published("VehicleRolloverIndicator")
    static let seat = published("VehicleSeat")
    static let seatLocation = published("VehicleSeatLocationCategoryCode")
    static let seatOccupied = published("VehicleSeatOccupiedIndicator")
    static let beltFastened = published("VehicleSeatbeltFastenedIndicator")
    static let beltMonitored = published("VehicleSeatbeltMonitoredIndicator")
    static let multipleImpacts = published("MultipleImpactsIndicator")
    static let severeInjury = published("SevereInjuryIndicator")
    static let finalRest = published("VehicleFinalRestOrientationCategoryCode")
    static let location = core("Location")
    static let coordinate = core("LocationTwoDimensionalGeographicCoordinate")
    static let latitude = core("GeographicCoordinateLatitude")
    static let latitudeDegrees = core("LatitudeDegreeValue")
    static let longitude = core("GeographicCoordinateLongitude")
    static let longitudeDegrees = core("LongitudeDegreeValue")
    static let trigger = published("NotificationDeviceTypeCode")
    static let crashLocation = Name(namespace: Self.justice, local: "ActivityLocationAssociation")
    static let activityReference = core("ActivityReference")
    static let locationReference = core("LocationReference")

    // MARK: Known attributes

    static let identifier = Name(namespace: Self.structures, local: "id")
    static let reference = Name(namespace: Self.structures, local: "ref")
    static let isNil = Name(namespace: Self.instance, local: "nil")

    // MARK: Our own elements and attribute

    /// On a nil element: why it has no value; `notFitted` is the one reason that is not "unknown".
    static let absence = own("absence")
    static let notFitted = "notFitted"

    static let airbagSeat = own("AirbagSeatLocationCategoryCode")
    static let longitudinalChange = own("LongitudinalChangeInVelocityKPH")
    static let lateralChange = own("LateralChangeInVelocityKPH")
    static let timeToMaximum = own("TimeToMaximumChangeInVelocityMilliseconds")
    static let rangeLimit = own("ChangeInVelocityRangeLimitKPH")
    static let directionOfForceDegrees = own("PrincipalDirectionOfForceDegrees")
    static let impactSide = own("ImpactSideCode")
    static let fuelCutoff = own("FuelCutoffIndicator")
    static let doorLocks = own("DoorLockCode")
    static let injury = own("SevereInjuryPrediction")
    static let injuryProbability = own("SevereInjuryProbabilityValue")
    static let injuryBand = own("SevereInjuryBandText")
    static let injuryBasis = own("SevereInjuryBasisText")
    static let unknownInput = own("UnknownInputText")
    static let possibleRegion = own("PossibleBodyRegionText")
    static let seriousAmongHurt = own("SeriousInjuryAmongHurtValue")
    static let radius = own("LocationRadiusMeters")
    static let locationTime = own("LocationDateTime")

    private static func published(_ local: String) -> Name { Name(namespace: Self.set, local: local) }
    private static func core(_ local: String) -> Name { Name(namespace: Self.core, local: local) }
    private static func own(_ local: String) -> Name { Name(namespace: Self.extensionNamespace, local: local) }
}

extension VEDSNames {
    /// Known: a change in velocity is given in one of these.
    static let kilometersPerHour = "KPH"
    static let milesPerHour = "MPH"
}

// The code lists: known where the case has no word on it.

extension VehicleEmergencyDataSet {
    /// What called: the published kinds of device; only the button and `normal` are not automatic.
    package enum Trigger: String, CaseIterable, Hashable, Sendable {
        case normal = "NORMAL"
        case airbag = "AIRBAG"
        case beltTensioner = "TENSIONER"
        case accelerometers = "ACCELEROMETERS"
        case manual = "MANUAL"
        case injury = "INJURY"
        /// Automatic by something else, or by what the vehicle does not tell apart.
        case other = "OTHER"

        package var isAutomatic: Bool {
            switch self {
            case .normal, .manual: false
            case .airbag, .beltTensioner, .accelerometers, .injury, .other: true
            }
        }
    }

    /// What drives the vehicle.
    package enum Propulsion: String, CaseIterable, Hashable, Sendable {
        case gasoline = "GASOLINE"
        case compressedGas = "CNG"
        case diesel = "DIESEL"
        case electric = "ELECTRIC"
        case ethanol = "ETHANOL"
        case hydrogen = "HYDROGEN"
        case liquidGas = "LPG"
        case other = "OTHER"
    }

    /// The published kinds of airbag; one for the knee is a front one.
    package enum AirbagCategory: String, CaseIterable, Hashable, Sendable {
        case front = "FRONT"
        case side = "SIDE"
        case curtain = "CURTAIN"
        case roof = "ROOF"
        case belt = "SEAT"
    }

    /// The published places to sit.
    package enum SeatLocation: String, CaseIterable, Hashable, Sendable {
        case driver = "1"
        case frontPassenger = "2"
        case secondRowLeft = "3"
        case secondRowMiddle = "4"
        case secondRowRight = "5"
        case thirdRowLeft = "6"
        case thirdRowMiddle = "7"
        case thirdRowRight = "8"
        case frontMiddle = "9"
    }

    /// What the vehicle came to rest on.
    package enum FinalRest: String, CaseIterable, Hashable, Sendable {
        case wheels = "Normal"
        case driverSide = "Driver"
        case passengerSide = "Passenger"
        case roof = "Roof"
        case rear = "Rear"
        case front = "Front"

        /// Known: the code of a vehicle that does not know it.
        static let unknownCode = "Unknown"
    }

    /// Where the strongest impact was; the codes are ours.
    package enum ImpactSide: String, CaseIterable, Hashable, Sendable {
        case front
        case rear
        case left
        case right
        case other
    }

    /// How the doors are; the codes are ours.
    package enum DoorLocks: String, CaseIterable, Hashable, Sendable {
        case locked
        case unlocked
        /// Some are, some are not.
        case mixed
    }
}
