import Testing

@testable import IVS
@testable import Supervision

/// The URN that names a rig whose configuration gives none.
@Suite struct DeviceInstanceTests {
    private func machine(_ digits: String = "0123456789abcdef0123456789abcdef") throws -> MachineID {
        try #require(MachineID(digits))
    }

    @Test func isAUUIDThatStaysTheSame() throws {
        let urn = DeviceInstance.urn(of: try self.machine(), storePath: "/var/lib/ecall/vehicle.sqlite")
        #expect(urn == DeviceInstance.urn(of: try self.machine(), storePath: "/var/lib/ecall/vehicle.sqlite"))
        let pattern = try Regex("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        #expect(urn.wholeMatch(of: pattern) != nil, "\(urn)")
    }

    @Test func differsBetweenMachinesAndBetweenRigsOfOne() throws {
        let urns = [
            DeviceInstance.urn(of: try self.machine(), storePath: "/a"),
            DeviceInstance.urn(of: try self.machine(), storePath: "/b"),
            DeviceInstance.urn(of: try self.machine("1123456789abcdef0123456789abcdef"), storePath: "/a"),
        ]
        #expect(Set(urns).count == 3)
    }

    @Test func saysNothingOfTheMachinesName() throws {
        let urn = DeviceInstance.urn(of: try self.machine(), storePath: "/a")
        #expect(!urn.filter { $0 != "-" }.contains("0123456789abcdef"))
    }

    @Test func isAUUIDOfThisMachineWhateverItHas() throws {
        let urn = DeviceInstance.ofThisMachine(storePath: "/a")
        #expect(urn.hasPrefix("urn:uuid:") && urn.utf8.count == 45)
    }

    @Test(arguments: [
        "", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0", "0123456789ABCDEF0123456789abcdef",
        "uninitialized", "00000000000000000000000000000000", "0123456789abcdef 123456789abcdef",
    ])
    func aNameThatIsNoMachinesIsNotTaken(text: String) {
        #expect(MachineID(text) == nil)
    }

    @Test func aFileThatIsNotThereNamesNoMachine() {
        #expect(MachineID(reading: "/nowhere/machine-id") == nil)
    }
}
