import FuzzHarness

/// The first octet of an input chooses what the rest is given to, unless `PROBE` names it.
@main struct FuzzText {
    static func main() {
        let pinned = FuzzRun.probe(among: Target.self)
        FuzzRun.start { input in
            var source = OctetSource(input)
            let chosen = source.choice(Target.allCases)
            switch pinned ?? chosen {
            case .yaml: ConfigurationProbe.yaml(source.remainder())
            case .json: ControlSocketProbe.json(source.remainder())
            case .interface: ControlSocketProbe.interface(source.remainder())
            case .msdText: MSDTextProbe.text(source.remainder())
            case .msdJSON: MSDTextProbe.json(source.remainder())
            case .msdOctets: MSDTextProbe.octets(source.remainder())
            }
        }
    }

    private enum Target: String, CaseIterable {
        case yaml, json, interface, msdText, msdJSON, msdOctets
    }
}
