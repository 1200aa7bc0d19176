import FuzzHarness

/// The first octet of an input chooses what the rest is given to.
@main struct FuzzECall {
    static func main() {
        FuzzRun.start { input in
            var source = OctetSource(input)
            switch source.choice([Target.message, .control, .location, .session, .multipart, .gate]) {
            case .message: ContentProbe.message(source.remainder())
            case .control: DocumentProbe.control(source.remainder())
            case .location: DocumentProbe.location(source.remainder())
            case .session: DocumentProbe.session(source.remainder())
            case .multipart: ContentProbe.multipart(source.remainder())
            case .gate: GateProbe.address(source.remainder())
            }
        }
    }

    private enum Target {
        case message, control, location, session, multipart, gate
    }
}
