import FuzzHarness

/// The first octet of an input chooses what the rest is given to.
@main struct FuzzSIP {
    static func main() {
        FuzzRun.start { input in
            var source = OctetSource(input)
            switch source.choice([Target.datagram, .stream, .agent]) {
            case .datagram: MessageProbe.datagram(source.remainder())
            case .stream: StreamProbe.segments(&source)
            case .agent: AgentScript.play(&source)
            }
        }
    }

    private enum Target {
        case datagram, stream, agent
    }
}
