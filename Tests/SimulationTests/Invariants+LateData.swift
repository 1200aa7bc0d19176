import CallControl
import Store
import Timeline

@testable import IVS

// Data is offered late between calls, to the private service, and not again once a center has it.
extension Invariants {
    mutating func lateDataOffered(_ event: VehicleEvent, at now: Instant) {
        let id = event.fields["offered"] ?? ""
        guard let account = self.accounts[id] else { return self.fail("data of no incident is offered", at: now) }
        if event.state != .idle { self.fail("data is offered late in a call", at: now) }
        if !account.isClosed { self.fail("data of an incident that goes on is offered late", at: now) }
        if account.trigger == "test" { self.fail("data of a test call is offered late", at: now) }
        if account.outcome == Outcome.cancelled.rawValue { self.fail("a cancelled call's data is offered", at: now) }
        if account.hasCalled112 { self.fail("data of a 112 call is offered late", at: now) }
        if account.isDeliveredLate { self.fail("data is offered that a center has taken", at: now) }
        let isPrivate = self.configuration?.centers.contains { center in
            center.name == event.fields["center"] && !center.isFallback
        }
        if self.configuration?.profile != .privateCenter || isPrivate != true {
            self.fail("data is offered late to the emergency service", at: now)
        }
    }

    mutating func lateDataEnded(_ id: String, _ result: LateResult) {
        self.mark("late data \(result.rawValue)")
        if result == .delivered { self.accounts[id]?.isDeliveredLate = true }
    }
}
