/// What is known of the Bluetooth of the vehicle and the phone that belongs to it.
package struct BluetoothReading: Hashable, Sendable {
    /// Whether the adapter is there and has power.
    package var isAdapterThere: Bool
    /// Whether the phone is paired; `nil` where no phone is configured, or no adapter tells.
    package var isPhonePaired: Bool?
    /// Whether both sides have kept the keys of the pairing; `nil` where nothing tells.
    package var isPairingWhole: Bool?
    package var isPhoneConnected: Bool?

    package init(
        isAdapterThere: Bool,
        isPhonePaired: Bool? = nil,
        isPairingWhole: Bool? = nil,
        isPhoneConnected: Bool? = nil
    ) {
        self.isAdapterThere = isAdapterThere
        self.isPhonePaired = isPhonePaired
        self.isPairingWhole = isPairingWhole
        self.isPhoneConnected = isPhoneConnected
    }

    /// What is wrong with it, the first thing that explains the others.
    package enum Fault: Hashable, Sendable {
        case adapterGone
        case phoneNotPaired
        case pairingBroken
    }

    package var fault: Fault? {
        if !self.isAdapterThere { return .adapterGone }
        if self.isPhonePaired == false { return .phoneNotPaired }
        return self.isPairingWhole == false ? .pairingBroken : nil
    }
}
