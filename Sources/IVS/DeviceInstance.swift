internal import Digests
internal import SIP
internal import Supervision

/// The URN of this device (RFC 5626 4.1): a UUID that stays the same over restarts and says nothing of the vehicle.
enum DeviceInstance {
    /// What the hash is for, so that no other program makes the same of the machine's name.
    private static let purpose = "ecalld sip.instance"

    /// The URN of the rig whose record is at that path: two rigs on one machine are two devices.
    static func ofThisMachine(storePath: String) -> String {
        guard let machine = MachineID.current else {
            // Nothing here stays the same: a registrar keeps the binding of each run until it ends by itself.
            var random = SystemRandomNumberGenerator()
            return Self.urn((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }, version: 4)
        }
        return Self.urn(of: machine, storePath: storePath)
    }

    /// A hash of the machine's name, from which that cannot be found; version 8 of RFC 9562 5.8.
    static func urn(of machine: MachineID, storePath: String) -> String {
        let text = [Self.purpose, machine.digits, storePath].joined(separator: "\n")
        return Self.urn(Array(HashFunctions.crypto.sha256(Array(text.utf8)).prefix(16)), version: 8)
    }

    private static func urn(_ octets: [UInt8], version: UInt8) -> String {
        var octets = octets
        octets[6] = octets[6] & 0x0F | version << 4
        octets[8] = octets[8] & 0x3F | 0x80
        let digits = octets.map { octet in
            let text = String(octet, radix: 16)
            return text.utf8.count == 1 ? "0\(text)" : text
        }.joined()
        var groups: [Substring] = []
        var rest = digits[...]
        for count in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return "urn:uuid:" + groups.joined(separator: "-")
    }
}
