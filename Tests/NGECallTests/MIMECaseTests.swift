import Foundation
import NGECall
import SIP
import Testing

/// The multipart edge cases of a mail parser's test set, read where they lie beside the checkout.
private enum MIMECases {
    static let folder: URL = {
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "shared/vectors/sip-torture/mime")
    }()

    static var arePresent: Bool { FileManager.default.fileExists(atPath: Self.folder.path) }

    /// The mail as a message: its header fields, unfolded, and its body.
    static func message(_ name: String) throws -> Message {
        let octets = Array(try Data(contentsOf: Self.folder.appending(path: name + ".msg")))
        let text = String(decoding: octets, as: UTF8.self)
        let headText = text.components(separatedBy: "\r\n\r\n")[0]
        var headers = Headers()
        for line in headText.replacingOccurrences(of: "\r\n\t", with: " ").replacingOccurrences(of: "\r\n ", with: " ")
            .components(separatedBy: "\r\n")
        {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers.append(String(line[..<colon]), HeaderSyntax.trimmed(line[line.index(after: colon)...]))
        }
        let body = octets.dropFirst(headText.utf8.count + 4)
        return Message(startLine: .response(status: 200, reason: "OK"), headers: headers, body: Array(body))
    }

    static func multipart(_ name: String) throws -> Multipart {
        let message = try Self.message(name)
        return try Multipart(contentType: message.headers["Content-Type"] ?? "", body: message.body)
    }
}

@Suite(.enabled(if: MIMECases.arePresent, "the MIME cases are not beside the checkout"))
struct MIMECaseTests {
    @Test(arguments: [
        ("simple-attachment", 2), ("intermediate-boundaries", 2), ("ending-boundaries", 1), ("misplaced-boundary", 1),
        ("multipartemptypart", 1), ("multipartnopart", 0), ("boundary-name-clash", 2), ("missing-inner-boundary", 2),
        ("missing-inner-start-boundary", 2), ("multipartdigestnestedemptyparts", 1), ("multipartnestedemptyparts", 1),
        ("multipartnestedemptypartsnorfc822", 1),
    ])
    func splitsIntoItsParts(name: String, count: Int) throws {
        #expect(try MIMECases.multipart(name).parts.count == count)
    }

    @Test(arguments: [
        ("boundary-name-clash", ["text/plain", "text/html", "application/pdf"]),
        ("multipartnestedemptypartsnorfc822", ["text/plain"]),
        ("missing-inner-boundary", ["text/plain", "multipart/alternative"]),
        ("missing-inner-start-boundary", ["text/plain"]),
    ])
    func unfoldsNestedParts(name: String, types: [String]) throws {
        #expect(try BodyParts(MIMECases.message(name)).parts.map(\.mediaType) == types)
    }

    @Test func theAttachmentIsDecodedAndItsFoldedNameRead() throws {
        let part = try #require(try MIMECases.multipart("simple-attachment").parts.last)
        #expect(part.headers["Content-Disposition"] == "attachment; filename=\"data.bin\"")
        let decoded = try part.content()
        #expect(decoded.starts(with: [0x94, 0xBC, 0xE6, 0xC9]))
        #expect(Data(decoded) == Data(base64Encoded: Data(part.body), options: .ignoreUnknownCharacters))
    }

    @Test func theMisplacedBoundaryIsContent() throws {
        let part = try #require(try MIMECases.multipart("misplaced-boundary").parts.first)
        #expect(String(decoding: part.body, as: UTF8.self).contains("--boundary"))
    }

    @Test(arguments: [
        ("weird-boundary", MultipartError.illegalBoundary(octets: 70)),
        ("missing-boundary", .noDelimiter(boundary: "inner-boundary")),
    ])
    func refuses(name: String, error: MultipartError) throws {
        #expect(throws: error) { try MIMECases.multipart(name) }
    }

    @Test(arguments: [
        "very-long-boundary", "very-very-long-boundary", "bad-newlines-multiple-parts",
        "bad-newlines-multiple-parts-base64", "basic-plain-with-bad-header-separator", "malformedHeader-nocrlfcrlf",
        "malformedHeader-noheader",
    ])
    func refusesTheSameWayEachTime(name: String) {
        #expect(throws: MultipartError.self) { try MIMECases.multipart(name) }
        #expect(throws: MultipartError.self) { try MIMECases.multipart(name) }
    }

    @Test func anEmbeddedMessageStaysOnePartBehindItsEncoding() throws {
        let parts = try BodyParts(MIMECases.message("base64encoded-rfc822message-nested"))
        let part = try #require(parts.parts.first)
        #expect(part.mediaType == "message/rfc822")
        #expect(String(decoding: try part.content(), as: UTF8.self).hasPrefix("MIME-Version: 1.0\r\nSubject: a simple"))
    }
}
