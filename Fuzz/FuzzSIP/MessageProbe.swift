import FuzzHarness
import SIP
import SIPTrace

/// What must hold for messages, whatever the octets.
enum MessageProbe {
    /// A message that was read survives writing and reading, and so does its answer.
    static func datagram(_ octets: [UInt8]) {
        self.masks(octets)
        let message: Message
        do throws(MessageError) {
            message = try Message(parsing: octets)
        } catch {
            require((400...599).contains(error.status), "\(error) is answered \(error.status)")
            return require(!error.description.isEmpty, "an error says nothing")
        }
        self.survives(message)
        let envelope: Envelope
        do throws(MessageError) {
            envelope = try Envelope(message)
        } catch {
            return require(!error.description.isEmpty, "an error says nothing")
        }
        self.survives(envelope)
        self.answer(to: message, envelope)
    }

    /// A mask that is put on twice is the same, and what a message carries behind its head is not touched.
    private static func masks(_ octets: [UInt8]) {
        let masked = SecretMask.masked(octets)
        require(SecretMask.masked(masked) == masked, "\(octets) is masked anew as \(SecretMask.masked(masked))")
        // A mask may take a head beyond a limit or below it; then there is nothing to compare.
        guard let before = try? Message(parsing: octets), let after = try? Message(parsing: masked) else { return }
        require(before.body == after.body, "the body of \(octets) has changed")
    }

    /// What is written is read as the same message; only a limit may stand between, for some names grow in writing.
    static func survives(_ message: Message) {
        do throws(MessageError) {
            let again = try Message(parsing: message.serialized())
            require(self.withoutLength(again) == self.withoutLength(message), "\(message) became \(again)")
        } catch {
            require(self.isLimit(error), "\(message) is refused: \(error)")
        }
    }

    private static func survives(_ envelope: Envelope) {
        do throws(SyntaxError) {
            for via in envelope.vias {
                require(try Via(parsing: via.description) == via, "Via \(via) changes")
            }
            for address in [envelope.from, envelope.to] {
                require(try NameAddress(parsing: address.description) == address, "\(address) changes")
            }
            if let uri = envelope.requestURI {
                require(try URI(parsing: uri.description) == uri, "\(uri) changes")
            }
            require(try CSeq(parsing: envelope.cseq.description) == envelope.cseq, "\(envelope.cseq) changes")
        } catch {
            require(false, "of \(envelope) a value is refused when it is read again: \(error)")
        }
    }

    /// Whoever sent a request can read our answer to it.
    private static func answer(to request: Message, _ envelope: Envelope) {
        guard request.method != nil else { return }
        let response = Message.response(to: request, status: 200, tag: "t")
        self.survives(response)
        do throws(MessageError) {
            let read = try Envelope(try Message(parsing: response.serialized()))
            require(read.vias == envelope.vias, "the answer to \(request) goes elsewhere")
            require(read.callID == envelope.callID && read.cseq == envelope.cseq, "an answer to another request")
            require(read.from == envelope.from, "the answer to \(request) has another From")
            require(read.to.tag == envelope.to.tag ?? "t", "the answer to \(request) has the tag \(read.to)")
        } catch {
            require(self.isLimit(error), "the answer to \(request) is refused: \(error)")
        }
    }

    private static func withoutLength(_ message: Message) -> Message {
        var message = message
        message.headers.remove("Content-Length")
        return message
    }

    private static func isLimit(_ error: MessageError) -> Bool {
        [.startLineTooLong, .headerTooLong, .tooManyHeaders, .headTooLong, .bodyTooLong].contains(error.code)
    }
}
