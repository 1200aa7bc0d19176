/// Where the pages are served, and whose socket they show.
package struct PanelSettings: Hashable, Sendable {
    package var socket: String
    package var host: String
    /// 0 for any free one.
    package var port: Int
    /// What a browser has to know where the pages are reachable from the network; `nil` on loopback.
    package var token: String?

    /// The shortest token: guessing sixteen characters takes longer than a rig lives.
    package static let shortestToken = 16

    /// Why pages are not served so.
    package enum Mistake: Error, Hashable, CustomStringConvertible {
        case tokenMissing(host: String)
        case tokenTooShort(characters: Int)
        case tokenCharacter

        package var description: String {
            switch self {
            case .tokenMissing(let host):
                "\(host) is reachable from the network: --token-file names a file with what a browser has to know"
            case .tokenTooShort(let characters):
                "the token has \(characters) characters, expected at least \(PanelSettings.shortestToken)"
            case .tokenCharacter: "the token has other characters than letters, digits and - . _ ~"
            }
        }
    }

    /// Throws where the pages would be reachable from the network without a token.
    package init(socket: String, host: String, port: Int, token: String?) throws(Mistake) {
        self.socket = socket
        self.host = host
        self.port = port
        self.token = token
        if let token {
            guard token.count >= Self.shortestToken else { throw .tokenTooShort(characters: token.count) }
            // Those that stand in an address and in a cookie as they are.
            let isPlain = token.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (Character(scalar).isLetter || Character(scalar).isNumber || "-._~".contains(Character(scalar)))
            }
            guard isPlain else { throw .tokenCharacter }
        }
        guard self.isLoopback || token != nil else { throw .tokenMissing(host: host) }
    }

    /// Whether others than this machine may open the pages, by the network or through a proxy: then they know the token.
    package var isReachable: Bool { self.token != nil }

    /// Whether only this machine can connect.
    package var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(self.host) }
}
