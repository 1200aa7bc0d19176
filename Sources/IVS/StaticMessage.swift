/// The registered messages that a center may have shown without writing them (RFC 8148 section 14).
enum StaticMessage {
    /// The highest registered number; 0 is reserved.
    static let highest: UInt32 = 1

    /// The message of a number in each language that this build speaks, English first; empty for no message.
    ///
    /// 1: the authorities have data and location, cannot speak now, and send help as soon as they can.
    static func texts(of number: UInt32) -> [(language: String, text: String)] {
        guard number == 1 else { return [] }
        return [
            ("en", "Your emergency call has arrived with your location. Nobody can speak to you now. Help is coming."),
            ("de", "Ihr Notruf und Ihr Standort sind angekommen. Im Moment kann niemand sprechen. Hilfe kommt."),
            ("fr", "Votre appel et votre position sont reçus. Personne ne peut vous parler. Les secours arrivent."),
            ("es", "Su llamada y su posición han llegado. Nadie puede hablar con usted ahora. La ayuda va en camino."),
            ("it", "La chiamata e la posizione sono arrivate. Ora nessuno può parlare con voi. I soccorsi arrivano."),
            ("nl", "Uw noodoproep en locatie zijn ontvangen. Niemand kan nu met u spreken. Er komt hulp."),
            ("pl", "Zgłoszenie i położenie dotarły. Nikt nie może teraz rozmawiać. Pomoc jest w drodze."),
        ]
    }
}
