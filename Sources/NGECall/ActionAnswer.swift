/// What a vehicle does about a center's control object (RFC 8147 sections 9.1 and 9.2).
///
/// A `send-data` that succeeds is answered by the MSD alone; every other request, and a `send-data` that fails, by one
/// acknowledgement for the whole object with a result for each of those requests.
package struct ActionAnswer: Hashable, Sendable {
    /// Whether the vehicle can make an MSD now.
    package enum MSDState: Hashable, Sendable {
        case available
        /// It cannot, for a reason that passes; the text is for engineers.
        case unable(details: String)
        /// It cannot before it is repaired.
        case damaged(details: String)
    }

    /// Whether a fresh MSD is to be sent.
    package let sendsMSD: Bool
    /// What to send back beside that; `nil` when there is nothing to tell, or no Content-ID to refer to.
    package let acknowledgement: ControlDocument?

    package init(to control: ReceivedControl, msd: MSDState) {
        var results: [ControlDocument.ActionResult] = []
        var sendsMSD = false
        for request in control.document.requests {
            if let refusal = Self.refusal(of: request, msd: msd) {
                results.append(refusal)
            } else {
                sendsMSD = true
            }
        }
        self.sendsMSD = sendsMSD
        if results.isEmpty {
            self.acknowledgement = nil
        } else {
            self.acknowledgement = control.contentID.map { ref in
                ControlDocument(acknowledgements: [.init(ref: ref, actionResults: results)])
            }
        }
    }

    /// The result of a request that is not served; `nil` for the one that is.
    private static func refusal(
        of request: ControlDocument.Request,
        msd: MSDState
    ) -> ControlDocument.ActionResult? {
        let refused = { (reason: ControlDocument.Reason, details: String?) in
            ControlDocument.ActionResult(action: request.action, success: false, reason: reason, details: details)
        }
        guard request.action == "send-data" else {
            // Registered or not: what is not fitted here is unsupported.
            return refused(.unsupported, nil)
        }
        guard request.datatype == EmergencyCallData.msdDatatype else {
            return refused(.dataUnsupported, request.datatype == nil ? "no datatype given" : nil)
        }
        switch msd {
        case .available: return nil
        case .unable(let details): return refused(.unable, details)
        case .damaged(let details): return refused(.damaged, details)
        }
    }
}
