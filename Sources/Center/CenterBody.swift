internal import Net
internal import Store
internal import Supervision
internal import Timeline

/// What only the loop touches: the center's value, and the edges that carry out what it wants.
final class CenterBody: LoopBody {
    private var center: Center
    private let transport: SIPTransport
    private let store: CenterStore
    private let post: @Sendable (CenterInput) -> Void
    private let show: @Sendable (CenterEvent) -> Void

    init(
        _ center: Center,
        transport: SIPTransport,
        store: CenterStore,
        show: @escaping @Sendable (CenterEvent) -> Void,
        post: @escaping @Sendable (CenterInput) -> Void
    ) {
        self.center = center
        self.transport = transport
        self.store = store
        self.show = show
        self.post = post
    }

    var nextDeadline: Instant? { self.center.nextDeadline }

    func handle(_ event: CenterInput, at now: Instant) {
        self.perform(self.center.step(event, at: Self.moment(now)))
        if case .net(.received(let flow, _)) = event { self.transport.handled(flow) }
    }

    func deadlineReached(at now: Instant) {
        self.perform(self.center.deadlineReached(at: Self.moment(now)))
    }

    func overflowed(by count: Int, at now: Instant) {
        self.handle(.overflow(count), at: now)
        self.transport.allHandled()
    }

    private static func moment(_ now: Instant) -> Moment {
        Moment(instant: now, wall: WallClock.now())
    }

    private func perform(_ outputs: [CenterOutput]) {
        for output in outputs {
            switch output {
            case .send(let bytes, let flow): self.transport.send(bytes, over: flow)
            case .close(let flow): self.transport.close(flow)
            case .hold(let flow, let isHeld): self.transport.hold(flow, isHeld)
            case .show(let event): self.show(event)
            case .write(let batch, let records):
                let post = self.post
                self.store.write(records) { result in
                    switch result {
                    case .success: post(.written(batch: batch, nil))
                    case .failure(let error): post(.written(batch: batch, error))
                    }
                }
            }
        }
    }
}
