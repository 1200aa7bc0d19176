import Foundation
import GPIO
import Testing

@testable import IVS

/// Where the lamp is, for the program that lights it when the configuration cannot be read any more.
@Suite struct LampNoteTests {
    private func path(_ text: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "lamp-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private static let rig = VehicleBench.configuration { configuration in
        configuration.isSimulated = false
        configuration.activeLow = ["lamp"]
        configuration.wiring["lamp"] = LineWiring(
            chips: ["pinctrl-rp1", "pinctrl-bcm2711"],
            address: .name("GPIO24"),
            bias: .pullDown
        )
    }

    @Test func whatIsNotedIsRead() throws {
        let note = try #require(LampNote(Self.rig))
        let path = try self.path("")
        try note.write(to: path)
        let read = LampNote(path: path)
        #expect(read == note)
        #expect(read?.specification.initial == .active && read?.specification.isActiveLow == true)
    }

    @Test func aSimulatedRigHasNoLampToBeLit() {
        #expect(LampNote(VehicleBench.configuration()) == nil)
    }

    @Test(arguments: [
        "", "{", "[]", "{\"name\":\"lamp\"}",
        "{\"activeLow\":true,\"bias\":\"asIs\",\"chips\":[],\"line\":\"GPIO24\",\"name\":\"lamp\"}",
        "{\"activeLow\":\"yes\",\"chips\":[\"a\"],\"line\":\"GPIO24\",\"name\":\"lamp\"}",
    ])
    func aDamagedNoteIsNone(_ text: String) throws {
        #expect(LampNote(path: try self.path(text)) == nil)
    }

    @Test func aNoteThatIsTooLongIsNone() throws {
        let note = try #require(LampNote(Self.rig))
        let path = try self.path("")
        try note.write(to: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(LampNote(path: try self.path(text + String(repeating: " ", count: 5_000))) == nil)
        #expect(LampNote(path: "/nowhere/lamp.json") == nil)
    }
}
