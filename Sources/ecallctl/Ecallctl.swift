import ArgumentParser
import IVS

/// The engineer's tool over the local socket of `ecalld`.
struct Ecallctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ecallctl",
        abstract: "Status, events, simulated lines and MSDs of an NG eCall rig. \(Product.banner)",
        usage: "ecallctl [--socket PATH] [--json] COMMAND ...",
        version: "ecallctl \(Product.version)",
        subcommands: [
            Status.self, Watch.self, Why.self, Timers.self, Incidents.self, IncidentCommand.self, Faults.self,
            Ring.self, SelfTest.self, Inspect.self,
            Trace.self, ReplayCommand.self, Line.self, Button.self, PositionCommand.self, VehicleCommand.self,
            Accelerometer.self, TestCall.self, Garage.self, MSDCommand.self, TLSCommand.self,
        ]
    )
}

@main
enum EcallctlMain {
    static func main() async {
        await Ecallctl.main(Self.withLeadingOptionsLast(Array(CommandLine.arguments.dropFirst())))
    }

    /// The arguments with the options before the command moved behind it, where the commands read them.
    static func withLeadingOptionsLast(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        var leading: [String] = []
        while let word = rest.first {
            if word == "--socket", rest.count > 1 {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if word == "--json" || word.hasPrefix("--socket=") {
                leading.append(word)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        return rest.isEmpty ? arguments : Array(rest) + leading
    }
}
