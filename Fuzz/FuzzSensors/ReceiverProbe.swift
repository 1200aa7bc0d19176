import FuzzHarness
import GPSD
import MSD
import Positioning
import Timeline

/// What must hold for what gpsd sends, whatever the octets.
enum ReceiverProbe {
    /// Cut anywhere, a stream means the same; and what is accepted of it is on the earth.
    static func stream(_ octets: [UInt8]) {
        var whole = GPSDParser()
        var parts = GPSDParser()
        let cut = octets.isEmpty ? 0 : Int(octets[0]) % (octets.count + 1)
        let once = whole.received(octets, at: .boot)
        let twice = parts.received(Array(octets[..<cut]), at: .boot) + parts.received(Array(octets[cut...]), at: .boot)
        require(once == twice, "a stream that is cut at \(cut) means something else")
        var filter = PositionFilter()
        var now = Instant.boot
        for case .report(.tpv(let report), _) in once {
            now = now.advanced(by: .milliseconds(500))
            guard case .accepted(let fix) = filter.report(report.receiverReport(), at: now) else { continue }
            require(fix.position.isOnEarth, "\(fix.position) is no place on the earth")
            require(fix.radius95Meters.map { $0 >= 0 } ?? true, "a radius of \(fix.radius95Meters ?? 0)")
        }
    }
}
