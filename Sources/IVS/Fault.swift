internal import Diagnosis

/// Why a real call would be degraded; a serious one lights the malfunction lamp, any other is a note.
package enum Fault: String, Hashable, Sendable, CaseIterable, Comparable {
    case buttonStuck
    case buttonOpen
    case buttonShort
    case crashLineStuck
    case crashLineSilent
    case crashLineInvalid
    case crashLineOpen
    case crashLineShort
    case lineNoisy
    case lineUnusable
    case ledOpen
    case lampOpen
    case chimeOpen
    case recordFailing
    case controlSocketFailing
    case msdNotMade
    case credentialsUnusable
    case incidentInterrupted
    case tlsUnusable
    case ownCertificate
    case certificateDate
    case registrationFailing
    case selfCheckFailing
    case centerUnreachable
    case hopUnresolved
    case networkAdapterGone
    case networkAntennaOpen
    case networkAntennaShort
    case batteryInsufficient
    case batteryFailing
    case accelerometerFailing
    case gyroFailing
    case crashSignalsDisagree
    case receiverFailing
    case antennaOpen
    case antennaShort
    case microphoneOpen
    case microphoneShort
    case loudspeakerOpen
    case loudspeakerShort
    case memoryLow
    case diskLow
    case configurationUnusable
    case clockUnset
    case loopSlow
    case softwareFailing
    case bluetoothAdapterGone
    case phoneNotPaired
    case pairingBroken
    case ringBroken
    case ringUnitDead
    case ringUnitUnpowered
    case ringUnstable

    package static func < (left: Fault, right: Fault) -> Bool { left.rawValue < right.rawValue }

    /// What a sense line that says so means.
    init?(_ sense: CircuitSense) {
        switch (sense.circuit, sense.kind) {
        case (.button, .open): self = .buttonOpen
        case (.button, .short): self = .buttonShort
        case (.crash, .open): self = .crashLineOpen
        case (.crash, .short): self = .crashLineShort
        case (.microphone, .open): self = .microphoneOpen
        case (.microphone, .short): self = .microphoneShort
        case (.loudspeaker, .open): self = .loudspeakerOpen
        case (.loudspeaker, .short): self = .loudspeakerShort
        case (.antenna, .open): self = .antennaOpen
        case (.antenna, .short): self = .antennaShort
        case (.networkAntenna, .open): self = .networkAntennaOpen
        case (.networkAntenna, .short): self = .networkAntennaShort
        case (.led, .current): self = .ledOpen
        case (.lamp, .current): self = .lampOpen
        case (.chime, .current): self = .chimeOpen
        case (.led, _), (.lamp, _), (.chime, _), (_, .current): return nil
        }
    }

    /// Whether a call might not go out, not be heard, or not be told of: the driver is warned at once.
    ///
    /// Without the LED there is still the chime, without the phone the system's own microphone.
    var isSerious: Bool {
        switch self {
        case .ledOpen, .chimeOpen, .antennaOpen, .antennaShort, .memoryLow, .diskLow, .configurationUnusable,
            .clockUnset,
            .bluetoothAdapterGone, .phoneNotPaired, .pairingBroken, .ringUnstable:
            false
        case .buttonStuck, .buttonOpen, .buttonShort, .crashLineStuck, .crashLineSilent, .crashLineInvalid,
            .crashLineOpen, .crashLineShort, .lineNoisy, .lineUnusable, .lampOpen, .recordFailing,
            .controlSocketFailing, .msdNotMade, .credentialsUnusable, .incidentInterrupted, .tlsUnusable,
            .ownCertificate, .certificateDate, .registrationFailing, .selfCheckFailing, .centerUnreachable,
            .hopUnresolved, .networkAdapterGone, .networkAntennaOpen, .networkAntennaShort, .batteryInsufficient,
            .batteryFailing, .accelerometerFailing, .gyroFailing, .crashSignalsDisagree, .receiverFailing,
            .microphoneOpen, .microphoneShort, .loudspeakerOpen, .loudspeakerShort, .loopSlow, .softwareFailing,
            .ringBroken, .ringUnitDead, .ringUnitUnpowered:
            true
        }
    }
}
