internal import ConfigurationFile
package import Positioning

/// The part of the configuration about the receiver behind gpsd.
package struct ReceiverSettings: Hashable, Sendable {
    package var host = "127.0.0.1"
    package var port = 2_947
    /// What the receiver's error figures mean.
    package var meaning = ErrorMeaning.sigmaPerAxis
    /// How long a call waits for a position that can be trusted, when there is none.
    package var wait = Duration.zero
    /// How long no report may come before that is a fault.
    package var silentAfter = Duration.seconds(60)

    package init() {}

    static let schema = Schema([
        Key("host", .string(Self.hostRule), .defaulted(.string("127.0.0.1")), "The machine on which gpsd runs."),
        Key("port", .integer(1...65_535), .defaulted(.integer(2_947)), "Its port."),
        Key(
            "error",
            .choice(["percent95", "drms", "sigmaPerAxis"]),
            .defaulted(.string("sigmaPerAxis")),
            "What the receiver's error figures mean; sigmaPerAxis is the safe side."
        ),
        Key(
            "wait",
            .duration(.zero ... .seconds(3)),
            .defaulted(.duration(.zero)),
            "How long a call waits for a position that can be trusted, when there is none; 0 s dials at once."
        ),
        Key(
            "silentAfter",
            .duration(.seconds(5) ... .seconds(600)),
            .defaulted(.duration(.seconds(60))),
            "How long no report may come before that is a fault; no fix is none."
        ),
    ])

    private static let hostRule = StringRule("a host name or numeric address", length: 1...253, example: "127.0.0.1") {
        $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x40 }
    }

    init(_ settings: Settings) {
        self.host = settings.string("host")
        self.port = settings.integer("port")
        self.meaning = ErrorMeaning(rawValue: settings.string("error")) ?? .sigmaPerAxis
        self.wait = settings.duration("wait")
        self.silentAfter = settings.duration("silentAfter")
    }
}
