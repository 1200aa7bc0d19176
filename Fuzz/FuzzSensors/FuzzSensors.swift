import FuzzHarness

/// The first octet of an input chooses what the rest is given to, unless `PROBE` names it.
@main struct FuzzSensors {
    static func main() {
        let pinned = FuzzRun.probe(among: Target.self)
        FuzzRun.start { input in
            var source = OctetSource(input)
            let chosen = source.choice(Target.allCases)
            switch pinned ?? chosen {
            case .gpsd: ReceiverProbe.stream(source.remainder())
            case .trace: SensorProbe.trace(source.remainder())
            case .element: SensorProbe.element(source.remainder())
            case .signal: SensorProbe.signal(source.remainder())
            }
        }
    }

    private enum Target: String, CaseIterable {
        case gpsd, trace, element, signal
    }
}
