internal import Diagnosis
internal import Dispatch
internal import NIOConcurrencyHelpers
internal import Supervision

/// Looks at the machine whenever somebody asks, on a queue of its own: a disk or a name service that hangs holds up
/// nothing else, and while one look hangs none is begun.
final class HostLooks: Sendable {
    private let queue = DispatchQueue(label: "self-test")
    private let first: NIOLockedValueBox<HostLook?> = NIOLockedValueBox(nil)
    private let isLooking = NIOLockedValueBox(false)
    private let configuration: VehicleConfiguration
    private let post: @Sendable (VehicleInput) -> Void

    init(_ configuration: VehicleConfiguration, post: @escaping @Sendable (VehicleInput) -> Void) {
        self.configuration = configuration
        self.post = post
    }

    func look() {
        let begins = self.isLooking.withLockedValue { isLooking in
            defer { isLooking = true }
            return !isLooking
        }
        guard begins else { return }
        self.queue.async {
            let look = self.first.withLockedValue { $0 } ?? HostLook(self.configuration)
            self.first.withLockedValue { $0 = look }
            let reading = look.look()
            self.isLooking.withLockedValue { $0 = false }
            self.post(.host(reading, askedAt: MonotonicClock.now()))
        }
    }
}
