import ArgumentParser
import GPIO
import Supervision
import Timeline

/// Times edges that somebody else makes, from the kernel's stamp to the daemon's thread of lines: microseconds, beside
/// `rig/edgelat.c`.
@main
struct LineLatency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "LineLatency",
        abstract: "Times edges of one line; prints figures as NAME=MICROSECONDS on one line."
    )

    @Argument(help: "The label of the chip.") var label: String
    @Argument(help: "The number of the line.") var offset: UInt32
    @Argument(help: "How many edges.") var count: Int

    func validate() throws {
        guard self.count > 0 else { throw ValidationError("at least one edge") }
    }

    func run() async throws {
        let name: LineName = "line"
        let lines = try KernelLines(
            [LineSpecification(name: name, direction: .input)],
            wiring: [name: LineWiring(chips: [self.label], address: .offset(self.offset))],
            consumer: "LineLatency",
            now: { MonotonicClock.now() }
        )
        let (waits, continuation) = AsyncStream.makeStream(of: Duration.self)
        lines.start { event in
            if case .edge(let edge) = event { continuation.yield(edge.at.duration(to: MonotonicClock.now())) }
            lines.handled()
        }
        var sorted: [Duration] = []
        for await wait in waits.prefix(self.count) { sorted.append(wait) }
        await lines.stop()
        sorted.sort()
        func figure(_ name: String, _ index: Int) -> String {
            "read_\(name)=\((sorted[min(index, sorted.count - 1)] / .microseconds(1) * 10).rounded() / 10)"
        }
        let median = figure("median", sorted.count / 2)
        let most = figure("p99", sorted.count * 99 / 100)
        print("edges=\(sorted.count) \(median) \(most) \(figure("max", sorted.count - 1))")
    }
}
