import FuzzHarness

/// The first octet of an input chooses what the rest is given to.
@main struct FuzzText {
    static func main() {
        FuzzRun.start { input in
            var source = OctetSource(input)
            switch source.choice([Target.yaml, .json, .interface, .msdText, .msdJSON, .msdOctets]) {
            case .yaml: ConfigurationProbe.yaml(source.remainder())
            case .json: ControlSocketProbe.json(source.remainder())
            case .interface: ControlSocketProbe.interface(source.remainder())
            case .msdText: MSDTextProbe.text(source.remainder())
            case .msdJSON: MSDTextProbe.json(source.remainder())
            case .msdOctets: MSDTextProbe.octets(source.remainder())
            }
        }
    }

    private enum Target {
        case yaml, json, interface, msdText, msdJSON, msdOctets
    }
}
