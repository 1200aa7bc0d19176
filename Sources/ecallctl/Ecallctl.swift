import ArgumentParser
import IVS

/// The engineer's tool over the local socket of `ecalld`.
@main
struct Ecallctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecallctl",
        abstract: "Status, events, simulated lines and MSDs of an NG eCall rig. \(Product.banner)",
        version: "ecallctl \(Product.version)",
        subcommands: [
            Status.self, Watch.self, Why.self, Incidents.self, Line.self, Button.self, PositionCommand.self,
            TestCall.self, MSDCommand.self,
        ]
    )
}
