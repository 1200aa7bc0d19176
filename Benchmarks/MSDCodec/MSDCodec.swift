import ArgumentParser
import MSD
import Supervision
import Timeline

/// Times decoding and encoding of one MSD: nanoseconds for one operation, the median of many batches.
@main
struct MSDCodec: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "MSDCodec",
        abstract: "Times our MSD codec; prints a figure, its value and its unit on a line, with tabs between."
    )

    @Argument(help: "The MSD in hexadecimal.") var hex: String
    @Option(help: "How many batches are timed; the median of them counts.") var batches = 200
    @Option(help: "Operations in a batch.") var operations = 2_000

    func validate() throws {
        guard self.batches > 0, self.operations > 0 else { throw ValidationError("counts start at 1") }
    }

    func run() throws {
        let octets = try MSDText.octets(from: Array(self.hex.utf8))
        let msd = try MSD(decoding: octets)
        guard try msd.encoded() == octets else { throw ValidationError("the vector does not come back") }
        var decoding: [Int64] = []
        var encoding: [Int64] = []
        var sum = 0
        for _ in 0..<self.batches {
            let start = MonotonicClock.now()
            sum &+= try self.decode(octets)
            let middle = MonotonicClock.now()
            sum &+= try self.encode(msd)
            decoding.append(middle.nanosecondsSinceBoot - start.nanosecondsSinceBoot)
            encoding.append(MonotonicClock.now().nanosecondsSinceBoot - middle.nanosecondsSinceBoot)
        }
        self.show("our decode", decoding)
        self.show("our encode", encoding)
        // Shown so that the compiler can leave out no operation.
        print("our checksum\t\(sum)\t")
    }

    /// Decodes the vector under another messageIdentifier each time, so that nothing can be taken out of the loop.
    @inline(never)
    private func decode(_ octets: [UInt8]) throws -> Int {
        var octets = octets
        var sum = 0
        for turn in 0..<self.operations {
            // The identifier's low nibble is the high one of the octet at 3.
            octets[3] = octets[3] & 0x0F | UInt8(truncatingIfNeeded: turn) << 4
            sum &+= Int(try MSD(decoding: octets).messageIdentifier)
        }
        return sum
    }

    @inline(never)
    private func encode(_ msd: MSD) throws -> Int {
        var msd = msd
        var sum = 0
        for turn in 0..<self.operations {
            msd.messageIdentifier = UInt8(truncatingIfNeeded: turn)
            sum &+= Int(try msd.encoded()[3])
        }
        return sum
    }

    private func show(_ name: String, _ batches: [Int64]) {
        let median = batches.sorted()[batches.count / 2]
        print("\(name)\t\(median / Int64(self.operations))\tns")
    }
}
