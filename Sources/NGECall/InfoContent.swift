package import SIP

/// What an INFO of an eCall package carries: an MSD or vehicle data, control objects, or both.
package struct InfoContent: Hashable, Sendable {
    package let msd: ReceivedMSD?
    package let veds: ReceivedVEDS?
    package let controls: [ReceivedControl]
    /// The package it came in; an answer travels in the same.
    package let package: String
    /// What could not be read beside that.
    package let problems: [ContentProblem]

    package init(
        msd: ReceivedMSD?,
        veds: ReceivedVEDS? = nil,
        controls: [ReceivedControl],
        problems: [ContentProblem],
        package: String = EmergencyCallData.msdPackage
    ) {
        self.msd = msd
        self.veds = veds
        self.controls = controls
        self.problems = problems
        self.package = package
    }
}

/// A received INFO, read: its content, or the response that refuses it.
///
/// A refusal never ends the call (RFC 6086 section 4.2.2).
package enum InfoReading: Hashable, Sendable {
    /// Answered 200, which says nothing of what is thought of the content.
    case content(InfoContent)
    case refused(InfoRefusal)

    /// Reads an INFO of one of `packages`, those that this side said it receives.
    package init(_ message: Message, packages: [String] = [EmergencyCallData.msdPackage]) {
        let name = message.headers["Info-Package"].map { ParameterizedValue($0).value }
        guard let name, let package = packages.first(where: { HeaderSyntax.equalsIgnoringCase($0, name) }) else {
            self = .refused(.wrongPackage(name, received: packages))
            return
        }
        var reader = ContentReader(message)
        let msd = reader.msd()
        let veds = reader.veds()
        let controls = reader.controls()
        guard msd == nil, veds?.dataSet == nil, controls.isEmpty else {
            self = .content(
                InfoContent(msd: msd, veds: veds, controls: controls, problems: reader.problems, package: package)
            )
            return
        }
        self = .refused(.init(because: reader.problems, package: package))
    }
}

/// The response to an INFO that carries nothing to work on.
package enum InfoRefusal: Hashable, Sendable {
    /// 469: another package or none; the answer names the one we receive.
    case wrongPackage(String?, received: [String] = [EmergencyCallData.msdPackage])
    /// 415: a body that is neither the package's data nor a control object, or is in an unknown encoding.
    case wrongBody(package: String = EmergencyCallData.msdPackage)
    /// 400: a body that announces what it is not.
    case malformed(ContentProblem)

    fileprivate init(because problems: [ContentProblem], package: String) {
        for problem in problems {
            switch problem {
            case .multipart(.unknownTransferEncoding), .multipart(.notMultipart):
                continue
            case .multipart, .control, .veds:
                self = .malformed(problem)
                return
            case .location, .session, .danglingReference, .unreferencedMSD, .unnamedMSD, .severalMSDs,
                .unreferencedVEDS, .unnamedVEDS, .severalVEDS:
                continue
            }
        }
        self = .wrongBody(package: package)
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
        case .wrongPackage(_, let received):
            return [Header("Recv-Info", received.joined(separator: ", "))]
        case .wrongBody(let package):
            let isVEDS = package == EmergencyCallData.vedsPackage
            let data = isVEDS ? EmergencyCallData.vedsMediaType : EmergencyCallData.msdMediaType
            return [
                Header("Accept", "multipart/mixed, \(EmergencyCallData.controlMediaType), \(data)"),
                Header("Accept-Encoding", "identity"),
            ]
        case .malformed:
            return []
        }
    }
}

extension InfoRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongPackage(let name?, let received):
            "INFO of package \"\(name)\", expected \(received.joined(separator: " or "))"
        case .wrongPackage(nil, let received):
            "INFO without Info-Package, expected \(received.joined(separator: " or "))"
        case .wrongBody(EmergencyCallData.vedsPackage): "INFO with neither vehicle data nor a control object"
        case .wrongBody: "INFO with neither an MSD nor a control object"
        case .malformed(let problem): "INFO that cannot be read: \(problem)"
        }
    }
}
