import ArgumentParser
import ControlSocket
import IVS
import NIOPosix
import Supervision

/// The options that every command over the socket has.
struct Connection: ParsableArguments {
    @Option(help: "The socket of ecalld.")
    var socket = "/run/ecall/ecalld.sock"

    @Flag(help: "Print JSON, one object on a line.")
    var json = false

    /// Calls one method and returns its reply; a failure is said in one sentence and ends the program.
    func call(_ method: ControlMethod, _ parameters: JSONValue = [:]) async throws -> JSONValue {
        do {
            let client = try await ControlClient.connect(
                path: self.socket,
                group: MultiThreadedEventLoopGroup.singleton
            )
            let reply = try await client.call(method.fullName, parameters)
            await client.close()
            return reply
        } catch {
            throw Complaint("\(error)")
        }
    }

    /// Calls a method whose reply says nothing but that it was done.
    func perform(_ method: ControlMethod, _ parameters: JSONValue) async throws {
        let reply = try await self.call(method, parameters)
        if self.json { print(reply.text) }
    }
}

extension JSONValue {
    /// A member as text for a person: strings as they are, null as a dash.
    func shown(_ name: String) -> String {
        switch self[name] {
        case .string(let text): text
        case .null, nil: "-"
        case .some(let value): value.text
        }
    }
}
