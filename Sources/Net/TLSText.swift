internal import NIOSSL

/// Errors of TLS in words.
enum TLSText {
    /// What BoringSSL calls an error, by a part of it, and what that means here.
    private static let meanings: [(word: String, meaning: String)] = [
        ("ALERT_UNKNOWN_CA", "the peer does not know the authority of our certificate"),
        ("CERTIFICATE_REQUIRED", "the peer wants a certificate of ours, and there is none to show"),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the peer showed no certificate"),
        ("ALERT_CERTIFICATE_EXPIRED", "the peer calls our certificate expired"),
        ("ALERT_BAD_CERTIFICATE", "the peer refuses our certificate"),
        ("ALERT_CERTIFICATE_UNKNOWN", "the peer refuses our certificate"),
        ("ALERT_UNSUPPORTED_CERTIFICATE", "the peer refuses the kind of our certificate"),
        ("ALERT_ACCESS_DENIED", "the peer denies access"),
        ("ALERT_PROTOCOL_VERSION", "the peer speaks no version of TLS from 1.2 on"),
        ("UNSUPPORTED_PROTOCOL", "the peer speaks no version of TLS from 1.2 on"),
        ("ALERT_HANDSHAKE_FAILURE", "the peer has no cipher in common with us, or wants a certificate of ours"),
        ("NO_SHARED_CIPHER", "the peer has no cipher in common with us"),
        ("WRONG_VERSION_NUMBER", "the peer does not speak TLS on this port"),
        ("HTTP_REQUEST", "the peer speaks HTTP"),
        ("CERTIFICATE_VERIFY_FAILED", "the peer's certificate is refused"),
        ("eofDuringHandshake", "the peer closed the connection during the handshake"),
        ("EOF during handshake", "the peer closed the connection during the handshake"),
        ("noSuchFilesystemObject", "there is no such file, or it cannot be opened"),
    ]

    /// The meaning of an error, or the error itself in short.
    static func of(_ error: any Error) -> String {
        let text = String(describing: error)
        return Self.meanings.first { text.contains($0.word) }?.meaning ?? String(text.prefix(160))
    }

    /// Whether an error came from TLS.
    static func isOfTLS(_ error: any Error) -> Bool {
        error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
    }
}
