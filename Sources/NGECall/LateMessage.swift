package import SIP

/// A MESSAGE with the MSD of a call in which no center acknowledged one, offered once a center can be reached again.
///
/// No standard has such a thing: RFC 7852 section 3.1 lets any request carry the data, and Subject marks it as late.
package enum LateMessage {
    /// The Subject by which people and programs know it.
    package static let subject = "late data"

    package static func content(_ part: MSDPart, boundary: String) -> MessageContent {
        var headers: Headers = [Header("Subject", Self.subject)]
        headers.appendReference(to: part.contentID, purpose: EmergencyCallData.msdPurpose)
        return MessageContent(
            headers: headers,
            parts: [.msd(part, disposition: "by-reference")],
            boundary: boundary
        )
    }

    /// The MSD that a MESSAGE brings, if any, and what could not be read of it.
    package static func msd(of message: Message) -> (msd: ReceivedMSD?, problems: [ContentProblem]) {
        var reader = ContentReader(message)
        let msd = reader.msd()
        return (msd, reader.problems)
    }
}
