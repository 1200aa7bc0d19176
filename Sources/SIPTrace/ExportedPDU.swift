internal import SIP

/// A SIP message as Wireshark exports one from above TLS or TCP: tags that say what and between whom, then the octets.
///
/// The form is that of LINKTYPE_WIRESHARK_UPPER_PDU, of which Wireshark's `wsutil/exported_pdu_tlvs.h` is the description:
/// each tag has a type and a length of 16 bits, big-endian, and the length counts the zeros that fill up its value.
package enum ExportedPDU {
    /// LINKTYPE_WIRESHARK_UPPER_PDU.
    package static let linkType: UInt16 = 252

    private enum Tag {
        static let end: UInt16 = 0
        static let dissectorName: UInt16 = 12
        static let sourceIPv4: UInt16 = 20
        static let destinationIPv4: UInt16 = 21
        static let sourceIPv6: UInt16 = 22
        static let destinationIPv6: UInt16 = 23
        static let portType: UInt16 = 24
        static let sourcePort: UInt16 = 25
        static let destinationPort: UInt16 = 26
    }

    private enum PortType {
        static let tcp: UInt32 = 2
        static let udp: UInt32 = 3
    }

    /// The message behind its tags; an address that is none is left out.
    package static func octets(_ message: TraceMessage) -> [UInt8] {
        let path = message.path
        let (source, destination) =
            switch message.direction {
            case .sent: (path.local, path.remote)
            case .received: (path.remote, path.local)
            }
        var octets: [UInt8] = []
        Self.append(Tag.dissectorName, Array("sip".utf8), to: &octets)
        Self.append(source.host, Tag.sourceIPv4, Tag.sourceIPv6, to: &octets)
        Self.append(destination.host, Tag.destinationIPv4, Tag.destinationIPv6, to: &octets)
        Self.append(Tag.portType, path.transport == .udp ? PortType.udp : PortType.tcp, to: &octets)
        Self.append(Tag.sourcePort, UInt32(source.port), to: &octets)
        Self.append(Tag.destinationPort, UInt32(destination.port), to: &octets)
        Self.append(Tag.end, [], to: &octets)
        return octets + message.octets
    }

    private static func append(_ host: String, _ tag4: UInt16, _ tag6: UInt16, to octets: inout [UInt8]) {
        guard let address = NumericAddress(host) else { return }
        Self.append(address.octets.count == 4 ? tag4 : tag6, address.octets, to: &octets)
    }

    private static func append(_ tag: UInt16, _ number: UInt32, to octets: inout [UInt8]) {
        Self.append(tag, [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }, to: &octets)
    }

    private static func append(_ tag: UInt16, _ value: [UInt8], to octets: inout [UInt8]) {
        let filling = (4 - value.count % 4) % 4
        for number in [tag, UInt16(value.count + filling)] {
            octets += [UInt8(number >> 8), UInt8(number & 0xFF)]
        }
        octets += value + Array(repeating: 0, count: filling)
    }
}
