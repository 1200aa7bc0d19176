import Glibc
import NIOConcurrencyHelpers
import Testing
import Timeline

@testable import GPIO

/// Requests to read every line, with a pipe in the place of the kernel's queue of edges.
@Suite struct LineServiceTests {
    /// One line whose edges are written by the test, and the service that reads them.
    private final class Pipe {
        let bank: KernelLines
        let log = Log()
        let told = NIOLockedValueBox<[Instant]>([])
        private let writing: Int32
        private var service: LineService
        private var count: UInt32 = 0

        init() throws {
            let specification = LineSpecification(name: "crash", direction: .input)
            self.bank = try KernelLines(
                [specification],
                wiring: ["crash": LineWiring(chips: ["none"], address: .offset(1))],
                consumer: "test",
                now: { Instant.boot.advanced(by: .seconds(1)) }
            )
            var ends: [Int32] = [-1, -1]
            try #require(unsafe pipe(&ends) == 0)
            self.writing = ends[1]
            let log = self.log
            self.service = LineService(self.bank) { log.append($0) }
            let line = try KernelLine(adopting: ends[0])
            self.service.take(0, line, LineTraits(lossDetection: .levels), level: .inactive)
            // What the loop does with the first word of a line.
            for _ in log.events { self.bank.handled() }
        }

        deinit { close(self.writing) }

        /// Edges up and down, in the octets in which the kernel hands them over.
        func write(edges: Int) throws {
            for _ in 0..<edges {
                self.count += 1
                let isRising: UInt32 = self.count.isMultiple(of: 2) ? 2 : 1
                // linux/gpio.h: gpioevent_data, and gpio_v2_line_event with its offset, its two counts and its padding.
                let counts = [0, self.count, self.count] + [UInt32](repeating: 0, count: 6)
                let rest = KernelLine.api == 1 ? [0] : counts
                let octets = Self.octets(UInt64(self.count)) + ([isRising] + rest).flatMap { Self.octets($0) }
                try #require(unsafe Glibc.write(self.writing, octets, octets.count) == octets.count)
            }
        }

        private static func octets(_ number: some FixedWidthInteger) -> [UInt8] {
            (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }

        var edges: Int {
            self.log.events.count { if case .edge = $0 { true } else { false } }
        }

        /// One request to read everything, or those that wait.
        func readAll(isNew: Bool = false) {
            let told = self.told
            if isNew { self.bank.read { through in told.withLockedValue { $0.append(through) } } }
            let readings = self.bank.shared.withLockedValue { shared in
                defer { shared.readings = [] }
                return shared.readings
            }
            self.service.readAll(for: readings)
        }
    }

    @Test func aRequestIsAnsweredWhenNoEdgeIsLeft() throws {
        let pipe = try Pipe()
        pipe.readAll(isNew: true)
        #expect(pipe.told.withLockedValue { $0 } == [pipe.bank.now()])
    }

    @Test(arguments: [65, 80, 100]) func aRequestIsNotAnsweredWhileEdgesWaitForALoopThatStandsStill(edges: Int) throws {
        let pipe = try Pipe()
        try pipe.write(edges: edges)
        pipe.readAll(isNew: true)
        #expect(pipe.edges == Backlog.maximumEvents)
        #expect(pipe.told.withLockedValue { $0 } == [], "edges before the instant are still unread")
        pipe.readAll()
        #expect(pipe.told.withLockedValue { $0 } == [], "the loop has handled nothing yet")
        while pipe.told.withLockedValue(\.isEmpty), pipe.edges < edges {
            for _ in 0..<Backlog.maximumEvents { pipe.bank.handled() }
            pipe.readAll()
        }
        #expect(pipe.edges == edges, "the answer comes behind the last edge")
        #expect(pipe.told.withLockedValue { $0 } == [pipe.bank.now()])
    }
}
