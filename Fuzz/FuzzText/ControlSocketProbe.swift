import ControlSocket
import FuzzHarness

/// What must hold for JSON texts and interface files, whatever the octets.
enum ControlSocketProbe {
    /// A JSON text that was read is the same after writing and reading.
    static func json(_ octets: [UInt8]) {
        do throws(JSONError) {
            let value = try JSONValue(decoding: octets, maximumValues: ControlLimits.maximumCallValues)
            let again = try JSONValue(decoding: value.encoded(), maximumValues: ControlLimits.maximumCallValues)
            require(again == value, "\(value) became \(again)")
        } catch {
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    /// An interface file, a NUL, and a call's parameters to hold against its methods.
    static func interface(_ octets: [UInt8]) {
        let pieces = octets.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let text = String(decoding: pieces[0], as: UTF8.self)
        do throws(InterfaceSyntaxError) {
            let interface = try Interface(text: text)
            require(interface.text == text, "the text changes")
            self.call(interface, pieces.count > 1 ? Array(pieces[1]) : [])
        } catch {
            let lines = text.utf8.count { $0 == 0x0A } + 1
            require((1...lines).contains(error.line), "line \(error.line) of \(lines)")
            require(!error.description.isEmpty, "an error says nothing")
        }
    }

    private static func call(_ interface: Interface, _ octets: [UInt8]) {
        // What is no JSON is refused before.
        let parameters = try? JSONValue(decoding: octets, maximumValues: ControlLimits.maximumCallValues)
        for method in interface.methodNames {
            for mismatch in [
                interface.mismatch(callOf: method, parameters ?? [:]),
                interface.mismatch(replyOf: method, parameters ?? [:]),
            ] {
                require(mismatch.map { !$0.description.isEmpty } ?? true, "a mismatch says nothing")
            }
        }
        require(interface.mismatch(error: "", [:]) != nil, "an error without a name fits")
    }
}
