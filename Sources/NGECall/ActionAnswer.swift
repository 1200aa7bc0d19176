/// What a vehicle does about a center's control object (RFC 8147 sections 9.1 and 9.2, RFC 8148 section 9).
///
/// A `send-data` that succeeds is answered by the data alone; every other request, and a `send-data` that fails, by one
/// acknowledgement for the whole object with a result for each of those requests, in their order.
package struct ActionAnswer: Hashable, Sendable {
    /// Whether the vehicle can make an MSD, or its data set, now.
    package enum DataState: Hashable, Sendable {
        case available
        /// It cannot, for a reason that passes; the text is for engineers.
        case unable(details: String)
        /// It cannot before it is repaired.
        case damaged(details: String)
    }

    /// What becomes of one request.
    private enum Step: Hashable, Sendable {
        case send(datatype: String)
        case perform(VehicleAction)
        case refuse(ControlDocument.ActionResult)
    }

    private let steps: [Step]
    /// The Content-ID of the object, which the acknowledgement refers to.
    private let ref: String?

    /// `veds` is `nil` for a vehicle without a data set to send; `abilities` say what its equipment does on request.
    package init(
        to control: ReceivedControl,
        msd: DataState,
        veds: DataState? = nil,
        abilities: VehicleAbilities = .msdOnly
    ) {
        self.ref = control.contentID
        self.steps = control.document.requests.map { request in
            guard request.action == EmergencyCallData.sendDataAction else {
                return Self.step(for: request, abilities: abilities)
            }
            switch request.datatype {
            case EmergencyCallData.msdDatatype?:
                return Self.step(for: request, datatype: EmergencyCallData.msdDatatype, state: msd)
            case EmergencyCallData.vedsDatatype?:
                return Self.step(for: request, datatype: EmergencyCallData.vedsDatatype, state: veds)
            case nil:
                return Self.refuse(request, .dataUnsupported, "no datatype given")
            case _?:
                return Self.refuse(request, .dataUnsupported, nil)
            }
        }
    }

    /// Whether a fresh MSD is to be sent.
    package var sendsMSD: Bool { self.steps.contains(.send(datatype: EmergencyCallData.msdDatatype)) }

    /// Whether a fresh data set is to be sent.
    package var sendsVEDS: Bool { self.steps.contains(.send(datatype: EmergencyCallData.vedsDatatype)) }

    /// Whether something is asked that is refused whatever the equipment does.
    package var isPartlyRefused: Bool { self.steps.contains { if case .refuse = $0 { true } else { false } } }

    /// What the vehicle's equipment has to do, in the order of the object.
    package var actions: [VehicleAction] {
        self.steps.compactMap { step in
            switch step {
            case .perform(let action): action
            case .send, .refuse: nil
            }
        }
    }

    /// What to send back beside the data when there are no actions; see `acknowledgement(after:)`.
    package var acknowledgement: ControlDocument? { self.acknowledgement(after: []) }

    /// What to send back once each of `actions` has its outcome, in their order; one without is answered `unable`.
    ///
    /// `nil` when there is nothing to tell, or no Content-ID to refer to.
    package func acknowledgement(after outcomes: [VehicleAction.Outcome]) -> ControlDocument? {
        var outcomes = outcomes[...]
        let results = self.steps.compactMap { step -> ControlDocument.ActionResult? in
            switch step {
            case .send: nil
            case .refuse(let result): result
            case .perform(let action):
                switch outcomes.popFirst() ?? .failed(.unable, details: nil) {
                case .done:
                    ControlDocument.ActionResult(action: action.name.rawValue, success: true)
                case .failed(let reason, let details):
                    ControlDocument.ActionResult(
                        action: action.name.rawValue,
                        success: false,
                        reason: reason,
                        details: details
                    )
                }
            }
        }
        guard let ref, !results.isEmpty else { return nil }
        return ControlDocument(acknowledgements: [.init(ref: ref, actionResults: results)])
    }

    private static func refuse(
        _ request: ControlDocument.Request,
        _ reason: ControlDocument.Reason,
        _ details: String?
    ) -> Step {
        .refuse(.init(action: request.action, success: false, reason: reason, details: details))
    }

    private static func step(for request: ControlDocument.Request, datatype: String, state: DataState?) -> Step {
        switch state {
        case nil: self.refuse(request, .dataUnsupported, nil)
        case .available?: .send(datatype: datatype)
        case .unable(let details)?: self.refuse(request, .unable, details)
        case .damaged(let details)?: self.refuse(request, .damaged, details)
        }
    }

    private static func step(for request: ControlDocument.Request, abilities: VehicleAbilities) -> Step {
        let name = VehicleAction.Name(rawValue: request.action)
        // Registered or not: what is not fitted here is unsupported, whatever its attributes are.
        guard let name, abilities.names.contains(name) else { return self.refuse(request, .unsupported, nil) }
        do throws(VehicleActionError) {
            let action = try VehicleAction(request)
            return abilities.refusal(of: action).map { self.refuse(request, $0, nil) } ?? .perform(action)
        } catch {
            return self.refuse(request, error.reason, error.description)
        }
    }
}
