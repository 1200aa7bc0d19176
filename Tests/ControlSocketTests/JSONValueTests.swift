import Testing

@testable import ControlSocket

@Suite struct JSONValueTests {
    private func read(_ text: String, maximumValues: Int = 100) throws(JSONError) -> JSONValue {
        try JSONValue(decoding: Array(text.utf8), maximumValues: maximumValues)
    }

    @Test func readsEveryKind() throws {
        let text = #"{"a":[null,true,-1,2.5,"x/\u00e9"],"b":{}}"#
        let value: JSONValue = ["a": [nil, true, -1, 2.5, "x/é"], "b": [:]]
        #expect(try self.read(text) == value)
        #expect(value.text == #"{"a":[null,true,-1,2.5,"x/é"],"b":{}}"#)
    }

    @Test func escapesWhatAStringMayNotHold() throws {
        let text = (0..<0x80).map { String(UnicodeScalar(UInt8($0))) }.joined() + "\u{7F}é\u{2028}😀"
        #expect(JSONValue.string("\"\\/\u{8}\t\n\u{C}\r\u{0}\u{1F}").text == #""\"\\/\b\t\n\f\r\u0000\u001f""#)
        #expect(try self.read("[\(JSONValue.string(text).text)]") == [.string(text)])
        #expect(try self.read(JSONValue.object([text: 1]).text) == .object([text: 1]))
    }

    @Test(arguments: [
        (-0.5, "-0.5"), (1e21, "1e+21"), (2.5e-300, "2.5e-300"), (3.0, "3"), (-0.0, "-0"), (0.1, "0.1"),
    ])
    func writesNumbersAsShortAsTheyReadBack(_ number: Double, _ text: String) throws {
        #expect(JSONValue.double(number).text == text)
        #expect(try self.read("[\(text)]").asArray?.first?.asDouble == number)
    }

    @Test func writesMembersSorted() {
        let value: JSONValue = ["zone": 1, "area": 2, "mile": 3]
        #expect(value.text == #"{"area":2,"mile":3,"zone":1}"#)
    }

    @Test(arguments: [Int.min, -1, 0, 1, Int.max])
    func keepsWholeNumbersExact(_ number: Int) throws {
        #expect(try self.read("[\(number)]") == [.int(number)])
    }

    @Test(arguments: ["92233720368543372.03685", "4503599627370496.1", "1.00000000000000000001", "-0.0"])
    func aFractionTooFineForADoubleLeavesAWholeNumber(_ text: String) throws {
        let value = try self.read("[\(text)]")
        #expect(value.asArray?.first?.kind == "int")
        #expect(try self.read(value.text) == value)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func writesNumbersThatJSONDoesNotHaveAsNull(_ number: Double) {
        #expect(JSONValue.array([.double(number)]).encoded() == Array("[null]".utf8))
    }

    @Test(arguments: [
        "", " ", "{", "[1", "\"a", "{'a':1}", "{\"a\":1}x", "{} {}", "nul", "01", "[\"\u{1}\"]", #"["\ud800"]"#,
        "1e999", "+1",
        "]", "}{",
    ])
    func refusesWhatIsNoJSON(_ text: String) {
        #expect(throws: JSONError.malformed) { try self.read(text) }
    }

    @Test func refusesOctetsThatAreNoUTF8() {
        #expect(throws: JSONError.malformed) { try JSONValue(decoding: [0x22, 0xFF, 0x22], maximumValues: 10) }
    }

    @Test func refusesEveryPrefix() {
        let text = #"{"a":[null,true,-1,2.5,"x\\\"y"],"b":{"c":"}"}}"#
        for length in 0..<text.utf8.count {
            #expect(throws: JSONError.malformed) { try self.read(String(text.prefix(length))) }
        }
    }

    @Test func survivesEveryFlippedBit() throws {
        let octets = Array(#"{"method":"a.b.C","parameters":{"x":[1,2.5,null,true,"y"]}}"#.utf8)
        for index in octets.indices {
            for bit in 0..<8 {
                var damaged = octets
                damaged[index] ^= 1 << UInt8(bit)
                // A refusal is as good as a value here; a value has to be one that can be written and read again.
                guard let value = try? JSONValue(decoding: damaged, maximumValues: 100) else { continue }
                #expect(try JSONValue(decoding: value.encoded(), maximumValues: 100) == value)
            }
        }
    }

    @Test func refusesOneLevelTooMany() throws {
        let limit = ControlLimits.maximumDepth
        let nested = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
        #expect(try self.read(nested(limit)).asArray != nil)
        #expect(throws: JSONError.tooDeep(limit: limit)) { try self.read(nested(limit + 1)) }
    }

    @Test func refusesOneValueTooMany() throws {
        #expect(try self.read("[1,2,3]", maximumValues: 4).asArray?.count == 3)
        #expect(throws: JSONError.tooManyValues(limit: 3)) { try self.read("[1,2,3]", maximumValues: 3) }
    }

    @Test func countsNothingInsideStrings() throws {
        #expect(try self.read(#"["[[{,,,\",,\\"]"#, maximumValues: 2) == [#"[[{,,,",,\"#])
    }
}
