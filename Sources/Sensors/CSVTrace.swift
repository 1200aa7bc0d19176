package import CrashSensing
private import Foundation
internal import Timeline

/// What is wrong with a recorded trace, and where.
package struct TraceMistake: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// From 1; 0 for the file as a whole.
    package let line: Int
    package let found: String
    package let expected: String

    package init(file: String, line: Int, found: String, expected: String) {
        self.file = file
        self.line = line
        self.found = found
        self.expected = expected
    }

    package var description: String {
        let place = self.line > 0 ? "\(self.file):\(self.line)" : self.file
        return "\(place): found \(self.found), expected \(self.expected)"
    }
}

/// A recorded trace of accelerations, from a text with a column for each channel.
///
/// The first line names the columns: `time_s` or `time_ms`; `x_g`, `y_g`, `z_g` or the same with `_ms2`; and, if there is
/// one, `roll_dps` or `roll_rads`. Other columns are left alone. Lines that begin with `#` are remarks.
package struct CSVTrace: Hashable, Sendable {
    /// The samples, the first one at the instant of boot.
    package let samples: [AccelerationSample]
    /// Samples a second, on average.
    package let rate: Double

    /// Ten minutes at 6.4 kHz.
    package static let maximumSamples = 3_840_000
    /// A line of a hundred columns.
    package static let maximumLine = 4_096

    package init(text: String, file: String) throws(TraceMistake) {
        var columns: Columns?
        var samples: [AccelerationSample] = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            if line.isEmpty || line.first == "#" { continue }
            guard line.utf8.count <= Self.maximumLine else {
                throw TraceMistake(
                    file: file,
                    line: number,
                    found: "\(line.utf8.count) octets",
                    expected: "a line of at most \(Self.maximumLine)"
                )
            }
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trim)
            guard let known = columns else {
                columns = try Columns(fields, file: file, line: number)
                continue
            }
            let sample = try known.sample(fields, file: file, line: number)
            if let last = samples.last, sample.at <= last.at {
                throw TraceMistake(
                    file: file,
                    line: number,
                    found: "a time that is not later than the one before",
                    expected: "times that rise"
                )
            }
            guard samples.count < Self.maximumSamples else {
                throw TraceMistake(
                    file: file,
                    line: number,
                    found: "more samples",
                    expected: "at most \(Self.maximumSamples)"
                )
            }
            samples.append(sample)
        }
        guard let first = samples.first, let last = samples.last, samples.count > 1 else {
            throw TraceMistake(
                file: file,
                line: 0,
                found: "\(samples.count) samples",
                expected: "a line of names and at least two of numbers"
            )
        }
        let length = first.at.duration(to: last.at)
        let seconds = Double(length.components.seconds) + Double(length.components.attoseconds) / 1e18
        self.rate = Double(samples.count - 1) / seconds
        guard CrashLimits.rates.contains(self.rate) else {
            throw TraceMistake(
                file: file,
                line: 0,
                found: "\(self.rate.rounded()) samples a second",
                expected: "\(Int(CrashLimits.rates.lowerBound)) to \(Int(CrashLimits.rates.upperBound))"
            )
        }
        self.samples = samples.map { $0.moved(by: .boot, from: first.at) }
    }

    /// Reads a file; the text is not longer than so many samples can be.
    package init(path: String) throws(TraceMistake) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw TraceMistake(file: path, line: 0, found: "no file that can be read", expected: "a recording")
        }
        // What cannot be closed was read all the same.
        defer { try? file.close() }
        let data: Data?
        do { data = try file.read(upToCount: Self.maximumOctets) } catch {
            throw TraceMistake(file: path, line: 0, found: error.localizedDescription, expected: "a recording")
        }
        guard let data, data.count < Self.maximumOctets else {
            let found = data == nil ? "an empty file" : "\(Self.maximumOctets) octets or more"
            throw TraceMistake(file: path, line: 0, found: found, expected: "a recording of less")
        }
        try self.init(text: String(decoding: data, as: UTF8.self), file: path)
    }

    private static let maximumOctets = 67_108_864

    private static func trim(_ field: Substring) -> Substring {
        var field = field
        while field.first == " " || field.first == "\t" { field = field.dropFirst() }
        while field.last == " " || field.last == "\t" { field = field.dropLast() }
        return field
    }
}

/// Which column has what, and in which unit.
private struct Columns {
    private let time: (column: Int, factor: Double)
    private let axes: [(column: Int, factor: Double)]
    private let roll: (column: Int, factor: Double)?
    private let count: Int

    private static let gravity = 9.80665

    init(_ names: [Substring], file: String, line: Int) throws(TraceMistake) {
        func column(_ choices: [(String, Double)]) -> (column: Int, factor: Double)? {
            for (name, factor) in choices {
                if let column = names.firstIndex(where: { $0 == name }) { return (column, factor) }
            }
            return nil
        }
        func required(_ choices: [(String, Double)]) throws(TraceMistake) -> (column: Int, factor: Double) {
            guard let found = column(choices) else {
                let expected = choices.map(\.0).joined(separator: " or ")
                let text = names.joined(separator: ",").prefix(80)
                throw TraceMistake(
                    file: file,
                    line: line,
                    found: "the columns \(text)",
                    expected: "one named \(expected)"
                )
            }
            return found
        }
        self.time = try required([("time_s", 1), ("time_ms", 0.001)])
        var axes: [(column: Int, factor: Double)] = []
        for axis in ["x", "y", "z"] {
            axes.append(try required([("\(axis)_g", 1), ("\(axis)_ms2", 1 / Self.gravity)]))
        }
        self.axes = axes
        self.roll = column([("roll_dps", 1), ("roll_rads", 180 / Double.pi)])
        self.count = names.count
    }

    func sample(_ fields: [Substring], file: String, line: Int) throws(TraceMistake) -> AccelerationSample {
        guard fields.count == self.count else {
            throw TraceMistake(file: file, line: line, found: "\(fields.count) columns", expected: "\(self.count)")
        }
        func number(_ place: (column: Int, factor: Double)) throws(TraceMistake) -> Double {
            guard let value = Double(String(fields[place.column])), value.isFinite else {
                let found = "\"\(fields[place.column].prefix(40))\" in column \(place.column + 1)"
                throw TraceMistake(file: file, line: line, found: found, expected: "a number")
            }
            return value * place.factor
        }
        let seconds = try number(self.time)
        guard abs(seconds) < Self.longestTime else {
            throw TraceMistake(file: file, line: line, found: "a time of \(seconds) s", expected: "less than a year")
        }
        var values: [Double] = []
        for axis in self.axes { values.append(try number(axis)) }
        var roll: Double?
        if let place = self.roll { roll = try number(place) }
        return AccelerationSample(
            at: Instant(nanosecondsSinceBoot: Int64((seconds * 1e9).rounded())),
            x: values[0],
            y: values[1],
            z: values[2],
            rollRate: roll
        )
    }

    /// A year, which no trace lasts and whose nanoseconds still fit.
    private static let longestTime = 31_536_000.0
}

extension AccelerationSample {
    /// The same sample so much later as one instant is behind another.
    func moved(by to: Instant, from: Instant) -> AccelerationSample {
        AccelerationSample(
            at: to.advanced(by: from.duration(to: self.at)),
            x: self.x,
            y: self.y,
            z: self.z,
            rollRate: self.rollRate,
            isSaturated: self.isSaturated
        )
    }
}
