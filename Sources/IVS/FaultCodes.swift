internal import Diagnosis

extension Fault {
    /// The number by which a workshop knows it; one of the range that makers may use as they like.
    ///
    /// The types behind the hyphen: 24 stuck, 11 short to ground, 12 short to the supply, 13 open, 16 voltage low, 29 invalid, 31 no signal, 38 wrong
    /// frequency, 46 memory, 49 internal, 55 not configured, 62 compare, 64 implausible, 87 message missing, 88 bus off, 96 component.
    var code: String {
        switch self {
        case .buttonStuck: "B1A01-24"
        case .buttonOpen: "B1A01-13"
        case .buttonShort: "B1A01-11"
        case .microphoneOpen: "B1A02-13"
        case .microphoneShort: "B1A02-11"
        case .loudspeakerOpen: "B1A03-13"
        case .loudspeakerShort: "B1A03-1A"
        case .antennaOpen: "B1A04-13"
        case .antennaShort: "B1A04-11"
        case .receiverFailing: "B1A05-31"
        case .batteryInsufficient: "B1A06-16"
        case .batteryFailing: "B1A06-96"
        case .crashLineStuck: "B1A07-24"
        case .crashLineOpen: "B1A07-13"
        case .crashLineShort: "B1A07-12"
        case .crashLineInvalid: "B1A07-38"
        case .crashSignalsDisagree: "B1A07-62"
        case .ledOpen: "B1A08-13"
        case .crashLineSilent: "B1A09-87"
        case .networkAntennaOpen: "B1A0A-13"
        case .networkAntennaShort: "B1A0A-11"
        case .networkAdapterGone: "B1A0B-96"
        case .accelerometerFailing: "B1A0D-31"
        case .gyroFailing: "B1A0E-31"
        case .lampOpen: "B1A10-13"
        case .chimeOpen: "B1A11-13"
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
        case .memoryLow: "B1A4A-46"
        case .diskLow: "B1A4B-46"
        case .configurationUnusable: "B1A4C-55"
        case .clockUnset: "B1A4D-29"
        case .loopSlow: "B1A4E-49"
        case .softwareFailing: "B1A4F-49"
        case .bluetoothAdapterGone: "B1A50-96"
        case .phoneNotPaired: "B1A51-55"
        case .pairingBroken: "B1A52-62"
        case .registrationFailing: "U1A48-87"
        case .centerUnreachable: "U1A53-87"
        case .hopUnresolved: "U1A54-55"
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
            .ringUnstable, .buttonOpen, .buttonShort, .crashLineOpen, .crashLineShort, .microphoneOpen,
            .microphoneShort, .loudspeakerOpen, .loudspeakerShort, .antennaOpen, .antennaShort, .networkAntennaOpen,
            .networkAntennaShort, .networkAdapterGone, .memoryLow, .diskLow, .configurationUnusable, .clockUnset,
            .loopSlow, .softwareFailing, .bluetoothAdapterGone, .phoneNotPaired, .pairingBroken, .centerUnreachable,
            .hopUnresolved:
            true
        case .msdNotMade, .incidentInterrupted, .tlsUnusable, .ownCertificate, .certificateDate, .registrationFailing,
            .selfCheckFailing, .crashSignalsDisagree, .ledOpen, .lampOpen, .chimeOpen:
            false
        }
    }
}
