import FuzzHarness
import SIP

/// What must hold for the framing of streams, whatever the octets.
enum StreamProbe {
    private static let tight: Limits = {
        var limits = Limits()
        limits.startLineBytes = 64
        limits.headerLineBytes = 96
        limits.headerCount = 6
        limits.headBytes = 256
        limits.bodyBytes = 64
        return limits
    }()

    private struct Reading: Hashable {
        var items: [MessageFramer.Item] = []
        var failure: FramingError?
    }

    /// The same octets give the same items however they are cut.
    static func segments(_ source: inout OctetSource) {
        let limits = source.choice([Limits(), self.tight])
        let size = max(1, Int(source.octet()))
        let octets = source.remainder()
        let whole = self.read(octets, by: max(1, octets.count), limits)
        let cut = self.read(octets, by: size, limits)
        require(whole == cut, "in one piece \(whole), in pieces of \(size) \(cut)")
        require(whole.items.count <= octets.count / 2, "\(octets.count) octets gave \(whole.items.count) items")
        for case .message(let message) in whole.items {
            require(message.body.count <= limits.bodyBytes, "a body of \(message.body.count) octets")
            require(message.headers.fields.count <= limits.headerCount, "\(message.headers.fields.count) headers")
            MessageProbe.survives(message)
        }
    }

    private static func read(_ octets: [UInt8], by size: Int, _ limits: Limits) -> Reading {
        var framer = MessageFramer(limits: limits)
        var reading = Reading()
        do throws(FramingError) {
            for start in stride(from: 0, to: octets.count, by: size) {
                framer.append(Array(octets[start..<min(start + size, octets.count)]))
                while let item = try framer.next() { reading.items.append(item) }
            }
        } catch {
            reading.failure = error
        }
        return reading
    }
}
