package import SIP

/// What an INFO of the eCall package carries: an MSD, control objects, or both.
package struct InfoContent: Hashable, Sendable {
    package let msd: ReceivedMSD?
    package let controls: [ReceivedControl]
    /// What could not be read beside that.
    package let problems: [ContentProblem]

    package init(msd: ReceivedMSD?, controls: [ReceivedControl], problems: [ContentProblem]) {
        self.msd = msd
        self.controls = controls
        self.problems = problems
    }
}

/// A received INFO, read: its content, or the response that refuses it.
///
/// A refusal never ends the call (RFC 6086 section 4.2.2).
package enum InfoReading: Hashable, Sendable {
    /// Answered 200, which says nothing of what is thought of the content.
    case content(InfoContent)
    case refused(InfoRefusal)

    package init(_ message: Message) {
        let package = message.headers["Info-Package"].map { ParameterizedValue($0).value }
        guard let package, HeaderSyntax.equalsIgnoringCase(package, EmergencyCallData.msdPackage) else {
            self = .refused(.wrongPackage(package))
            return
        }
        var reader = ContentReader(message)
        let content = InfoContent(msd: reader.msd(), controls: reader.controls(), problems: reader.problems)
        guard content.msd == nil, content.controls.isEmpty else {
            self = .content(InfoContent(msd: content.msd, controls: content.controls, problems: reader.problems))
            return
        }
        self = .refused(.init(because: reader.problems))
    }
}

/// The response to an INFO that carries nothing to work on.
package enum InfoRefusal: Hashable, Sendable {
    /// 469: another package or none; the answer names the one we receive.
    case wrongPackage(String?)
    /// 415: a body that is neither an MSD nor a control object, or is in an unknown encoding.
    case wrongBody
    /// 400: a body that announces what it is not.
    case malformed(ContentProblem)

    fileprivate init(because problems: [ContentProblem]) {
        for problem in problems {
            switch problem {
            case .multipart(.unknownTransferEncoding), .multipart(.notMultipart):
                continue
            case .multipart, .control:
                self = .malformed(problem)
                return
            case .location, .session, .danglingReference, .unreferencedMSD, .unnamedMSD, .severalMSDs:
                continue
            }
        }
        self = .wrongBody
    }

    package var status: Int {
        switch self {
        case .wrongPackage: 469
        case .wrongBody: 415
        case .malformed: 400
        }
    }

    package var reason: String {
        switch self {
        case .wrongPackage: "Bad Info Package"
        case .wrongBody: "Unsupported Media Type"
        case .malformed: "Bad Request"
        }
    }

    /// The fields that the response must have: the packages received (RFC 6086), the types accepted (RFC 3261 21.4.13).
    package var headers: Headers {
        switch self {
        case .wrongPackage:
            [Header("Recv-Info", EmergencyCallData.msdPackage)]
        case .wrongBody:
            [
                Header(
                    "Accept",
                    "multipart/mixed, \(EmergencyCallData.controlMediaType), \(EmergencyCallData.msdMediaType)"
                ),
                Header("Accept-Encoding", "identity"),
            ]
        case .malformed:
            []
        }
    }
}

extension InfoRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongPackage(let name?): "INFO of package \"\(name)\", expected \(EmergencyCallData.msdPackage)"
        case .wrongPackage(nil): "INFO without Info-Package, expected \(EmergencyCallData.msdPackage)"
        case .wrongBody: "INFO with neither an MSD nor a control object"
        case .malformed(let problem): "INFO that cannot be read: \(problem)"
        }
    }
}
