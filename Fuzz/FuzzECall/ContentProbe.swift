import FuzzHarness
import NGECall
import SIP

/// What must hold for the content of messages, whatever the octets.
enum ContentProbe {
    static func message(_ octets: [UInt8]) {
        // What is no message never gets here: it is refused by the SIP layer.
        guard let message = try? Message(parsing: octets) else { return }
        self.parts(of: message)
        self.invite(message)
        self.info(message)
        self.answer(message)
        GateProbe.holds(message)
    }

    /// A multipart that was read is the same after writing and reading.
    static func multipart(_ body: [UInt8]) {
        do throws(MultipartError) {
            let multipart = try Multipart(contentType: "multipart/mixed;boundary=b", body: body)
            require(multipart.parts.count <= Multipart.maximumParts, "\(multipart.parts.count) parts")
            self.bounded(multipart.flattened())
            let own = Multipart(multipart.parts, boundary: "b")
            let again = try Multipart(contentType: own.contentType, body: own.serialized())
            require(again.parts == multipart.parts, "\(multipart.parts) became \(again.parts)")
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    private static func bounded(_ flat: (parts: [BodyPart], problems: [MultipartError])) {
        require(flat.parts.count <= Multipart.maximumParts, "\(flat.parts.count) parts in all")
        require(flat.problems.count <= 2 * Multipart.maximumParts, "\(flat.problems.count) problems")
    }

    private static func parts(of message: Message) {
        do throws(MultipartError) {
            let parts = try BodyParts(message)
            self.bounded((parts.parts, parts.problems))
            for part in parts.parts {
                require(parts.first(part.mediaType) != nil, "a part is not found by its type \(part.mediaType)")
                if let contentID = part.contentID {
                    require(parts.part(contentID: contentID) != nil, "a part is not found by its name \(contentID)")
                }
            }
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    private static func invite(_ message: Message) {
        let content = InviteContent(message)
        require(content.problems.allSatisfy { !$0.description.isEmpty }, "a problem says nothing")
        if let session = content.session { DocumentProbe.answered(session) }
        if let location = content.location { DocumentProbe.survives(location) }
        if let set = content.veds?.dataSet { DocumentProbe.survives(set) }
        if message.method != nil, let service = content.service, service != .test {
            require(GateProbe.locked.isEmergency(message), "a call to \(service) passes the gate")
        }
    }

    private static func info(_ message: Message) {
        switch InfoReading(message, packages: [EmergencyCallData.msdPackage, EmergencyCallData.vedsPackage]) {
        case .content(let content):
            let hasData = content.msd != nil || content.veds?.dataSet != nil
            require(hasData || !content.controls.isEmpty, "an INFO with nothing to work on is accepted")
            for control in content.controls { self.actions(control) }
        case .refused(let refusal):
            require([400, 415, 469].contains(refusal.status), "an INFO is refused with \(refusal.status)")
            require(!refusal.description.isEmpty, "a refusal says nothing")
        }
    }

    /// Each request is served or gets a result.
    private static func actions(_ control: ReceivedControl) {
        DocumentProbe.survives(control.document)
        let damaged = ActionAnswer(to: control, msd: .damaged(details: "d"))
        require(!damaged.sendsMSD, "an MSD is sent that cannot be made")
        let results = damaged.acknowledgement?.acknowledgements.flatMap(\.actionResults) ?? []
        let expected = control.contentID == nil ? 0 : control.document.requests.count
        require(results.count == expected, "\(expected) requests have \(results.count) results")
        let able = ActionAnswer(to: control, msd: .available, veds: .available, abilities: self.abilities)
        let outcomes = able.actions.map { _ in VehicleAction.Outcome.done }
        let done = able.acknowledgement(after: outcomes)?.acknowledgements.flatMap(\.actionResults) ?? []
        require(
            control.contentID == nil || done.count { $0.success } == able.actions.count,
            "\(able.actions) have the results \(done)"
        )
        for action in able.actions { self.survives(action) }
    }

    /// A vehicle with all equipment.
    private static let abilities: VehicleAbilities = {
        var abilities = VehicleAbilities()
        abilities.lamps = VehicleAction.Lamp.allCases
        abilities.highestStaticMessage = .max
        abilities.showsDynamicMessages = true
        abilities.honks = true
        abilities.locksDoors = true
        abilities.cameras = VehicleAction.Camera.allCases
        return abilities
    }()

    /// An action that was read is the same after writing and reading.
    private static func survives(_ action: VehicleAction) {
        do throws(VehicleActionError) {
            let again = try VehicleAction(action.request)
            require(again == action, "\(action) became \(again)")
        } catch {
            require(false, "\(action) is refused: \(error)")
        }
    }

    /// An acknowledgement in a rejection counts on a verified connection only.
    private static func answer(_ message: Message) {
        let content = AnswerContent(message)
        let ref = content.controls.first?.document.acknowledgements.first?.ref
        for (contentID, verified) in [(ref, true), (ref, false), (nil, true)] {
            switch AnswerMeaning(content, contentID: contentID, verified: verified) {
            case .declinedWithAcknowledgement(let status):
                require(verified && contentID != nil, "an acknowledgement counts without proof")
                require([486, 600, 603].contains(status), "an acknowledgement in a \(status) ends the call")
            case .accepted(let acknowledgement):
                require(contentID != nil || acknowledgement == .none, "an acknowledgement of nothing")
            case .provisional, .declined, .cancelled, .badLocation, .unacceptable, .redirected, .needsCredentials,
                .failed:
                break
            }
        }
    }
}
