import NGECall
import Seeds
import SIP
import Testing

/// Damaged messages: whatever comes, reading ends, and what is read can be written again.
@Suite struct MutationTests {
    /// One seed of a walk over damaged messages, printed in a failing line.
    struct Seed: CustomTestStringConvertible {
        let number: UInt64
        var testDescription: String { "ECALL_SEED=\(self.number)" }
    }

    private func readEverything(_ message: Message) {
        let invite = InviteContent(message)
        let answer = AnswerContent(message)
        let info = InfoReading(message)
        #expect(invite.problems.count < 200)
        #expect(answer.problems.count < 200)
        if case .content(let content) = info {
            for control in content.controls {
                #expect((try? ControlDocument(parsing: control.document.serialized())) != nil)
            }
        }
        if let location = invite.location {
            #expect((try? LocationDocument(parsing: location.serialized()))?.shape == location.shape)
        }
        if let session = invite.session {
            #expect(
                (try? SessionDescription(parsing: session.serialized()))?.codecs.count ?? 0 >= session.codecs.count
            )
        }
    }

    private func mutated(_ octets: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var octets = octets
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            guard !octets.isEmpty else { break }
            let index = Int.random(in: 0..<octets.count, using: &random)
            switch Int.random(in: 0...4, using: &random) {
            case 0: octets[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1: octets[index] = UInt8.random(in: 0...255, using: &random)
            case 2: octets.remove(at: index)
            case 3: octets.insert(UInt8.random(in: 0...255, using: &random), at: index)
            default:
                let end = Int.random(in: index...min(octets.count, index + 60), using: &random)
                let other = Int.random(in: 0...octets.count, using: &random)
                octets.insert(contentsOf: octets[index..<end], at: other)
            }
        }
        return octets
    }

    @Test(arguments: (1...24).map { Seed(number: $0) })
    func damagedBodiesAreReadToAnEnd(seed: Seed) throws {
        var random = SeededGenerator(seed: seed.number)
        for name in Samples.names {
            let whole = try Samples.message(name)
            for _ in 0..<12 {
                var message = whole
                message.body = self.mutated(whole.body, using: &random)
                self.readEverything(message)
            }
        }
    }

    @Test(arguments: Samples.names)
    func everyPrefixIsReadToAnEnd(name: String) throws {
        let whole = try Samples.message(name)
        for count in stride(from: 0, to: whole.body.count, by: 7) {
            var message = whole
            message.body = Array(whole.body[..<count])
            self.readEverything(message)
        }
    }

    @Test(arguments: ["02-200ok.sip", "06-info-failure.sip"])
    func everyFlippedBitOfAControlObjectIsRefusedOrComesBackTheSame(name: String) throws {
        let part = try #require(try BodyParts(Samples.message(name)).first(EmergencyCallData.controlMediaType))
        for index in part.body.indices {
            for bit in 0..<8 {
                var octets = part.body
                octets[index] ^= 1 << UInt8(bit)
                // Refused is one of the two good ends.
                guard let document = try? ControlDocument(parsing: octets) else { continue }
                #expect(try ControlDocument(parsing: document.serialized()) == document, "octet \(index), bit \(bit)")
            }
        }
    }

    @Test func randomOctetsAreNoDocument() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let count = Int.random(in: 0...64, using: &random)
            let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(throws: ControlDocumentError.self) { try ControlDocument(parsing: octets) }
            #expect(throws: LocationError.self) { try LocationDocument(parsing: octets) }
            #expect(throws: SessionDescriptionError.self) { try SessionDescription(parsing: octets) }
        }
    }
}
