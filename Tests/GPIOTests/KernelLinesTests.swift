import Testing
import Timeline

@testable import GPIO

/// Where lines are looked for, and what is said when they cannot be had; a kernel with chips has tests of its own.
@Suite(.timeLimit(.minutes(10))) struct KernelLinesTests {
    private static let chips = [
        KernelChip(path: "/dev/gpiochip0", label: "pinctrl-bcm2711", lineCount: 58),
        KernelChip(path: "/dev/gpiochip1", label: "mcp23017", lineCount: 16),
    ]
    private static let wiring = LineWiring(chips: ["a label that no chip has"], address: .name("GPIO17"))

    @Test(arguments: [
        (["pinctrl-rp1", "pinctrl-bcm2711"], "gpiochip0"), (["mcp23017"], "gpiochip1"), (["gpiochip1"], "gpiochip1"),
        (["/dev/gpiochip0", "mcp23017"], "gpiochip0"), (["mcp23017", "pinctrl-bcm2711"], "gpiochip1"),
    ])
    func theEarliestWordThatMeansAChipWins(words: [String], name: String) {
        #expect(LinePlace.choose(words, among: Self.chips)?.name == name)
    }

    @Test func noWordNoChip() {
        #expect(LinePlace.choose(["pinctrl-rp1"], among: Self.chips) == nil)
    }

    @Test func anAddressOfDigitsIsANumber() {
        #expect(LineWiring.Address("17") == .offset(17))
        #expect(LineWiring.Address("GPIO17") == .name("GPIO17"))
        #expect(LineWiring.Address("-1") == .name("-1"))
    }

    @Test func aMissingChipIsNamedWithThoseThatAreThere() {
        let absence = LineAbsence.noChip(wanted: ["pinctrl-rp1", "gpiochip4"], there: Self.chips)
        #expect(
            absence.description
                == "no GPIO chip has the label, name or path pinctrl-rp1 or gpiochip4; there are gpiochip0 "
                + "[pinctrl-bcm2711], gpiochip1 [mcp23017]; gpiodetect lists them"
        )
    }

    @Test func aForbiddenChipSaysWhatToDo() {
        let absence = LineAbsence.refused(path: "/dev/gpiochip0", GPIOError(operation: .openChip, errno: 13))
        #expect(
            absence.description
                == "opening /dev/gpiochip0: Permission denied (errno 13); the user of ecalld must be in the group that "
                + "owns it"
        )
    }

    @Test func aLineWithoutAPinIsRefused() {
        let specification = LineSpecification(name: "crash", direction: .input)
        #expect(throws: LineError.unwired("crash")) {
            try KernelLines([specification], wiring: [:], consumer: "test", now: { .boot })
        }
    }

    @Test func aLineThatIsNotThereIsToldAndDrivingItIsRefused() async throws {
        let specification = LineSpecification(name: "led", direction: .output)
        let lines = try KernelLines(
            [specification],
            wiring: ["led": Self.wiring],
            consumer: "test",
            now: { .boot }
        )
        let (events, source) = AsyncStream.makeStream(of: LineEvent.self)
        lines.start { source.yield($0) }
        var told = events.makeAsyncIterator()
        guard case .health(let name, .missing(let reason)) = await told.next(isolation: #isolation) else {
            Issue.record("the first word of a line that is not there is its health")
            return
        }
        #expect(name == "led" && reason.hasPrefix("no GPIO chip has the label, name or path a label that no chip has"))
        #expect(throws: LineError.unusable("led", .missing(reason: reason))) { try lines.drive("led", .active) }
        #expect(throws: LineError.unusable("led", .missing(reason: reason))) { try lines.level(of: "led") }
        await lines.stop()
        await lines.stop()
    }

    @Test func chipsAreFoundInTheOrderOfTheirNumbers() throws {
        let folder = try TemporaryFolder()
        for name in ["gpiochip10", "gpiochip2", "gpiochip0", "gpiochipX", "gpio", "null"] {
            try folder.touch(name)
        }
        #expect(
            KernelChip.paths(in: folder.path)
                == ["gpiochip0", "gpiochip2", "gpiochip10"].map { "\(folder.path)/\($0)" }
        )
        #expect(KernelChip.paths(in: "\(folder.path)/nowhere") == [])
    }

    @Test func aFileThatIsNoChipIsNone() throws {
        let folder = try TemporaryFolder()
        try folder.touch("gpiochip0")
        #expect(throws: LineAbsence.self) { try LinePlace.find(Self.wiring, in: folder.path) }
    }
}
