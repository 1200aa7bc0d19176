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
            case .veds: DocumentProbe.veds(source.remainder())
            }
        }
    }

    /// In an order that keeps what the corpus's first octets mean: the digits from 1 on, and 0 at the end.
    private enum Target: String, CaseIterable {
        case control, location, session, multipart, gate, veds, message
    }
}
