import FoundationEssentials
import Testing

@testable import ControlSocket

@Suite struct InterfaceTests {
    /// Every construct of the language in one file.
    static let text = """
        # A comment, with words: type method error ( ) ->
        interface org.example-one.desk2

        type Color (red, green)  # after it, too
        type Point (x: int, y: float)
        type Deep (points: []Point, more: ?Deep)

        method Nothing() -> ()
        method Take(
          flag: bool, number: int, ratio: float, text: string, anything: object,
          color: Color, inline: (up, down), point: ?Point, list: []?int, table: [string][]string, deep: ?Deep
        ) -> (ok: bool)

        error Wrong (why: string)
        error Empty ()
        """

    private func desk() throws -> Interface {
        try Interface(text: Self.text)
    }

    private static let whole: [String: JSONValue] = [
        "flag": true, "number": 1, "ratio": 2, "text": "", "anything": ["z": nil], "color": "red", "inline": "up",
        "list": [1, nil], "table": ["k": ["v"]],
    ]

    @Test func readsEveryConstruct() throws {
        let desk = try self.desk()
        #expect(desk.name == "org.example-one.desk2")
        #expect(desk.methodNames == ["Nothing", "Take"])
        #expect(desk.types.keys.sorted() == ["Color", "Deep", "Point"])
        #expect(desk.errors.keys.sorted() == ["Empty", "Wrong"])
        #expect(desk.types["Color"] == .enumeration(["red", "green"]))
        #expect("\(desk.types["Deep"], default: "")" == "(points: []Point, more: ?Deep)")
    }

    @Test func takesParametersThatFit() throws {
        let desk = try self.desk()
        var parameters = Self.whole
        #expect(desk.mismatch(callOf: "Take", .object(parameters)) == nil)
        parameters["ratio"] = 2.5
        parameters["point"] = ["x": 1, "y": 0.5]
        parameters["deep"] = ["points": [], "more": ["points": [["x": 0, "y": 0]], "more": nil]]
        #expect(desk.mismatch(callOf: "Take", .object(parameters)) == nil)
    }

    @Test(
        arguments: [
            ("flag", 1, "flag: expected bool, found int"),
            ("flag", nil, "flag: expected bool, found null"),
            ("number", 1.5, "number: expected int, found float"),
            ("ratio", "1", "ratio: expected float, found \"1\""),
            ("text", [], "text: expected string, found array"),
            ("anything", "x", "anything: expected object, found \"x\""),
            ("color", "blue", "color: expected (red, green), found \"blue\""),
            ("inline", 1, "inline: expected (up, down), found int"),
            ("point", ["x": 1], "point.y: expected float, found nothing"),
            ("point", ["x": 1, "y": 1, "z": 1], "point.z: expected one of x, y, found an unknown name"),
            ("list", [1, "2"], "list[1]: expected int, found \"2\""),
            ("table", ["k": ["v", 1]], "table.k[1]: expected string, found int"),
            ("deep", ["points": [["x": 1, "y": true]]], "deep.points[0].y: expected float, found bool"),
            ("stranger", 1, "stranger: expected one of "),
        ] as [(String, JSONValue, String)]
    )
    func namesTheParameterThatDoesNotFit(_ name: String, _ value: JSONValue, _ sentence: String) throws {
        var parameters = Self.whole
        parameters[name] = value
        let mismatch = try #require(try self.desk().mismatch(callOf: "Take", .object(parameters)))
        #expect(mismatch.description.hasPrefix(sentence))
    }

    @Test func namesTheParameterThatIsMissing() throws {
        for name in Self.whole.keys {
            var parameters = Self.whole
            parameters[name] = nil
            #expect(try self.desk().mismatch(callOf: "Take", .object(parameters))?.path == name)
        }
    }

    @Test func holdsErrorsToTheirDeclaration() throws {
        let desk = try self.desk()
        #expect(desk.mismatch(error: "Wrong", ["why": "so"]) == nil)
        #expect(desk.mismatch(error: "Wrong", [:])?.path == "why")
        #expect(desk.mismatch(error: "Unheard", [:])?.path == "Unheard")
    }

    @Test(arguments: [
        ("", 1, "\"interface\""),
        ("interface desk", 1, "a reverse-domain interface name"),
        ("interface a.-b", 1, "a reverse-domain interface name"),
        ("interface a.b\n\nmethod x() -> ()", 3, "a name of letters and digits with a capital first"),
        ("interface a.b\nfunction X() -> ()", 2, "\"type\", \"method\" or \"error\""),
        ("interface a.b\nmethod X() ()", 2, "\"->\""),
        ("interface a.b\nmethod X(a: int -> ()", 2, "\")\""),
        ("interface a.b\nmethod X(a, b) -> ()", 2, "a structure"),
        ("interface a.b\nmethod X(a: ) -> ()", 2, "a type"),
        ("interface a.b\nmethod X(a: ??int) -> ()", 2, "one \"?\""),
        ("interface a.b\nmethod X(a: int, a: int) -> ()", 2, "a new name of letters and digits"),
        ("interface a.b\nmethod X(a_: int) -> ()", 2, "a new name of letters and digits"),
        ("interface a.b\ntype T (a: int, b)", 2, "\":\" and a type after b"),
        ("interface a.b\n# c\nmethod X(\n a: Missing) -> ()", 4, "a declared type"),
        ("interface a.b\ntype T (a)\nerror T ()", 3, "a name that is not yet taken"),
        ("interface a.b\nerror E", 2, "\"(\""),
    ])
    func refusesWithLineAndExpectation(_ text: String, _ line: Int, _ expected: String) throws {
        let error = try #require(throws: InterfaceSyntaxError.self) { try Interface(text: text) }
        #expect(error.line == line)
        #expect(error.expected == expected)
    }

    @Test func refusesTypesNestedWithoutEnd() {
        let text = "interface a.b\nerror E (a: " + String(repeating: "[]", count: 10_000) + "int)"
        #expect(throws: InterfaceSyntaxError.self) { try Interface(text: text) }
        let parentheses = "interface a.b\nerror E " + String(repeating: "(a: ", count: 10_000)
        #expect(throws: InterfaceSyntaxError.self) { try Interface(text: parentheses) }
    }

    @Test func readsOrRefusesEveryPrefix() {
        for length in 0..<Self.text.utf8.count {
            // Prefixes that end between declarations are files of their own; all that counts is an orderly result.
            guard let interface = try? Interface(text: String(Self.text.prefix(length))) else { continue }
            #expect(interface.name.hasPrefix("org."))
        }
    }

    @Test func readsThePublishedInterface() throws {
        let interface = try Interface(text: Self.published())
        #expect(interface.name == "net.ecall.ecalld")
        #expect(interface.methodNames.contains("Watch"))
        let parameters: JSONValue = ["name": "sos", "level": "active"]
        #expect(interface.mismatch(callOf: "SetLine", parameters) == nil)
        #expect(interface.mismatch(callOf: "SetLine", ["name": "sos", "level": "up"])?.path == "level")
    }

    /// The interface file of the repository.
    static func published() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "varlink/net.ecall.ecalld.varlink")
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
}
