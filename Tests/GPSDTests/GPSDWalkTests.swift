import GPSD
import Seeds
import Testing
import Timeline

/// Damaged streams: whatever comes, reading goes on, and the next good line is read.
@Suite struct GPSDWalkTests {
    /// One seed of a walk, printed in a failing line.
    struct Seed: CustomTestStringConvertible {
        let number: UInt64
        var testDescription: String { "ECALL_SEED=\(self.number)" }
    }

    private static let lines = [
        GPSDParserTests.tpv,
        #"{"class":"SKY","hdop":0.9,"satellites":[{"PRN":1,"used":true},{"PRN":2,"used":false}]}"#,
        #"{"class":"VERSION","release":"3.22","proto_major":3,"proto_minor":14}"#,
        #"{"class":"ERROR","message":"\"\\\u00e4\ud83d\ude97"}"#,
    ]

    private func damaged(_ line: String, using random: inout SeededGenerator) -> [UInt8] {
        var octets = Array(line.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !octets.isEmpty else { break }
            let index = Int.random(in: 0..<octets.count, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: octets[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1: octets.remove(at: index)
            case 2: octets.insert(UInt8.random(in: 0...255, using: &random), at: index)
            default: octets.removeSubrange(index...)
            }
        }
        return octets
    }

    @Test(arguments: (1...60).map(Seed.init)) func aDamagedStreamGoesOn(_ seed: Seed) {
        var random = SeededGenerator(seed: seed.number)
        var parser = GPSDParser()
        var problems = 0
        for _ in 0..<100 {
            let line = Self.lines[Int.random(in: 0..<Self.lines.count, using: &random)]
            var events: [GPSDEvent] = []
            var rest = self.damaged(line, using: &random)[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...200, using: &random))
                rest = rest.dropFirst(piece.count)
                events += parser.received(Array(piece), at: .boot)
            }
            events += parser.received(Array("\n{\"class\":\"TPV\",\"mode\":3}\n".utf8), at: .boot)
            for case .problem(let problem, _) in events {
                problems += 1
                #expect(!problem.description.isEmpty)
            }
            guard case .report(.tpv(let tpv), _)? = events.last else {
                Issue.record("ECALL_SEED=\(seed.number): \(events)")
                return
            }
            #expect(tpv.mode == 3)
        }
        #expect(problems > 20)
    }

    @Test func everyPrefixOfALineIsAProblem() {
        for line in Self.lines {
            let octets = Array(line.utf8)
            for count in 1..<octets.count {
                var parser = GPSDParser()
                let events = parser.received(octets.prefix(count) + [0x0A], at: .boot)
                guard case .problem(.malformed, _)? = events.first, events.count == 1 else {
                    Issue.record("\(count) octets became \(events)")
                    continue
                }
            }
        }
    }
}
