import CallControl
import SIP
import Store
import Timeline

@testable import IVS

// A callback is answered for the center that had the call of the latest emergency, in time, and for nobody else.
extension Invariants {
    mutating func reopened(_ id: String, at now: Instant) {
        self.mark("action reopenIncident")
        if self.accounts.contains(where: { $0.key != id && !$0.value.isClosed && !$0.value.isSuspended }) {
            self.fail("a callback is answered beside another incident", at: now)
        }
        self.accounts[id]?.isClosed = false
        self.accounts[id]?.outcome = nil
    }

    /// The vehicle answers an INVITE of a center's with 200; `center` is where the octets really go, `isNoticed` whether a
    /// lamp or the chime is on by then.
    mutating func answersCallback(
        _ octets: [UInt8],
        to center: String,
        isNoticed: Bool,
        _ vehicle: IVS,
        at now: Instant
    ) {
        guard String(decoding: octets.prefix(11), as: UTF8.self) == "SIP/2.0 200",
            let message = try? Message(parsing: octets),  // Our own messages can be read; SIPTests hold that.
            message.headers["CSeq"]?.hasSuffix("INVITE") == true, let callID = message.headers["Call-ID"],
            let leg = vehicle.legs.values.first(where: { $0.callID == callID }), leg.attempt.isCallback,
            self.callbacks.insert(callID).inserted
        else { return }
        self.mark("callback answered")
        let id = leg.attempt.incident.text
        guard let account = self.accounts[id], let endedAt = account.endedAt, let limits = self.configuration?.call
        else { return self.fail("a callback is answered for an incident that never ended", at: now) }
        if account.trigger == "test" { self.fail("a callback is answered behind a test call", at: now) }
        if account.holder != center {
            self.fail("\(center) rings back, \(account.holder ?? "nobody") had the call", at: now)
        }
        if endedAt.duration(to: now) >= limits.callbackWindow { self.fail("a callback is answered too late", at: now) }
        if !isNoticed { self.fail("the microphone opens before the notice", at: now) }
    }
}
