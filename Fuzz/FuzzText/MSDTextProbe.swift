import Foundation
import FuzzHarness
import MSD

/// What must hold for MSDs as text and as JSON, whatever the input.
enum MSDTextProbe {
    /// Text is read as the octets whose hexadecimal form is read as the same octets.
    static func text(_ input: [UInt8]) {
        do throws(MSDText.Failure) {
            let octets = try MSDText.octets(from: input)
            require(octets.count <= input.count, "\(input.count) characters became \(octets.count) octets")
            guard octets != input, !octets.isEmpty, octets.count * 2 <= MSDText.maximumInput else { return }
            let hexadecimal = Array(MSDText.hex(octets).utf8)
            require(try MSDText.octets(from: hexadecimal) == octets, "\(octets) change in hexadecimal")
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    /// An MSD read from JSON is the same after encoding and decoding, unless encoding refuses it.
    static func json(_ input: [UInt8]) {
        let msd: MSD
        do {
            msd = try JSONDecoder().decode(MSD.self, from: Data(input))
        } catch {
            require(error is DecodingError, "JSON is refused with \(error)")
            return
        }
        self.survives(msd)
        do throws(MSDEncodingError) {
            let octets = try msd.encoded()
            require(MSD.salvage(octets).msd == msd, "\(msd) became \(MSD.salvage(octets))")
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    /// An MSD read from octets is the same after writing and reading JSON.
    static func octets(_ input: [UInt8]) {
        if let msd = MSD.salvage(input).msd { self.survives(msd) }
    }

    private static func survives(_ msd: MSD) {
        var expected = msd
        // FALSE is the default and stays off the wire; only v2 messages are known to send it.
        if msd.msdVersion != .v2 {
            expected.vehiclePropulsionStorageType = msd.vehiclePropulsionStorageType.withoutFalse
        }
        do {
            let again = try JSONDecoder().decode(MSD.self, from: JSONEncoder().encode(msd))
            require(again == expected, "\(expected) became \(again)")
        } catch {
            require(false, "\(msd) is refused as JSON: \(error)")
        }
    }
}
