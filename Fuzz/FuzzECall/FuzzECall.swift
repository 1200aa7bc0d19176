import FuzzHarness

/// The first octet of an input chooses what the rest is given to, unless `PROBE` names it.
@main struct FuzzECall {
    static func main() {
        let pinned = FuzzRun.probe(among: Target.self)
        FuzzRun.start { input in
            var source = OctetSource(input)
            let chosen = source.choice(Target.allCases)
            switch pinned ?? chosen {
            case .message: ContentProbe.message(source.remainder())
            case .control: DocumentProbe.control(source.remainder())
            case .location: DocumentProbe.location(source.remainder())
            case .session: DocumentProbe.session(source.remainder())
            case .multipart: ContentProbe.multipart(source.remainder())
            case .gate: GateProbe.address(source.remainder())
            }
        }
    }

    private enum Target: String, CaseIterable {
        case message, control, location, session, multipart, gate
    }
}
