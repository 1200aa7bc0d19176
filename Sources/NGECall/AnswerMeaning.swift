package import SIP

/// What a response to the eCall's INVITE means for the call (RFC 8147 sections 5 and 9).
package enum AnswerMeaning: Hashable, Sendable {
    /// What the center says of the MSD.
    package enum Acknowledgement: Hashable, Sendable {
        /// The MSD arrived and can be used.
        case positive
        /// The MSD could not be used; the center may ask for another.
        case negative
        /// Nothing: no center of NG eCall, or one behind a circuit-switched gateway.
        case none
    }

    /// A 1xx: whatever it says of the MSD does not count.
    case provisional(status: Int)
    /// A 2xx: the call is up, whatever became of the MSD.
    case accepted(Acknowledgement)
    /// A 486, 600 or 603 whose acknowledgement counts: the center has the data and declines voice on purpose.
    case declinedWithAcknowledgement(status: Int)
    /// A 486, 600 or 603 that delivers nothing: a failed attempt.
    case declined(status: Int)
    /// A 487: our CANCEL took effect.
    case cancelled
    /// A 424: the location was refused, with the code of Geolocation-Error when it was given.
    case badLocation(code: Int?)
    /// A 415, 420, 488 or 606: a body or an option was refused; worth one attempt without it.
    case unacceptable(status: Int)
    /// A 3xx with the URIs of its Contact fields, the most wanted first; followed only when it comes from the trusted
    /// proxy.
    case redirected(status: Int, contacts: [URI])
    /// A 401 or 407.
    case needsCredentials(status: Int)
    /// Any other final response: a failed attempt.
    case failed(status: Int)

    /// Reads a response.
    ///
    /// An acknowledgement counts only when its `ref` is `contentID`, the one of the MSD that was sent, and in a
    /// rejection only when the connection is `verified`: a forged rejection must not end an emergency.
    package init(_ response: AnswerContent, contentID: String?, verified: Bool) {
        let acknowledgement = contentID.map(response.acknowledgement(of:)) ?? .none
        let status = response.status
        switch status {
        case ..<200:
            self = .provisional(status: status)
        case 200..<300:
            self = .accepted(acknowledgement)
        case 300..<400:
            self = .redirected(status: status, contacts: response.contacts)
        case 401, 407:
            self = .needsCredentials(status: status)
        case 415, 420, 488, 606:
            self = .unacceptable(status: status)
        case 424:
            self = .badLocation(code: response.geolocationError)
        case 486, 600, 603:
            let delivered = verified && acknowledgement == .positive
            self = delivered ? .declinedWithAcknowledgement(status: status) : .declined(status: status)
        case 487:
            self = .cancelled
        default:
            self = .failed(status: status)
        }
    }
}

extension AnswerMeaning {
    /// Reads a response that nothing else is wanted from.
    package init(_ response: Message, contentID: String?, verified: Bool) {
        self.init(AnswerContent(response), contentID: contentID, verified: verified)
    }
}

/// What a response says to the vehicle; broken parts are problems kept beside the rest.
package struct AnswerContent: Hashable, Sendable {
    package let status: Int
    package let session: SessionDescription?
    package let controls: [ReceivedControl]
    /// The INFO packages the center receives; an INFO with an MSD may be sent only when eCall's is among them.
    package let infoPackages: [String]
    /// The URIs of the Contact fields that can be read, the most wanted first by their `q` (RFC 3261 8.1.3.4).
    package let contacts: [URI]
    /// The code of Geolocation-Error (RFC 6442 section 4.3).
    package let geolocationError: Int?
    package let problems: [ContentProblem]

    /// Reads a response; a request has no answer to read and gives status 0.
    package init(_ message: Message) {
        var reader = ContentReader(message)
        if case .response(let status, _) = message.startLine {
            self.status = status
        } else {
            self.status = 0
        }
        self.session = reader.session()
        self.controls = reader.controls()
        self.infoPackages = reader.infoPackages() ?? []
        self.contacts = Self.contacts(message.headers)
        self.geolocationError = message.headers["Geolocation-Error"].flatMap { Int(ParameterizedValue($0).value) }
        self.problems = reader.problems
    }

    private static func contacts(_ headers: Headers) -> [URI] {
        let readable = headers.elements("Contact").compactMap { element -> (uri: URI, rank: Double)? in
            // What cannot be read names nobody; the others still do.
            guard let address = try? NameAddress(parsing: element) else { return nil }
            return (address.uri, address.parameters["q"].flatMap(Self.rank) ?? 1)
        }
        // Sorted by rank and then by place, because `sorted` promises no order among equals.
        return readable.enumerated()
            .sorted { ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset) }
            .map(\.element.uri)
    }

    /// The value of a `q`, 0 to 1; `nil` for text that is none.
    private static func rank(_ text: String) -> Double? {
        Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }

    package var receivesMSDPackage: Bool { self.infoPackages.containsMSDPackage }

    /// What the response says of the MSD with that Content-ID; without a `received` it says nothing.
    package func acknowledgement(of contentID: String) -> AnswerMeaning.Acknowledgement {
        let received = self.controls.flatMap(\.document.acknowledgements).first { $0.ref == contentID }?.received
        return received.map { $0 ? .positive : .negative } ?? .none
    }
}
