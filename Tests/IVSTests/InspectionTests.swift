import ControlSocket
import MSD
import SIP
import Testing

@testable import IVS

/// What a periodic inspection is told.
@Suite struct InspectionTests {
    @Test func aSystemThatIsWholeIsReadyWithAFreshMSDOfATest() throws {
        let rig = SelfTestRig(
            SelfTestRig.configuration {
                // What is driven only for a call is tested by a call.
                $0.selfTest.senses = []
            }
        )
        let reply = try rig.bench.reply(.inspect)
        #expect(reply["reasons"] == [])
        #expect(reply["ready"] == true)
        #expect(reply["program"]?.asString?.count == 64 && reply["configuration"]?.asString?.count == 64)
        let digits = try #require(reply["msd"]?.asString)
        let msd = try MSD(decoding: MSDText.octets(from: Array(digits.utf8)))
        #expect(msd.control.testCall && !msd.control.automaticActivation)
        #expect("\(msd.vehicleIdentificationNumber)" == VehicleBench.vin)
        #expect(rig.bench.sent.allSatisfy { $0.message.method != .invite })
        #expect(reply["items"]?.asArray?.isEmpty == false)
    }

    @Test func whatIsToldOfBluetoothIsForgottenWhenItIsNotRepeated() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.isSimulated = false
                $0.selfTest.bluetooth = "hci0"
                $0.selfTest.phone = "00:1B:44:11:3A:B7"
            }
        )
        let verdict = { (name: String) throws in
            let items = try bench.reply(.selfTest, ["item": .string(name)])["items"]?.asArray
            return items?.first?["verdict"]?.asString
        }
        #expect(try verdict("phone") == "notTested" && verdict("bluetooth") == "notTested")
        bench.call(.tellBluetooth, ["adapter": true, "paired": false])
        #expect(try verdict("phone") == "faulty" && verdict("bluetooth") == "good")
        bench.advance(by: .seconds(61))
        bench.step(.host(SelfTestRig.goodMachine, askedAt: bench.now))
        #expect(try verdict("phone") == "notTested" && verdict("bluetooth") == "notTested")
        #expect(bench.ivs.faults.isEmpty)
    }

    @Test func oneThatIsNotReadySaysWhy() throws {
        let rig = SelfTestRig()
        rig.call(.injectFault, ["item": "adapter"])
        rig.call(.injectFault, ["item": "memory"])
        let reply = try rig.bench.reply(.inspect)
        #expect(reply["ready"] == false)
        #expect(reply["reasons"]?.asArray?.contains("the network adapter is not there") == true)
        #expect(reply["notes"]?.asArray?.count == 1)
        let unlooked = VehicleBench.started()
        let reasons = try unlooked.reply(.inspect)["reasons"]?.asArray ?? []
        #expect(reasons.contains("not tested yet: Memory of the control unit"))
    }
}
