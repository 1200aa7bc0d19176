import FuzzHarness

/// The first octet of an input chooses what the rest is given to, unless `PROBE` names it.
@main struct FuzzSIP {
    static func main() {
        let pinned = FuzzRun.probe(among: Target.self)
        FuzzRun.start { input in
            var source = OctetSource(input)
            let chosen = source.choice(Target.allCases)
            switch pinned ?? chosen {
            case .datagram: MessageProbe.datagram(source.remainder())
            case .stream: StreamProbe.segments(&source)
            case .agent: AgentScript.play(&source)
            }
        }
    }

    private enum Target: String, CaseIterable {
        case datagram, stream, agent
    }
}
