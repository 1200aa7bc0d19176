import Foundation
import Supervision
import Testing

/// Supplies as the kernel shows them: a folder each, a property a file.
@Suite struct PowerSuppliesTests {
    private static func read(_ properties: [String: String]) throws -> PowerSupplies.Supply? {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        let supply = folder.appending(path: "BAT0")
        try FileManager.default.createDirectory(at: supply, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // The system empties its folder too.
        for (name, text) in properties {
            try Data(text.utf8).write(to: supply.appending(path: name))
        }
        return PowerSupplies(folder: folder.path).supply("BAT0")
    }

    @Test func aBatteryTellsItsChargeAndHealth() throws {
        let supply = try #require(try Self.read(["capacity": "83\n", "health": "Good\n", "present": "1\n"]))
        #expect(supply.percent == 83 && supply.health == "Good" && supply.isPresent == true)
        #expect(supply.isOnline == nil)
    }

    @Test(arguments: [("1\n", true), ("0\n", false), ("2\n", true)])
    func aMainsTellsWhetherItIsOnline(_ text: String, _ isOnline: Bool) throws {
        #expect(try Self.read(["online": text])?.isOnline == isOnline)
    }

    @Test(arguments: ["", "\n", "full", "101", "-1", "83.5", String(repeating: "9", count: 100)])
    func aChargeThatIsNoneIsNone(_ text: String) throws {
        #expect(try #require(try Self.read(["capacity": text])).percent == nil)
    }

    @Test func aSupplyThatIsNotThereIsNone() {
        #expect(PowerSupplies(folder: "/nonexistent").supply("BAT0") == nil)
    }
}
