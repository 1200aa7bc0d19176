import Seeds
import SIP
import Testing
import Timeline

/// Both ends over a datagram network that loses, repeats, delays and reorders; the seed decides which.
@Suite struct LossyNetworkTests {
    /// One call: INVITE, answer, an INFO each way, BYE by the center.
    private struct Walk {
        private struct Datagram {
            let octets: [UInt8]
            let toCenter: Bool
            let due: Instant
        }

        private(set) var now = Instant.boot
        private var vehicle: UserAgent
        private var center: UserAgent
        private let flow = Flow(number: 1)
        private var random: SeededGenerator
        private var underWay: [Datagram] = []
        private var incoming: UserAgent.Call?
        private(set) var words: [String] = []

        init(seed: UInt64) {
            self.random = SeededGenerator(seed: seed)
            self.vehicle = UserAgent(configuration: .init(contactUser: "ivs"), random: SeededGenerator(seed: seed + 1))
            self.center = UserAgent(configuration: .init(contactUser: "psap"), random: SeededGenerator(seed: seed + 2))
            let (a, b) = (FlowAddress(host: "192.0.2.10", port: 5060), FlowAddress(host: "192.0.2.1", port: 5060))
            _ = self.vehicle.flowOpened(
                self.flow,
                transport: .udp,
                local: a,
                remote: b,
                keepAlive: nil,
                at: .boot
            )
            _ = self.center.flowOpened(
                self.flow,
                transport: .udp,
                local: b,
                remote: a,
                keepAlive: nil,
                at: .boot
            )
        }

        var isQuiet: Bool { self.vehicle.isQuiet && self.center.isQuiet && self.underWay.isEmpty }

        mutating func run() throws {
            let (_, outputs) = self.vehicle.invite(try Wire.plan(), over: self.flow, at: self.now)
            self.perform(outputs, isCenter: false)
            for _ in 0..<2000 {
                let deadline = Instant.earliest(self.vehicle.nextDeadline, self.center.nextDeadline)
                guard let next = Instant.earliest(deadline, self.underWay.map(\.due).min()) else { return }
                self.now = max(self.now, next)
                self.perform(self.vehicle.deadlineReached(at: self.now), isCenter: false)
                self.perform(self.center.deadlineReached(at: self.now), isCenter: true)
                while let index = self.underWay.firstIndex(where: { $0.due <= self.now }) {
                    let datagram = self.underWay.remove(at: index)
                    if datagram.toCenter {
                        self.perform(
                            self.center.received(datagram.octets, over: self.flow, at: self.now),
                            isCenter: true
                        )
                    } else {
                        self.perform(
                            self.vehicle.received(datagram.octets, over: self.flow, at: self.now),
                            isCenter: false
                        )
                    }
                }
            }
        }

        private mutating func perform(_ outputs: [UserAgent.Output], isCenter: Bool) {
            for message in outputs.sent { self.post(message.serialized(), toCenter: !isCenter) }
            for event in outputs.events {
                self.words.append("\(isCenter ? "center" : "vehicle") \(event.word)")
                self.react(to: event, isCenter: isCenter)
            }
        }

        private mutating func post(_ octets: [UInt8], toCenter: Bool) {
            let copies = [0, 1, 1, 1, 2][Int.random(in: 0..<5, using: &self.random)]
            for _ in 0..<copies {
                let delay = Duration.milliseconds(Int.random(in: 1..<700, using: &self.random))
                self.underWay.append(Datagram(octets: octets, toCenter: toCenter, due: self.now.advanced(by: delay)))
            }
        }

        private mutating func react(to event: UserAgent.Event, isCenter: Bool) {
            switch event {
            case .incoming(let call, _, _):
                self.incoming = call
                self.perform(self.center.ring(call, at: self.now), isCenter: true)
                self.perform(self.center.answer(call, headers: Headers(), body: [1], at: self.now), isCenter: true)
            case .established(let call):
                let (_, outputs) = self.center.request(.info, in: call, headers: Headers(), body: [2], at: self.now)
                self.perform(outputs, isCenter: true)
            case .requested(let request, let call, _) where isCenter:
                let outputs = self.center.respond(to: request, status: 200, headers: Headers(), body: [], at: self.now)
                self.perform(outputs, isCenter: true)
                self.perform(self.center.bye(call, at: self.now), isCenter: true)
            case .requested(let request, let call, _):
                let outputs = self.vehicle.respond(to: request, status: 200, headers: Headers(), body: [], at: self.now)
                self.perform(outputs, isCenter: false)
                let (_, info) = self.vehicle.request(.info, in: call, headers: Headers(), body: [3], at: self.now)
                self.perform(info, isCenter: false)
            case .provisional, .challenged, .answered, .rejected, .failed, .withdrawn, .answeredRequest, .failedRequest,
                .cleared,
                .lost, .ended, .registrationAnswered, .registrationFailed, .registering, .messageAnswered,
                .messageFailed,
                .messaging, .discarded:
                break
            }
        }
    }

    @Test(arguments: 1...64 as ClosedRange<UInt64>)
    func everyCallConnectsOnceAndEndsAtBothEnds(seed: UInt64) throws {
        var walk = Walk(seed: seed)
        try walk.run()
        let ones = [
            "center incoming", "vehicle answered", "center established", "vehicle requested INFO",
            "center requested INFO", "vehicle cleared", "center ended",
        ]
        for word in ones {
            #expect(walk.words.count { $0 == word } == 1, "ECALL_SEED=\(seed): \(word) in \(walk.words)")
        }
        #expect(walk.isQuiet, "ECALL_SEED=\(seed): something is left")
    }
}
