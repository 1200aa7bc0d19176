import FuzzHarness
import NGECall
import SIP

/// What must hold for the gate before emergency services, whatever the octets.
enum GateProbe {
    private static let remote = "192.0.2.1"

    /// A rig that may call nobody but itself.
    static let locked = gate(unlocked: false, simulated: false)
    private static let simulated = gate(unlocked: true, simulated: true)

    private static func gate(unlocked: Bool, simulated: Bool) -> EmergencyGate {
        do throws(EmergencyGate.NotAnAddress) {
            return try EmergencyGate(unlocked: unlocked, allowedAddresses: [remote], simulated: simulated)
        } catch {
            preconditionFailure("The address of a gate is one: \(error)")
        }
    }

    /// Text as a Request-URI, a To, and the address of a hop.
    static func address(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        let ordinary = "sip:psap@192.0.2.1"
        self.holds(Message(startLine: .request(method: .invite, uri: text), headers: [Header("To", ordinary)]))
        self.holds(Message(startLine: .request(method: .invite, uri: ordinary), headers: [Header("To", text)]))
        let sos = Message(startLine: .request(method: .invite, uri: "urn:service:sos"), headers: [])
        let verdict = self.locked.verdict(for: sos, toAddress: text)
        require((verdict == .permitted) == EmergencyGate.isLoopback(text), "\(text): \(verdict)")
    }

    /// A request for an emergency service leaves for loopback only, all else passes.
    static func holds(_ message: Message) {
        let isEmergency = self.locked.isEmergency(message)
        for gate in [self.locked, self.simulated] {
            let verdict = gate.verdict(for: message, toAddress: self.remote)
            require((verdict == .permitted) == !isEmergency, "\(message): \(verdict)")
            require(
                gate.verdict(for: message, toAddress: "127.0.0.1") == .permitted,
                "\(message) is kept from loopback"
            )
        }
        guard let uri = message.requestURI else { return require(!isEmergency, "a response is an emergency call") }
        if uri.lowercased().contains("urn:service:sos") { require(isEmergency, "\(uri) passes the gate") }
    }
}
