/// What a center asks of a vehicle's own equipment (RFC 8148 section 9.1); a request that asks no data.
package enum VehicleAction: Hashable, Sendable {
    /// Show or say the registered message of that number, in the vehicle's language.
    case staticMessage(UInt32)
    /// Show or say one of these, which say the same in several languages.
    case dynamicMessage([ControlDocument.Request.Text])
    case lamp(Lamp, LampState, Persistence)
    case honk(Persistence)
    /// All doors.
    case doorLock(DoorState)
    /// Offer the picture of that camera, one way, by a new offer in the dialog.
    case camera(Camera)

    /// The registered lamps (RFC 8148 section 14).
    package enum Lamp: String, CaseIterable, Hashable, Sendable {
        case head
        case interior
        case fogFront = "fog-front"
        case fogRear = "fog-rear"
        case brake
        case brakeCenter = "brake-center"
        case positionFront = "position-front"
        case positionRear = "position-rear"
        case turnLeft = "turn-left"
        case turnRight = "turn-right"
        case hazard
    }

    package enum LampState: String, CaseIterable, Hashable, Sendable {
        case on
        case off
        case flash
    }

    package enum DoorState: String, CaseIterable, Hashable, Sendable {
        case locked
        case unlocked
    }

    /// The registered cameras (RFC 8148 section 14).
    package enum Camera: String, CaseIterable, Hashable, Sendable {
        case backup
        case leftRear = "left-rear"
        case rightRear = "right-rear"
        case forward
        case rearWide = "rear-wide"
        case lane
        case interior
        case nightFront = "night-front"
        case nightRear = "night-rear"
        case nightLeft = "night-left"
        case nightRight = "night-right"
    }

    /// What became of an action that was tried.
    package enum Outcome: Hashable, Sendable {
        case done
        case failed(ControlDocument.Reason, details: String?)
    }
}

extension VehicleAction {
    /// The registered names, as the attribute `action` has them.
    package enum Name: String, CaseIterable, Hashable, Sendable {
        case staticMessage = "msg-static"
        case dynamicMessage = "msg-dynamic"
        case lamp
        case honk
        case doorLock = "door-lock"
        case camera = "enable-camera"
    }

    /// The texts of one dynamic message: languages, of which no country has more on its signs.
    package static let maximumTexts = 16

    /// The octets of one text: a few spoken sentences.
    package static let maximumTextOctets = 1_024

    package var name: Name {
        switch self {
        case .staticMessage: .staticMessage
        case .dynamicMessage: .dynamicMessage
        case .lamp: .lamp
        case .honk: .honk
        case .doorLock: .doorLock
        case .camera: .camera
        }
    }

    /// Reads a request, tolerant of attributes that its action has no use for.
    package init(_ request: ControlDocument.Request) throws(VehicleActionError) {
        guard let name = Name(rawValue: request.action) else { throw .unknownAction(request.action) }
        switch name {
        case .staticMessage:
            guard let number = request.intID else { throw .missing(attribute: "int-id") }
            self = .staticMessage(number)
        case .dynamicMessage:
            self = .dynamicMessage(try Self.texts(of: request))
        case .lamp:
            self = .lamp(
                try Self.value(request.elementID, of: "element-id"),
                try Self.value(request.requestedState, of: "requested-state"),
                try Self.persistence(of: request)
            )
        case .honk:
            self = .honk(try Self.persistence(of: request))
        case .doorLock:
            self = .doorLock(try Self.value(request.requestedState, of: "requested-state"))
        case .camera:
            self = .camera(try Self.value(request.elementID, of: "element-id"))
        }
    }

    /// The request that asks for it.
    package var request: ControlDocument.Request {
        var request = ControlDocument.Request(action: self.name.rawValue)
        switch self {
        case .staticMessage(let number):
            request.intID = number
        case .dynamicMessage(let texts):
            request.texts = texts
        case .lamp(let lamp, let state, let persistence):
            request.elementID = lamp.rawValue
            request.requestedState = state.rawValue
            request.persistence = persistence.text
        case .honk(let persistence):
            request.persistence = persistence.text
        case .doorLock(let state):
            request.requestedState = state.rawValue
        case .camera(let camera):
            request.elementID = camera.rawValue
        }
        return request
    }

    private static func texts(
        of request: ControlDocument.Request
    ) throws(VehicleActionError) -> [ControlDocument.Request.Text] {
        let texts = request.texts.filter { !$0.content.isEmpty }
        guard !texts.isEmpty else { throw .noText }
        guard texts.count <= Self.maximumTexts else {
            throw .tooManyTexts(count: texts.count, maximum: Self.maximumTexts)
        }
        for text in texts where text.content.utf8.count > Self.maximumTextOctets {
            throw .textTooLong(octets: text.content.utf8.count, maximum: Self.maximumTextOctets)
        }
        return texts
    }

    private static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ text: String?,
        of attribute: String
    ) throws(VehicleActionError) -> Value {
        guard let text else { throw .missing(attribute: attribute) }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badValue(attribute: attribute, found: text, expected: "one of \(known)")
        }
        return value
    }

    private static func persistence(of request: ControlDocument.Request) throws(VehicleActionError) -> Persistence {
        guard let text = request.persistence else { return .restOfCall }
        guard let persistence = Persistence(text) else {
            throw .badValue(attribute: "persistence", found: text, expected: "a duration such as PT1H")
        }
        return persistence
    }
}

/// Why a request is no action of a vehicle.
package enum VehicleActionError: Error, Hashable, Sendable {
    case unknownAction(String)
    case missing(attribute: String)
    case badValue(attribute: String, found: String, expected: String)
    /// A dynamic message without anything to show.
    case noText
    case tooManyTexts(count: Int, maximum: Int)
    case textTooLong(octets: Int, maximum: Int)

    /// The registered reason that a vehicle answers with (RFC 8147 section 14.8.1).
    package var reason: ControlDocument.Reason {
        switch self {
        case .unknownAction: .unsupported
        case .missing, .badValue, .noText, .tooManyTexts, .textTooLong: .dataUnsupported
        }
    }
}

extension VehicleActionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownAction(let name): "unknown action \"\(name)\""
        case .missing(let attribute): "no \(attribute) given"
        case .badValue(let attribute, let found, let expected):
            "\(attribute) is \"\(found)\", expected \(expected)"
        case .noText: "no text given"
        case .tooManyTexts(let count, let maximum): "\(count) texts, allowed are \(maximum)"
        case .textTooLong(let octets, let maximum): "a text of \(octets) octets, allowed are \(maximum)"
        }
    }
}
