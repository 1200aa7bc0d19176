import GPIO
import Testing

@Suite struct LineErrorTests {
    @Test func refusesAnUnknownLineAndNamesTheKnownOnes() throws {
        let rig = try Rig()
        let error = #expect(throws: LineError.self) { try rig.lines.set("sos", .active) }
        #expect(
            error?.description
                == "There is no line \"sos\"; the lines are sos-button, sos-cover, green-led."
        )
    }

    @Test func refusesTheWrongDirection() throws {
        let rig = try Rig()
        #expect(throws: LineError.wrongDirection("green-led", is: .output)) { try rig.lines.set("green-led", .active) }
        #expect(throws: LineError.wrongDirection("sos-button", is: .input)) {
            try rig.lines.drive("sos-button", .active)
        }
    }

    @Test func refusesTwoLinesOfOneName() {
        let twice = [
            LineSpecification(name: "a", direction: .input), LineSpecification(name: "a", direction: .output),
        ]
        #expect(throws: LineError.duplicate("a")) { try Rig(twice) }
    }

    @Test func refusesMoreLinesThanARequestHolds() throws {
        let names = (0...SimulatedLines.maximumLines).map { LineName("line-\($0)") }
        let many = names.map { LineSpecification(name: $0, direction: .input) }
        #expect(throws: LineError.tooMany(count: 65)) { try Rig(many) }
        #expect(throws: Never.self) { try Rig(Array(many.dropLast())) }
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .seconds(3601)])
    func refusesAPulseOfThatLength(duration: Duration) throws {
        let rig = try Rig()
        #expect(throws: LineError.self) { try rig.lines.pulse("sos-button", duration) }
        #expect(try rig.lines.level(of: "sos-button") == .inactive)
    }

    @Test(arguments: [0, -1, 1001])
    func refusesThatManyBounces(times: Int) throws {
        let rig = try Rig()
        #expect(throws: LineError.self) { try rig.lines.bounce("sos-button", times: times, period: .milliseconds(1)) }
    }

    @Test(arguments: [0, -1, 1025])
    func refusesToLoseThatManyEdges(count: Int) throws {
        let rig = try Rig()
        #expect(throws: LineError.self) { try rig.lines.drop("sos-button", count: count) }
    }
}
