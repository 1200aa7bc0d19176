import CrashSensing
import FuzzHarness
import Sensors
import Timeline

/// What must hold for recordings, scan elements and the edges of a crash line, whatever the octets.
enum SensorProbe {
    /// A recording is refused at a place, or its samples are numbers whose times rise; no detector minds them.
    static func trace(_ octets: [UInt8]) {
        guard let text = String(validating: octets, as: UTF8.self) else { return }
        do throws(TraceMistake) {
            let trace = try CSVTrace(text: text, file: "f")
            require(zip(trace.samples, trace.samples.dropFirst()).allSatisfy { $0.at < $1.at }, "times do not rise")
            var detector = CrashDetector(rate: max(1, min(trace.rate, 10_000)))
            for sample in trace.samples { _ = detector.take(sample) }
        } catch {
            require(!error.found.isEmpty && !error.expected.isEmpty, "\(error)")
        }
    }

    /// A description is refused, or every value of it can be read.
    static func element(_ octets: [UInt8]) {
        let parts = octets.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard let text = parts.first.flatMap({ String(validating: $0, as: UTF8.self) }),
            let element = ScanElement(index: 0, type: text)
        else { return }
        let padded = Array(parts.last ?? []) + [UInt8](repeating: 0, count: 8)
        let value = element.value(in: padded, at: 0)
        let limit = element.bits < 63 ? Int64(1) << Int64(element.bits) : Int64.max
        require(element.bits >= 63 || (-limit..<limit).contains(value), "\(value) is more than \(element.bits) bits")
        _ = element.isAtEnd(value)
    }

    /// Edges in time: each octet is a pause of a quarter of a millisecond a step, and an edge.
    static func signal(_ octets: [UInt8]) {
        let cycle = { (high: Int, low: Int, count: Int) in
            CrashLineProfile.Cycle(
                high: .milliseconds(high),
                low: .milliseconds(low),
                tolerance: .milliseconds(2),
                count: count
            )
        }
        let profile = CrashLineProfile(idle: .cycles(cycle(20, 10, 3)), crash: .cycles(cycle(10, 20, 3)))
        var machine = CrashWaveformMachine(profile, high: false, at: .boot)
        var now = Instant.boot
        var high = false
        for octet in octets {
            now = now.advanced(by: .microseconds(250 * Int(octet)))
            var turns = 0
            while let due = machine.nextDeadline, due <= now, turns < 8 {
                _ = machine.deadlineReached(at: due)
                turns += 1
            }
            require(turns < 8, "a deadline never ends")
            // One octet in sixteen loses its edge.
            if octet % 16 != 0 { high.toggle() }
            _ = machine.edge(high: high, at: now)
        }
    }
}
