internal import Diagnosis

extension Fault {
    /// The number by which a workshop knows it; one of the range that makers may use as they like.
    ///
    /// The types behind the hyphen: 24 stuck, 12 short to the supply, 16 voltage low, 29 invalid, 31 no signal, 38 wrong
    /// frequency, 46 memory, 49 internal, 55 not configured, 62 compare, 64 implausible, 87 message missing, 88 bus off, 96 component.
    var code: String {
        switch self {
        case .buttonStuck: "B1A01-24"
        case .receiverFailing: "B1A05-31"
        case .batteryInsufficient: "B1A06-16"
        case .batteryFailing: "B1A06-96"
        case .crashLineStuck: "B1A07-24"
        case .crashLineInvalid: "B1A07-38"
        case .crashSignalsDisagree: "B1A07-62"
        case .crashLineSilent: "B1A09-87"
        case .accelerometerFailing: "B1A0D-31"
        case .gyroFailing: "B1A0E-31"
        case .lineNoisy: "B1A30-29"
        case .lineUnusable: "B1A31-31"
        case .recordFailing: "B1A40-46"
        case .controlSocketFailing: "B1A41-49"
        case .msdNotMade: "B1A42-49"
        case .credentialsUnusable: "B1A43-55"
        case .incidentInterrupted: "B1A44-49"
        case .tlsUnusable: "B1A45-55"
        case .ownCertificate: "B1A46-55"
        case .certificateDate: "B1A47-64"
        case .registrationFailing: "U1A48-87"
        case .selfCheckFailing: "U1A49-87"
        case .ringBroken: "U1A00-88"
        case .ringUnitDead: "B1A20-96"
        case .ringUnitUnpowered: "B1A21-16"
        case .ringUnstable: "U1A22-29"
        }
    }

    /// Whether it is looked for all the time, so that a cycle in which it was not found was a clean one.
    ///
    /// The others are found, or found gone, when something is tried: a call, a connection, a self-check.
    var isWatched: Bool {
        switch self {
        case .buttonStuck, .crashLineStuck, .crashLineSilent, .crashLineInvalid, .lineNoisy, .lineUnusable,
            .recordFailing, .controlSocketFailing, .credentialsUnusable, .batteryInsufficient, .batteryFailing,
            .accelerometerFailing, .gyroFailing, .receiverFailing, .ringBroken, .ringUnitDead, .ringUnitUnpowered,
            .ringUnstable:
            true
        case .msdNotMade, .incidentInterrupted, .tlsUnusable, .ownCertificate, .certificateDate, .registrationFailing,
            .selfCheckFailing, .crashSignalsDisagree:
            false
        }
    }
}
