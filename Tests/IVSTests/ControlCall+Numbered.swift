@testable import ControlSocket

extension ControlCall {
    /// A call alone on its connection.
    static func numbered(
        _ number: UInt64,
        _ method: String,
        _ parameters: JSONValue,
        more: Bool,
        circle: ControlCircle = .change
    ) -> ControlCall {
        ControlCall(
            id: ID(connection: number, serial: 1),
            connection: ControlConnection(number: number, peer: nil, circle: circle),
            method: method,
            parameters: parameters,
            more: more,
            oneway: false
        )
    }
}

extension ControlConnection {
    static func numbered(_ number: UInt64) -> ControlConnection {
        ControlConnection(number: number, peer: nil)
    }
}
