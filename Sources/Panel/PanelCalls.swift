internal import ControlSocket
internal import HTTPTypes
internal import Hummingbird
internal import IVS
internal import NIOCore
internal import NIOPosix

/// What a page may ask the daemon for, and how its answer comes back.
struct PanelCalls: Sendable {
    /// Octets of parameters: far more than any of these methods has.
    static let maximumOctets = 4_096
    /// Values in them.
    private static let maximumValues = 64

    /// The methods of the pages; the rest of the interface is for tools.
    static let methods: Set<ControlMethod> = [
        .status, .why, .timers, .incidents, .faults, .clearFaults, .selfTest, .inspect, .injections, .injectFault,
        .healFault, .diagnoseRing, .breakRing, .mendRing, .plugRing, .restartRing, .setLine, .pulseLine, .playLine,
        .stickLine, .vanishLine, .restoreLine, .pressButton, .setVehicle, .setPosition, .clearPosition, .testCall,
        .playAcceleration,
    ]

    let socket: String
    /// Shuts the 112 gate of the daemon that is asked, before it is asked anything.
    let shutsGate: Bool
    private let underway = Underway()

    /// Counts the calls that have no answer yet: more would take the daemon's connections from everybody else.
    private actor Underway {
        static let maximum = 8
        private var count = 0

        func begin() -> Bool {
            guard self.count < Self.maximum else { return false }
            self.count += 1
            return true
        }

        func end() {
            self.count -= 1
        }
    }

    init(socket: String, shutsGate: Bool) {
        self.socket = socket
        self.shutsGate = shutsGate
    }

    /// Calls a method over a connection of its own.
    func call(_ name: String, _ body: ByteBuffer) async -> Response {
        guard let method = ControlMethod(rawValue: name), Self.methods.contains(method) else {
            return Self.complaint(.notFound, "a page cannot call \(name.prefix(64))")
        }
        let parameters: JSONValue
        do {
            parameters =
                body.readableBytes == 0
                ? [:] : try JSONValue(decoding: body.readableBytesView, maximumValues: Self.maximumValues)
        } catch {
            return Self.complaint(.badRequest, "the parameters are no JSON object: \(error)")
        }
        guard parameters.asObject != nil else {
            return Self.complaint(.badRequest, "the parameters are no JSON object")
        }
        guard await self.underway.begin() else {
            return Self.complaint(.serviceUnavailable, "\(Underway.maximum) calls are under way already")
        }
        let response = await self.call(method, parameters)
        await self.underway.end()
        return response
    }

    private func call(_ method: ControlMethod, _ parameters: JSONValue) async -> Response {
        do {
            let group = MultiThreadedEventLoopGroup.singleton
            let client = try await ControlClient.connect(path: self.socket, group: group)
            if self.shutsGate { _ = try await client.call(ControlMethod.shutGate.fullName) }
            let reply = try await client.call(method.fullName, parameters)
            await client.close()
            return Self.json(.ok, reply)
        } catch {
            return Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> Response {
        guard case .refused(_, let refusal)? = error as? ControlClientError else {
            return Self.complaint(.badGateway, "\(error)")
        }
        let reply: JSONValue = [
            "error": .string(refusal.name), "parameters": refusal.parameters, "sentence": .string("\(error)"),
        ]
        return Self.json(.unprocessableContent, reply)
    }

    /// A refusal of the panel's own.
    static func complaint(_ status: HTTPResponse.Status, _ sentence: String) -> Response {
        Self.json(status, ["error": .null, "parameters": [:], "sentence": .string(sentence)])
    }

    static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.text))
        )
    }
}
