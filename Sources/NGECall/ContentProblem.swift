/// What was wrong with a part of a message that could still be used; kept beside what was read.
package enum ContentProblem: Error, Hashable, Sendable {
    /// The body as a whole, a nested multipart, or a part's transfer encoding.
    case multipart(MultipartError)
    case control(ControlDocumentError)
    case location(LocationError)
    case session(SessionDescriptionError)
    case veds(VEDSError)
    /// A Call-Info or Geolocation value names a part that is not there.
    case danglingReference(contentID: String)
    /// No Call-Info value names the MSD, as RFC 8147 section 4 asks.
    case unreferencedMSD
    /// The MSD has no Content-ID, so no acknowledgement can refer to it.
    case unnamedMSD
    /// More MSDs than one; the first is used.
    case severalMSDs(count: Int)
    /// No Call-Info value names the Vehicle Emergency Data Set, as RFC 8148 section 6 asks.
    case unreferencedVEDS
    /// The data set has no Content-ID, so no acknowledgement can refer to it.
    case unnamedVEDS
    /// More data sets than one; the first is used.
    case severalVEDS(count: Int)
}

extension ContentProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .multipart(let error): "body: \(error)"
        case .control(let error): "\(error)"
        case .location(let error): "\(error)"
        case .session(let error): "\(error)"
        case .veds(let error): "\(error)"
        case .danglingReference(let contentID): "the message refers to a part \(contentID) that it does not hold"
        case .unreferencedMSD: "no Call-Info value refers to the MSD"
        case .unnamedMSD: "the MSD has no Content-ID"
        case .severalMSDs(let count): "\(count) MSDs, the first is used"
        case .unreferencedVEDS: "no Call-Info value refers to the vehicle data"
        case .unnamedVEDS: "the vehicle data has no Content-ID"
        case .severalVEDS(let count): "\(count) sets of vehicle data, the first is used"
        }
    }
}
