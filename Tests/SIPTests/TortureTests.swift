import Foundation
import SIP
import Testing

/// The torture messages of RFC 4475 and RFC 5118, read where they lie beside the checkout.
@Suite struct TortureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/vectors/sip-torture").standardizedFileURL

    static let isPresent: Bool = {
        let isThere = FileManager.default.fileExists(atPath: folder.appendingPathComponent("INDEX.json").path)
        if !isThere { print("TortureTests skipped: no torture messages at \(Self.folder.path)") }
        return isThere
    }()

    struct Entry: Decodable, Sendable {
        let name: String
        let file: String
        let validity: String
        let layer: String
        let kind: String
        let answer: [Answer]
        let must: String

        /// Whether the message is a REGISTER, which nobody here serves.
        var isRegister: Bool { ["baddate", "regbadct", "dblreq"].contains(self.name) }

        enum Answer: Decodable, Hashable, Sendable {
            case status(Int)
            case word(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let status = try? container.decode(Int.self) {  // No number: then it is a word.
                    self = .status(status)
                } else {
                    self = .word(try container.decode(String.self))
                }
            }
        }
    }

    private struct Fuzz: Decodable {
        let file: String
    }

    private struct Fixed: Decodable {
        struct File: Decodable {
            let file: String
            let validity: String
        }
        let files: [File]
    }

    private struct FuzzFiles: Decodable {
        let files: [Fuzz]
    }

    private struct Index: Decodable {
        let messages: [Entry]
        let fixed: Fixed
        let fuzz: FuzzFiles
    }

    private func index() throws -> Index {
        let data = try Data(contentsOf: Self.folder.appendingPathComponent("INDEX.json"))
        return try JSONDecoder().decode(Index.self, from: data)
    }

    private func octets(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent(file)))
    }

    /// `nil` when the parser takes the message, else the status of its refusal.
    private func verdict(_ file: String) throws -> Int? {
        let octets = try self.octets(file)
        do throws(MessageError) {
            _ = try Envelope(try Message(parsing: octets))
            return nil
        } catch {
            return error.status
        }
    }

    /// Valid messages whose Content-Length is wrong in the archive; their mended copies are in `fixed`.
    private static let wrongLength: Set<String> = ["ipv6-in-sdp", "ipv4-mapped-ipv6", "mult-ip-in-sdp"]

    /// Refused for a header that this user agent does not need to read.
    private static let unread: Set<String> = ["baddate", "regbadct"]

    @Test(.enabled(if: TortureTests.isPresent, "no torture messages beside the checkout"))
    func takesEveryValidMessage() throws {
        for entry in try self.index().messages where entry.validity == "valid" {
            guard !Self.wrongLength.contains(entry.name) else { continue }
            #expect(try self.verdict(entry.file) == nil, "\(entry.name): \(entry.must)")
        }
        for fixed in try self.index().fixed.files where fixed.validity == "valid" {
            #expect(try self.verdict(fixed.file) == nil, "\(fixed.file)")
        }
    }

    @Test(.enabled(if: TortureTests.isPresent, "no torture messages beside the checkout"))
    func refusesEveryInvalidMessageOfTheParserLayer() throws {
        for entry in try self.index().messages where entry.validity == "invalid" {
            guard !Self.unread.contains(entry.name) else { continue }
            let status = try self.verdict(entry.file)
            #expect(status != nil, "\(entry.name): \(entry.must)")
            // 501 for an unknown method is the user agent's business; the parser sees the CSeq first.
            guard entry.kind == "request", let status else { continue }
            #expect(entry.answer.contains(.status(status)), "\(entry.name) answered \(status): \(entry.must)")
        }
    }

    /// What an element of another kind would answer: a registrar, or one that has no use for what the message asks.
    private static let ofAnotherRole: Set<String> = ["regaut01", "cparam01", "cparam02", "regescrt", "unksm2"]

    /// Left to the user of the user agent, who reads bodies and what they may be answered with.
    private static let ofTheBody: Set<String> = ["invut", "sdp01"]

    @Test(.enabled(if: TortureTests.isPresent, "no torture messages beside the checkout"))
    func answersEveryRequestAsTheIndexSays() throws {
        for entry in try self.index().messages where entry.kind == "request" {
            guard !Self.wrongLength.contains(entry.name), !Self.ofTheBody.contains(entry.name) else { continue }
            var bench = Bench(transport: .udp)
            let outputs = bench.receive(try self.octets(entry.file))
            let statuses = outputs.statuses
            #expect(!outputs.isEmpty, "\(entry.name) is passed over in silence: \(entry.must)")
            if Self.ofAnotherRole.contains(entry.name) {
                #expect(statuses == [405], "\(entry.name): this is no registrar")
                continue
            }
            let expected = entry.answer
            let isLenient = expected.contains(.word("lenient")) && (statuses.isEmpty || statuses == [200])
            // Without a Via nobody is there to be answered.
            if expected.isEmpty || isLenient || entry.name == "test" { continue }
            let isAnswered = statuses.allSatisfy { expected.contains(.status($0)) || $0 == 405 && entry.isRegister }
            #expect(isAnswered && !statuses.isEmpty, "\(entry.name) answered \(statuses): \(entry.must)")
        }
    }

    @Test(.enabled(if: TortureTests.isPresent, "no torture messages beside the checkout"))
    func dropsEveryResponseThatBelongsToNothing() throws {
        for entry in try self.index().messages where entry.kind == "response" {
            var bench = Bench(transport: .udp)
            let outputs = bench.receive(try self.octets(entry.file))
            #expect(outputs.sent.isEmpty && outputs.words == ["discarded"], "\(entry.name): \(entry.must)")
        }
    }

    @Test(.enabled(if: TortureTests.isPresent, "no torture messages beside the checkout"))
    func refusesWhatOnceBrokeAParser() throws {
        for fuzz in try self.index().fuzz.files {
            #expect(try self.verdict(fuzz.file) == 400, "\(fuzz.file)")
        }
    }

    @Test(.enabled(if: TortureTests.isPresent, "no torture messages beside the checkout"))
    func keepsBinaryBodiesBitForBit() throws {
        let octets = try self.octets("mpart01.dat")
        let message = try Message(parsing: octets)
        #expect(message.body.count == 553)
        #expect(octets.suffix(553).elementsEqual(message.body))
    }

    @Test(.enabled(if: TortureTests.isPresent, "no torture messages beside the checkout"))
    func readsTheTortuousInvite() throws {
        let message = try Message(parsing: try self.octets("wsinv.dat"))
        let envelope = try Envelope(message)
        #expect(envelope.cseq == CSeq(9, .invite))
        #expect(envelope.maxForwards == 68)
        #expect(envelope.vias.count == 3)
        #expect(envelope.from.tag == "98asjd8")
        #expect(try Message(parsing: message.serialized()).headers == message.headers)
    }
}
