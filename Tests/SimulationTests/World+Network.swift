import Net
import SIP
import Timeline

@testable import Center
@testable import IVS

/// A way between the vehicle and one center.
struct Path {
    let center: Int
    let transport: Transport
    /// Whether each end still takes octets.
    var isOpenAtVehicle = false
    var isOpenAtCenter = false
    /// When the last octets under way arrive; a stream keeps its order.
    var lastAtCenter = Instant.boot
    var lastAtVehicle = Instant.boot
    var isGivenUp = false
}

// The network: a stream is cut anywhere, delayed, reset and refused; datagrams are lost, doubled, delayed, reordered.
extension World {
    private static let closedHere = NetFailure(.close, .closedHere, at: "peer")
    private static let closedByPeer = NetFailure(.read, .closedByPeer, at: "peer")
    private static let unreachable = NetFailure(.read, .system(errno: 111), at: "peer")
    private static let reset = NetFailure(.read, .system(errno: 104), at: "peer")

    private var delay: Int {
        let stall = self.random.chance(self.faults.stalled) ? 6_000 : 0
        return stall + Int.random(in: self.faults.delay, using: &self.random)
    }

    func open(_ flow: Flow, _ endpoint: Endpoint) {
        self.paths[flow] = Path(center: Int(endpoint.port) - 5_061, transport: endpoint.transport)
        self.note("open \(flow.number) to \(endpoint)")
        let isRefused = self.random.chance(self.faults.refused)
        switch endpoint.transport {
        case .tcp, .tls:
            // A center that takes no TCP refuses it, or has a filter in front that swallows it.
            let isSwallowed = !self.plan.takesTCP && self.plan.swallowsTCP
            guard !isSwallowed else { return }
            self.later(isRefused || !self.plan.takesTCP ? .refused(flow) : .connected(flow), in: self.delay)
        case .udp:
            // Datagrams can be sent at once; what ICMP says comes later.
            self.later(.connected(flow), in: 0)
            if isRefused { self.later(.endAtVehicle(flow, Self.unreachable), in: self.delay) }
        }
    }

    func refused(_ flow: Flow) {
        guard let path = self.paths[flow], !path.isGivenUp else { return }
        self.paths[flow] = nil
        self.note("refused \(flow.number)")
        self.step(.net(.failed(flow, NetFailure(.connect, .system(errno: 111), at: "127.0.0.1:5061"))))
    }

    func connected(_ flow: Flow) {
        guard var path = self.paths[flow], !path.isGivenUp else { return }
        path.isOpenAtVehicle = true
        path.isOpenAtCenter = true
        self.paths[flow] = path
        self.note("connected \(flow.number)")
        let vehicle = FlowAddress(host: "127.0.0.1", port: UInt16(truncatingIfNeeded: 20_000 + flow.number))
        let center = FlowAddress(host: "127.0.0.1", port: UInt16(5_061 + path.center))
        self.step(.net(.accepted(flow, path.transport, local: center, remote: vehicle)), center: path.center)
        self.step(.net(.opened(flow, path.transport, local: vehicle, remote: center)))
    }

    func send(_ octets: [UInt8], over flow: Flow, fromVehicle: Bool) {
        guard let path = self.paths[flow], fromVehicle ? path.isOpenAtVehicle : path.isOpenAtCenter else { return }
        switch path.transport {
        case .udp: self.sendDatagram(octets, over: flow, toCenter: fromVehicle)
        case .tcp, .tls: self.sendStream(octets, over: flow, toCenter: fromVehicle)
        }
    }

    private func sendDatagram(_ octets: [UInt8], over flow: Flow, toCenter: Bool) {
        let copies = self.random.chance(self.faults.lost) ? 0 : self.random.chance(self.faults.doubled) ? 2 : 1
        for _ in 0..<copies {
            self.later(toCenter ? .toCenter(flow, octets) : .toVehicle(flow, octets), in: self.delay)
        }
    }

