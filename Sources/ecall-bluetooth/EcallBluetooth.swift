import ArgumentParser
import BlueZ
import ControlSocket
import IVS
import Logging
import NIOPosix
import Supervision

/// Tells `ecalld` of the vehicle's Bluetooth, so that no library of the bus is in its process.
@main
struct EcallBluetooth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecall-bluetooth",
        abstract:
            "Tells ecalld what BlueZ says of the vehicle's Bluetooth adapter and phone. Test and research equipment.",
        discussion:
            "As a member of ecall-bus, over control.busSocket. Reads every 10 s, and looks again for what is gone."
    )

    /// How often: a phone that is unpaired is no emergency, and ecalld forgets what is not told for a minute.
    private static let period = Duration.seconds(10)

    @Option(help: "The socket of ecalld for the vehicle's own network.") var socket = "/run/ecall/bus.sock"
    @Option(help: "The Bluetooth adapter, by the kernel's name.") var adapter = "hci0"
    @Option(help: "The address of the phone that belongs to the vehicle.") var phone: String?
    @Flag(help: "Read and tell once, and exit.") var once = false

    mutating func run() async throws {
        let log = Logger(label: "ecall-bluetooth") { _ in JournalLogHandler(level: .info) }
        var lastProblem: String?
        repeat {
            do {
                let bluez = try BlueZ(adapter: self.adapter, phone: self.phone)
                repeat {
                    try await self.tell(bluez.read())
                    if lastProblem != nil { log.notice("ecalld and the bus answer again") }
                    lastProblem = nil
                    if !self.once { try await Task.sleep(for: Self.period) }
                } while !self.once
            } catch {
                guard !self.once else { throw ValidationError("\(error)") }
                // The same problem every ten seconds is told once.
                if lastProblem != "\(error)" { log.warning("\(error)") }
                lastProblem = "\(error)"
                try await Task.sleep(for: Self.period)
            }
        } while !self.once
    }

    private func tell(_ reading: BlueZ.Reading) async throws {
        let json = { (value: Bool?) in value.map(JSONValue.bool) ?? .null }
        let client = try await ControlClient.connect(path: self.socket, group: MultiThreadedEventLoopGroup.singleton)
        _ = try await client.call(
            ControlMethod.tellBluetooth.fullName,
            [
                "adapter": .bool(reading.isAdapterThere), "paired": json(reading.isPhonePaired),
                "whole": json(reading.isPairingWhole), "connected": json(reading.isPhoneConnected),
            ]
        )
        await client.close()
    }
}
