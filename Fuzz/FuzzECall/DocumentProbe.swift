import FuzzHarness
import NGECall

/// What must hold for the documents in message bodies, whatever the octets.
enum DocumentProbe {
    static func control(_ octets: [UInt8]) {
        do throws(ControlDocumentError) {
            self.survives(try ControlDocument(parsing: octets))
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    static func location(_ octets: [UInt8]) {
        do throws(LocationError) {
            self.survives(try LocationDocument(parsing: octets))
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    static func veds(_ octets: [UInt8]) {
        do throws(VEDSError) {
            self.survives(try VehicleEmergencyDataSet(parsing: octets))
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    static func session(_ octets: [UInt8]) {
        do throws(SessionDescriptionError) {
            self.answered(try SessionDescription(parsing: octets))
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    /// A control object that was read is the same after writing and reading; it may only grow too large.
    static func survives(_ document: ControlDocument) {
        let octets = document.serialized()
        do throws(ControlDocumentError) {
            let again = try ControlDocument(parsing: octets)
            require(again == document, "\(document) became \(again)")
        } catch {
            require(octets.count > XMLElement.maximumOctets, "\(document) is refused: \(error)")
        }
    }

    /// A location that was read is on earth, and the same after writing and reading.
    static func survives(_ document: LocationDocument) {
        let position = document.shape.position
        require(position.latitudeMilliarcseconds.magnitude <= 324_000_000, "a latitude of \(position)")
        require(position.longitudeMilliarcseconds.magnitude <= 648_000_000, "a longitude of \(position)")
        let octets = document.serialized()
        do throws(LocationError) {
            let again = try LocationDocument(parsing: octets)
            require(again == document, "\(document) became \(again)")
        } catch {
            require(octets.count > XMLElement.maximumOctets, "\(document) is refused: \(error)")
        }
    }

    /// A data set that was read is the same after writing and reading, whatever is in it; without our names it is read.
    static func survives(_ set: VehicleEmergencyDataSet) {
        do throws(VEDSError) {
            let again = try VehicleEmergencyDataSet(parsing: set.serialized())
            require(again == set, "\(set) became \(again)")
            let published = try VehicleEmergencyDataSet(parsing: set.serialized(extended: false))
            require(published.crash.seats.count == set.crash.seats.count, "\(set) became \(published)")
        } catch {
            require(false, "\(set) is refused: \(error)")
        }
    }

    /// The answer to an offer has one voice codec of the offer, and can be read by whoever made the offer.
    static func answered(_ offer: SessionDescription) {
        let answer = SessionDescription.answer(
            to: offer,
            originUser: "psap",
            sessionID: 1,
            address: "192.0.2.1",
            audioPort: 40_000
        )
        guard let answer else { return }
        require(offer.audioPort != 0, "a declined stream is accepted")
        require(answer.voiceCodec.map(offer.codecs.contains) == true, "\(answer) has a codec that \(offer) has not")
        let octets = answer.serialized()
        do throws(SessionDescriptionError) {
            let again = try SessionDescription(parsing: octets)
            require(again == answer, "\(answer) became \(again)")
        } catch {
            require(octets.count > SessionDescription.maximumOctets, "\(answer) is refused: \(error)")
        }
    }
}