    private func sendStream(_ octets: [UInt8], over flow: Flow, toCenter: Bool) {
        guard var path = self.paths[flow] else { return }
        if self.random.chance(self.faults.reset) { return self.cut(flow) }
        // Single octets make a walk long, so only short messages and the heads of long ones travel that way.
        let size = [1, 16, 700, 1_460, 4_096][Int.random(in: 0..<5, using: &self.random)]
        var rest = octets[...]
        var segments = 0
        while !rest.isEmpty {
            segments += 1
            let segment = Array(rest.prefix(segments > 40 ? 4_096 : size))
            rest = rest.dropFirst(segment.count)
            let last = toCenter ? path.lastAtCenter : path.lastAtVehicle
            let at = max(last, self.now.advanced(by: .milliseconds(self.delay)))
            if toCenter { path.lastAtCenter = at } else { path.lastAtVehicle = at }
            self.queue.put(toCenter ? .toCenter(flow, segment) : .toVehicle(flow, segment), at: at)
        }
        self.paths[flow] = path
    }

    func arrived(_ octets: [UInt8], atCenterOver flow: Flow) {
        guard let path = self.paths[flow], path.isOpenAtCenter else { return }
        self.step(.net(.received(flow, octets)), center: path.center)
    }

    func arrived(_ octets: [UInt8], atVehicleOver flow: Flow) {
        guard let path = self.paths[flow], path.isOpenAtVehicle else { return }
        self.step(.net(.received(flow, octets)))
    }

    /// Both ends find the connection reset; what is under way is lost.
    private func cut(_ flow: Flow) {
        self.note("reset \(flow.number)")
        self.later(.endAtCenter(flow, Self.reset), in: 1)
        self.later(.endAtVehicle(flow, Self.reset), in: 1)
    }

    /// One end closes; the other finds out after all that was sent before, and over UDP never.
    func close(_ flow: Flow, byVehicle: Bool) {
        guard var path = self.paths[flow], !path.isGivenUp else { return }
        self.note("close \(flow.number) by the \(byVehicle ? "vehicle" : "center")")
        guard path.isOpenAtVehicle || path.isOpenAtCenter else {
            path.isGivenUp = true
            self.paths[flow] = path
            return self.later(.endAtVehicle(flow, Self.closedHere), in: 0)
        }
        guard path.transport.isReliable else {
            let end: Happening =
                byVehicle ? .endAtVehicle(flow, Self.closedHere) : .endAtCenter(flow, Self.closedHere)
            return self.later(end, in: 0)
        }
        let delay = Duration.milliseconds(self.delay)
        if byVehicle {
            let at = max(path.lastAtCenter, self.now.advanced(by: delay))
            self.later(.endAtVehicle(flow, Self.closedHere), in: 0)
            self.queue.put(.endAtCenter(flow, Self.closedByPeer), at: at)
        } else {
            let at = max(path.lastAtVehicle, self.now.advanced(by: delay))
            self.later(.endAtCenter(flow, Self.closedHere), in: 0)
            self.queue.put(.endAtVehicle(flow, Self.closedByPeer), at: at)
        }
    }

    /// The process is gone, and with it the vehicle's end of every connection.
    func closeAllOfVehicle() {
        for (flow, var path) in self.paths.sorted(by: { $0.key.number < $1.key.number }) {
            let wasOpen = path.isOpenAtVehicle
            path.isOpenAtVehicle = false
            self.paths[flow] = path.isOpenAtCenter ? path : nil
            guard wasOpen, path.isOpenAtCenter, path.transport.isReliable else { continue }
            self.queue.put(.endAtCenter(flow, Self.closedByPeer), at: max(path.lastAtCenter, self.now))
        }
    }

    func ended(_ flow: Flow, _ failure: NetFailure, atVehicle: Bool) {
        guard var path = self.paths[flow] else { return }
        if path.isGivenUp {
            self.paths[flow] = nil
            return self.step(.net(.failed(flow, failure)))
        }
        guard atVehicle ? path.isOpenAtVehicle : path.isOpenAtCenter else { return }
        if atVehicle { path.isOpenAtVehicle = false } else { path.isOpenAtCenter = false }
        self.paths[flow] = path.isOpenAtVehicle || path.isOpenAtCenter ? path : nil
        self.note("ended \(flow.number) at the \(atVehicle ? "vehicle" : "center")")
        if atVehicle {
            self.step(.net(.closed(flow, failure)))
        } else {
            self.step(.net(.closed(flow, failure)), center: path.center)
        }
    }
}
