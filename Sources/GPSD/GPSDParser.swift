package import Timeline

/// Cuts what gpsd sends into lines and reads them; a line that cannot be read is one problem, and the next is read.
///
/// It keeps one line of at most `GPSDLimits.maximumLineOctets`.
package struct GPSDParser: Sendable {
    private enum State {
        /// The octets of a line so far. Becomes `skipping`.
        case reading([UInt8])
        /// The line was too long and told. Becomes `reading` behind its end.
        case skipping
    }

    private var state = State.reading([])

    package init() {}

    /// Takes octets as they arrive, cut anywhere, and gives what is whole by now.
    package mutating func received(_ octets: [UInt8], at now: Instant) -> [GPSDEvent] {
        var events: [GPSDEvent] = []
        let pieces = octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
            if index > 0, let event = self.endLine(at: now) { events.append(event) }
            if let event = self.append(piece, at: now) { events.append(event) }
        }
        return events
    }

    /// The stream has ended: what is left of a line is a problem.
    package mutating func ended(at now: Instant) -> GPSDEvent? {
        defer { self.state = .reading([]) }
        switch self.state {
        case .reading(let line): return line.isEmpty ? nil : .problem(.unfinishedLine(octets: line.count), at: now)
        case .skipping: return nil
        }
    }

    private mutating func append(_ piece: ArraySlice<UInt8>, at now: Instant) -> GPSDEvent? {
        switch self.state {
        case .reading(var line):
            guard line.count + piece.count <= GPSDLimits.maximumLineOctets else {
                self.state = .skipping
                return .problem(.lineTooLong(limit: GPSDLimits.maximumLineOctets), at: now)
            }
            // Taken out while it grows, so that it is not copied.
            self.state = .reading([])
            line.append(contentsOf: piece)
            self.state = .reading(line)
            return nil
        case .skipping:
            return nil
        }
    }

    private mutating func endLine(at now: Instant) -> GPSDEvent? {
        let ended = self.state
        self.state = .reading([])
        switch ended {
        case .reading(let line): return Self.event(of: line, at: now)
        case .skipping: return nil
        }
    }

    private static func event(of line: [UInt8], at now: Instant) -> GPSDEvent? {
        // gpsd ends its lines with CR and LF; an empty one says nothing.
        let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
        guard text.contains(where: { $0 != UInt8(ascii: " ") }) else { return nil }
        do throws(GPSDProblem) {
            return try ReportReader.report(of: Array(text)).map { .report($0, at: now) }
        } catch {
            return .problem(error, at: now)
        }
    }
}
