import Panel
import Testing

/// Where pages may be served.
@Suite struct PanelSettingsTests {
    private func settings(_ host: String, token: String? = nil) throws(PanelSettings.Mistake) -> PanelSettings {
        try PanelSettings(socket: "/run/s", host: host, port: 0, token: token)
    }

    @Test(arguments: ["127.0.0.1", "::1", "localhost"])
    func onLoopbackNoTokenIsNeeded(_ host: String) throws {
        #expect(try self.settings(host).isLoopback)
    }

    @Test func fromTheNetworkATokenIsNeededThatIsLongEnoughAndPlain() throws {
        #expect(throws: PanelSettings.Mistake.tokenMissing(host: "0.0.0.0")) { try self.settings("0.0.0.0") }
        #expect(throws: PanelSettings.Mistake.tokenTooShort(characters: 5)) {
            try self.settings("0.0.0.0", token: "short")
        }
        for token in ["with blank in it 1", "semi;colon;semi;colon", "quoted\"quoted\"quoted", "grün-grün-grün-grün"] {
            #expect(throws: PanelSettings.Mistake.tokenCharacter) { try self.settings("0.0.0.0", token: token) }
        }
        let good = try self.settings("0.0.0.0", token: "Az09-._~Az09-._~")
        #expect(!good.isLoopback)
    }
}
