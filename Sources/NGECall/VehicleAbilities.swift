/// What a vehicle does when a center asks: its capabilities (RFC 8147 section 9.1.2, RFC 8148 section 9.4).
package struct VehicleAbilities: Hashable, Sendable {
    /// The data it sends on request, in its order; `EmergencyCallData.msdDatatype`, `EmergencyCallData.vedsDatatype`.
    package var datatypes: [String] = []
    package var lamps: [VehicleAction.Lamp] = []
    /// The highest registered number it has, with all those below; `nil` for none at all.
    package var highestStaticMessage: UInt32?
    package var showsDynamicMessages = false
    package var honks = false
    package var locksDoors = false
    package var cameras: [VehicleAction.Camera] = []

    package init() {}

    /// The abilities of a vehicle that sends MSDs and does nothing else, which one without a word of them has, too.
    package static let msdOnly: VehicleAbilities = {
        var abilities = VehicleAbilities()
        abilities.datatypes = [EmergencyCallData.msdDatatype]
        return abilities
    }()

    /// Reads capabilities; an action, a lamp or a camera that is not registered is left out.
    package init(_ capabilities: [ControlDocument.Request]) {
        for capability in capabilities {
            if capability.action == EmergencyCallData.sendDataAction {
                self.datatypes += capability.supportedValues
                continue
            }
            guard let name = VehicleAction.Name(rawValue: capability.action) else { continue }
            switch name {
            case .staticMessage: self.highestStaticMessage = capability.intID
            case .dynamicMessage: self.showsDynamicMessages = true
            case .lamp: self.lamps += capability.supportedValues.compactMap(VehicleAction.Lamp.init(rawValue:))
            case .honk: self.honks = true
            case .doorLock: self.locksDoors = true
            case .camera: self.cameras += capability.supportedValues.compactMap(VehicleAction.Camera.init(rawValue:))
            }
        }
    }

    /// The capabilities, in the order of RFC 8148's example.
    package var capabilities: [ControlDocument.Request] {
        var requests: [ControlDocument.Request] = []
        let add = { (name: VehicleAction.Name, values: [String]) in
            requests.append(ControlDocument.Request(action: name.rawValue, supportedValues: values))
        }
        if !self.datatypes.isEmpty {
            requests.append(
                ControlDocument.Request(action: EmergencyCallData.sendDataAction, supportedValues: self.datatypes)
            )
        }
        if !self.lamps.isEmpty { add(.lamp, self.lamps.map(\.rawValue)) }
        if let number = self.highestStaticMessage {
            requests.append(ControlDocument.Request(action: VehicleAction.Name.staticMessage.rawValue, intID: number))
        }
        if self.showsDynamicMessages { add(.dynamicMessage, []) }
        if self.honks { add(.honk, []) }
        if self.locksDoors { add(.doorLock, []) }
        if !self.cameras.isEmpty { add(.camera, self.cameras.map(\.rawValue)) }
        return requests
    }

    /// The actions it has any equipment for.
    package var names: Set<VehicleAction.Name> {
        var names: Set<VehicleAction.Name> = []
        if self.highestStaticMessage != nil { names.insert(.staticMessage) }
        if self.showsDynamicMessages { names.insert(.dynamicMessage) }
        if !self.lamps.isEmpty { names.insert(.lamp) }
        if self.honks { names.insert(.honk) }
        if self.locksDoors { names.insert(.doorLock) }
        if !self.cameras.isEmpty { names.insert(.camera) }
        return names
    }

    /// Why the vehicle does not do that; `nil` when it does.
    ///
    /// What it has none of is unsupported; of what it has some, another one is unsupported data.
    package func refusal(of action: VehicleAction) -> ControlDocument.Reason? {
        guard self.names.contains(action.name) else { return .unsupported }
        let isThere =
            switch action {
            case .staticMessage(let number): number > 0 && number <= self.highestStaticMessage ?? 0
            case .lamp(let lamp, _, _): self.lamps.contains(lamp)
            case .camera(let camera): self.cameras.contains(camera)
            case .dynamicMessage, .honk, .doorLock: true
            }
        return isThere ? nil : .dataUnsupported
    }
}
