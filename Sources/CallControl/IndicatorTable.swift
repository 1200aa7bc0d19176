/// What the green LED and the chime do for each thing the occupants are told; a table of the configuration.
///
/// The default follows BMW: on means requested, flashing means connected, off means ready or over. Most other makers
/// turn the two around, which is why the table is configuration.
package struct IndicatorTable: Hashable, Sendable {
    package var led: [Indication: Pattern]
    package var chime: [Announcement: Pattern]

    package init() {
        self.led = [
            .lampCheck: .on,
            .ready: .off,
            .garage: .flash(.milliseconds(1_000)),
            .requested: .on,
            .connecting: .on,
            .connected: .flash(.milliseconds(500)),
            .ended: .off,
            .cancelled: .off,
            .failed: .flash(.milliseconds(125), for: .seconds(5)),
        ]
        self.chime = [
            .callRequested: .beeps(1, .milliseconds(100)),
            .callConnected: .beeps(2, .milliseconds(100)),
            .dataDelivered: .beeps(2, .milliseconds(300)),
            .callCancelled: .beeps(1, .milliseconds(300)),
            .cancelTooLate: .beeps(3, .milliseconds(100)),
            .callFailed: .beeps(3, .milliseconds(500)),
            .callEnded: .beeps(1, .milliseconds(500)),
            .callback: .beeps(4, .milliseconds(100)),
            .impactFelt: .beeps(2, .milliseconds(250)),
            .centerMessage: .beeps(2, .milliseconds(200)),
            .malfunction: .beeps(3, .milliseconds(700)),
            .pressTooShort: .beeps(1, .milliseconds(30)),
        ]
    }

    /// The LED's pattern; a table without an entry keeps the LED off.
    package func led(for indication: Indication) -> Pattern {
        self.led[indication] ?? .off
    }

    /// The chime's pattern; a table without an entry stays silent.
    package func chime(for announcement: Announcement) -> Pattern {
        self.chime[announcement] ?? .off
    }
}
