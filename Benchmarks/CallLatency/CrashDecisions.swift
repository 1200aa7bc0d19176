import Center
import CrashSensing
import Foundation
import GPIO
import IVS
import Supervision
import Timeline

/// Times each crash profile from the beginning of its burst to the decision to call, on a simulated line.
struct CrashDecisions {
    /// A file of profiles, as `lines.crashProfiles` names it.
    let profiles: String
    /// Where each vehicle has its record.
    let folder: String
    let bursts: Int

    /// Cycles at rest in front of each burst.
    private static let idleCycles = 5
    /// How long a line without an idle signal rests in front of it.
    private static let rest = Duration.milliseconds(100)

    func show() async throws {
        for (name, profile) in try self.known().sorted(by: { $0.key < $1.key }) {
            let sample = try await self.time(profile, folder: "\(self.folder)/\(name)")
            let allowed = Self.leastTime(of: profile)
            print("crash line \(name), least\t\(Self.milliseconds(allowed))\tms")
            for (figure, value) in sample.figures where figure != "90th percentile" {
                print("crash line \(name), above it, \(figure)\t\(Self.milliseconds(value - allowed))\tms")
            }
        }
    }

    /// The profiles of the file, and the plain level.
    private func known() throws -> [String: CrashLineProfile] {
        let path = "\(self.folder)/profiles.yaml"
        let text = """
            vehicle: {vin: ECALLBENCHMARK001}
            centers: [{name: none, host: 127.0.0.1, uri: "sip:none@center.invalid"}]
            lines: {crashProfiles: "\(URL(filePath: self.profiles).path)"}
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try VehicleConfiguration.read(path: path).knownCrashProfiles
    }

    /// What its rules let pass at least: the time for which a level must last, or the cycles that count.
    private static func leastTime(of profile: CrashLineProfile) -> Duration {
        switch profile.crash {
        case .level(_, let hold): hold
        case .cycles(let cycle): cycle.period * cycle.count
        }
    }

    private func time(_ profile: CrashLineProfile, folder: String) async throws -> Sample {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let center = MeasuredCenter(reply: .accept(.positive))
        var vehicle = try MeasuredVehicle(centerPorts: [try await center.listen()], folder: folder) { configuration in
            configuration.crashProfiles["crash"] = profile
            configuration.crashProfiles["crash"]?.lockout = .zero
        }
        try await vehicle.rig.start()
        try await vehicle.event("linkOpened")
        let (signal, lead, length) = Self.signal(of: profile)
        // The first second counts for nothing (rule 7 of the decoder).
        try await Task.sleep(for: .seconds(2))
        var sample = Sample()
        for _ in 0..<self.bursts {
            let burst = MonotonicClock.now().advanced(by: lead)
            try vehicle.rig.simulatedLines?.play(MeasuredVehicle.crashLine, signal)
            sample.add(burst.duration(to: try await vehicle.event("automaticTrigger")))
            try await vehicle.event("endedHoldOver")
            let rest = MonotonicClock.now().duration(to: burst.advanced(by: length))
            try await Task.sleep(for: max(.zero, rest) + Self.rest)
        }
        await vehicle.rig.stop()
        try await center.stop()
        return sample
    }

    /// Some rest, one burst, and rest again; how long it is before the burst, and how long the burst is.
    private static func signal(of profile: CrashLineProfile) -> (LineSignal, lead: Duration, length: Duration) {
        let part = { (part: CrashLineProfile.Part) in LineSignal.Part(part.high ? .active : .inactive, part.length) }
        let idle = profile.idleParts.map(part)
        let crash = profile.crashParts.map(part)
        var before =
            idle.isEmpty
            ? [LineSignal.Part(profile.rest ? .active : .inactive, Self.rest)]
            : Array(repeating: idle, count: Self.idleCycles).flatMap(\.self)
        // A level that lasts would begin with the end of the cycle in front of it.
        if profile.crashParts.count == 1, before.last?.level == crash.first?.level { before.removeLast() }
        let length = { (parts: [LineSignal.Part]) in parts.reduce(Duration.zero) { $0 + $1.length } }
        let signal = LineSignal(once: before + crash, again: idle, rest: profile.rest ? .active : .inactive)
        return (signal, length(before), length(crash))
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        ((duration / .milliseconds(1)) * 100).rounded() / 100
    }
}
