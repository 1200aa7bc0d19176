internal import Diagnosis

extension Fault {
    /// What the driver is told of it: what does not work, and what that means for a call.
    ///
    /// A fault of the ring has a sentence of its own, by its verdict.
    var driverSentence: String { self.driverSentence(as: self) }

    /// The same with what another fault means for a call.
    func driverSentence(as other: Fault) -> String {
        let head = self.isSerious ? "SOS call malfunction" : "SOS call: a note"
        return "\(head): \(other.plainly)"
    }

    private var plainly: String {
        switch self {
        case .buttonStuck: "the SOS button does not come back. A crash still calls. \(Self.workshop)"
        case .buttonOpen, .buttonShort:
            "the SOS button is not connected. A crash still calls; by hand, use your telephone. \(Self.workshop)"
        case .crashLineStuck, .crashLineSilent, .crashLineInvalid, .crashLineOpen, .crashLineShort:
            "a crash might not call by itself. Press the SOS button for help. \(Self.workshop)"
        case .accelerometerFailing, .gyroFailing, .crashSignalsDisagree:
            "a crash might be felt too late or not at all. Press the SOS button for help. \(Self.workshop)"
        case .lineNoisy, .lineUnusable: "a part of it is not connected. \(Self.workshop)"
        case .ledOpen: "its green light does not work. A tone tells of a call. \(Self.workshop)"
        case .lampOpen: "its warning lamp does not work. \(Self.workshop)"
        case .chimeOpen: "its buzzer does not work. Lamp and display tell of a call. \(Self.workshop)"
        case .recordFailing, .diskLow: "what it does might not be written down. A call is possible. \(Self.workshop)"
        case .controlSocketFailing, .incidentInterrupted: "a part of it does not work. \(Self.workshop)"
        case .msdNotMade: "a call would go out without its data: say where you are. \(Self.workshop)"
        case .registrationFailing: "the response center could not ring you back. A call is possible. \(Self.workshop)"
        case .selfCheckFailing: "the last test calls failed. In an emergency use your telephone too. \(Self.workshop)"
        case .credentialsUnusable, .tlsUnusable, .ownCertificate, .certificateDate, .configurationUnusable:
            "its set-up has a mistake, and a call might take longer or fail. \(Self.workshop)"
        case .centerUnreachable, .hopUnresolved:
            "the response center cannot be reached. In an emergency use your telephone too."
        case .networkAdapterGone, .networkAntennaOpen, .networkAntennaShort:
            "it has no mobile network of its own. In an emergency use your telephone. \(Self.workshop)"
        case .batteryInsufficient, .batteryFailing:
            "its own battery is weak: a call might break off when the vehicle's power is gone. \(Self.workshop)"
        case .receiverFailing, .antennaOpen, .antennaShort:
            "it does not know where you are. A call is possible: say where you are. \(Self.workshop)"
        case .microphoneOpen, .microphoneShort: "the center would not hear you. The call goes out. \(Self.workshop)"
        case .loudspeakerOpen, .loudspeakerShort:
            "you would not hear the center. The call goes out, and you are heard. \(Self.workshop)"
        case .memoryLow, .loopSlow: "it is slow. Switch the vehicle off and on again. \(Self.workshop)"
        case .softwareFailing:
            "it has restarted by itself several times. Switch the vehicle off and on again; if this message stays, "
                + "have the vehicle looked at."
        case .clockUnset: "its clock is not set. A call is possible."
        case .bluetoothAdapterGone: "Bluetooth does not work. An emergency call does not need it. \(Self.workshop)"
        case .phoneNotPaired: "your phone is not paired. An emergency call does not need it."
        case .pairingBroken: "the pairing with your phone is broken: remove it on both sides, and pair them again."
        case .ringBroken, .ringUnitDead, .ringUnitUnpowered, .ringUnstable:
            "the sound system is not connected. An emergency call is possible, perhaps without the vehicle's "
                + "loudspeakers. \(Self.workshop)"
        }
    }

    private static let workshop = "Have the vehicle looked at."

    /// What the mechanic does about it.
    var advice: String {
        switch self {
        case .buttonStuck: "Look whether something holds the button down; exchange it when it does not come back."
        case .buttonOpen, .crashLineOpen, .microphoneOpen, .loudspeakerOpen, .antennaOpen, .networkAntennaOpen:
            "The wire is cut off: look at both plugs, then measure it through."
        case .buttonShort, .crashLineShort, .microphoneShort, .loudspeakerShort, .antennaShort, .networkAntennaShort:
            "The wire is shorted: unplug the far end; when the short stays, exchange the wire, else what hangs on it."
        case .crashLineStuck, .crashLineSilent, .crashLineInvalid:
            "Look at the supply of the crash unit, then at its wire and its profile in the configuration."
        case .lineNoisy: "Look for a loose plug, a missing resistor, or a wire beside one that switches."
        case .lineUnusable: "Look whether another program holds the line, and whether the chip is there."
        case .ledOpen, .lampOpen, .chimeOpen: "It is driven and no current flows: exchange it, or look at its wire."
        case .recordFailing: "Look at the disk: room, rights, health."
        case .diskLow: "Make room on the disk that has the record."
        case .controlSocketFailing: "Look at the folder of the control socket and its rights."
        case .msdNotMade: "Look at the vehicle's data in the configuration."
        case .credentialsUnusable: "Look at the password file: there, readable by this service, one line."
        case .incidentInterrupted: "A call was cut off by a restart: look into its incident, and why it restarted."
        case .tlsUnusable, .ownCertificate: "Look at the files of certificates and keys: there, readable, in date."
        case .certificateDate: "Set the clock; when it is right, the center's certificate is not."
        case .registrationFailing, .selfCheckFailing: "Look at the address, the password and the center's own log."
        case .centerUnreachable: "Other machines can be reached and this center cannot: address, firewall, center."
        case .hopUnresolved: "The name of a 112 hop has no address: look at the name and at the name service."
        case .networkAdapterGone: "The adapter does not answer: look at its plug and supply, then exchange it."
        case .batteryInsufficient: "Charge it; when it does not hold that for a day, exchange it."
        case .batteryFailing: "Look at its plug; then exchange it."
        case .accelerometerFailing, .gyroFailing: "Look at the sensor's bus and driver, then exchange it."
        case .crashSignalsDisagree: "Look into the last impact: which of the two was right, and exchange the other."
        case .receiverFailing: "Look at gpsd, then at the receiver's plug and supply."
        case .memoryLow, .loopSlow: "Look what else runs on this machine; restart it."
        case .configurationUnusable: "Mend the file before the next start: ecalld --check-config names every mistake."
        case .clockUnset: "Look at the time service: without it a call carries no time."
        case .softwareFailing:
            "Restart first: systemctl restart ecalld, or the supply off for a minute. It has helped when the run lasts for "
                + "10 min. If it comes back, keep the journal and install another version."
        case .bluetoothAdapterGone: "Look whether the adapter is there and switched on: bluetoothctl list, power on."
        case .phoneNotPaired: "Pair the phone that the configuration names, or name another."
        case .pairingBroken: "Remove the pairing on both sides, and pair them again."
        case .ringBroken, .ringUnitDead, .ringUnitUnpowered, .ringUnstable: "ecallctl ring diagnose finds the part."
        }
    }
}
