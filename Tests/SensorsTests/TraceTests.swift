import CrashSensing
import NIOConcurrencyHelpers
import Testing
import Timeline

@testable import Sensors

@Suite struct CSVTraceTests {
    @Test func columnsAreFoundByNameAndUnit() throws {
        let text =
            "# a remark\nspeed,time_ms,x_ms2,y_g,z_g,roll_rads\r\n3,100,9.80665,-2,1,3.14159265\n\n3,101,0,0,1,0\n"
        let trace = try CSVTrace(text: text, file: "t.csv")
        #expect(trace.samples.map(\.at.nanosecondsSinceBoot) == [0, 1_000_000])
        #expect(abs(trace.samples[0].x - 1) < 1e-9 && trace.samples[0].y == -2)
        #expect(abs((trace.samples[0].rollRate ?? 0) - 180) < 1e-5)
        #expect(abs(trace.rate - 1_000) < 1e-6)
    }

    @Test(arguments: [
        ("", "t.csv: found 0 samples, expected a line of names and at least two of numbers"),
        ("time_s,x_g,y_g\n", "t.csv:1: found the columns time_s,x_g,y_g, expected one named z_g or z_ms2"),
        ("time_s,x_g,y_g,z_g\n0,0,0\n", "t.csv:2: found 3 columns, expected 4"),
        ("time_s,x_g,y_g,z_g\n0,0,zero,1\n", "t.csv:2: found \"zero\" in column 3, expected a number"),
        ("time_s,x_g,y_g,z_g\n0,0,nan,1\n", "t.csv:2: found \"nan\" in column 3, expected a number"),
        (
            "time_s,x_g,y_g,z_g\n0,0,0,1\n0,0,0,1\n",
            "t.csv:3: found a time that is not later than the one before, expected times that rise"
        ),
        (
            "time_s,x_g,y_g,z_g\n0,0,0,1\n0.01,0,0,1\n",
            "t.csv: found 100.0 samples a second, expected 400 to 6400"
        ),
        (
            "time_s,x_g,y_g,z_g\n0,0,0,1\n0.000000001,0,0,1\n",
            "t.csv: found 1000000000.0 samples a second, expected 400 to 6400"
        ),
        ("time_s,x_g,y_g,z_g\n1e30,0,0,1\n", "t.csv:2: found a time of 1e+30 s, expected less than a year"),
    ])
    func aMistakeIsToldWithItsPlace(text: String, expected: String) {
        do throws(TraceMistake) {
            _ = try CSVTrace(text: text, file: "t.csv")
            Issue.record("a broken trace is taken")
        } catch {
            #expect(error.description == expected)
        }
    }

    @Test func aTraceIsPlayedBehindARestWithTheStampsOfItsOwnTimes() throws {
        struct World {
            var now = Instant(nanosecondsSinceBoot: 100_000_000_000)
            var waiting: (@Sendable () -> Void)?
            var samples: [AccelerationSample] = []
        }
        let world = NIOLockedValueBox(World())
        let lines = (0..<50).map { "\($0),\(Double($0) / 10),0,1" }
        let trace = try CSVTrace(text: (["time_ms,x_g,y_g,z_g"] + lines).joined(separator: "\n"), file: "t.csv")
        let player = TracePlayer {
            world.withLockedValue(\.now)
        } schedule: { _, action in
            world.withLockedValue { $0.waiting = action }
        } deliver: { event in
            if case .samples(let batch) = event { world.withLockedValue { $0.samples += batch } }
        }
        player.play(trace)
        // The timers of the machine are late, and not always by as much.
        for late in [10, 25, 11, 40] {
            let action = world.withLockedValue { world in
                world.now = world.now.advanced(by: .milliseconds(late))
                return world.waiting
            }
            action?()
        }
        let samples = world.withLockedValue(\.samples)
        #expect(samples.count == 1_200 + 50)
        let start = Instant(nanosecondsSinceBoot: 100_000_000_000)
        #expect(samples.suffix(50).map { start.duration(to: $0.at) } == (0..<50).map { .milliseconds($0) })
        #expect(zip(samples, samples.dropFirst()).allSatisfy { $0.at < $1.at })
    }
}
