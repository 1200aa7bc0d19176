/// Writes capture files in the pcapng format (draft-ietf-opsawg-pcapng): one section, one interface, its packets.
///
/// Little-endian throughout; the magic number of the section tells a reader so.
package enum PCAPNG {
    /// The ceilings of what is written, so that a reader takes it.
    package enum Limits {
        /// Octets of one packet: what Wireshark takes of most link types.
        package static let maximumPacketOctets = 262_144
        /// Octets of one option; the field of its length has 16 bits, and a comment is a line.
        package static let maximumOptionOctets = 1_024
    }

    /// What a file says of itself.
    package struct Section: Hashable, Sendable {
        /// The program that wrote it.
        package var application: String
        package var comment: String
        /// What the interface is called.
        package var interface: String
        /// The LINKTYPE of the packets, by the list of the tcpdump group.
        package var linkType: UInt16

        package init(application: String, comment: String, interface: String, linkType: UInt16) {
            self.application = application
            self.comment = comment
            self.interface = interface
            self.linkType = linkType
        }
    }

    /// One packet; those of a file are not in need of an order in time.
    package struct Packet: Hashable, Sendable {
        /// Nanoseconds since 1970 in UTC; what is before is written as 0.
        package var nanoseconds: Int64
        package var isOutbound: Bool
        package var comment: String
        package var octets: [UInt8]
        /// The octets that the packet had before it was cut.
        package var length: Int

        package init(nanoseconds: Int64, isOutbound: Bool, comment: String, octets: [UInt8], length: Int) {
            self.nanoseconds = nanoseconds
            self.isOutbound = isOutbound
            self.comment = comment
            self.octets = octets
            self.length = length
        }
    }

    /// The codes of options, of which each block has its own list (section 3.5 and those of the blocks).
    private enum Option {
        static let end: UInt16 = 0
        static let comment: UInt16 = 1
        static let application: UInt16 = 4
        static let interfaceName: UInt16 = 2
        static let timeResolution: UInt16 = 9
        static let packetFlags: UInt16 = 2
    }

    private enum BlockType {
        static let section: UInt32 = 0x0A0D_0D0A
        static let interface: UInt32 = 1
        static let enhancedPacket: UInt32 = 6
    }

    /// The start of a file, before its packets.
    package static func head(_ section: Section) -> [UInt8] {
        var header = Octets()
        header.append(UInt32(0x1A2B_3C4D))
        header.append(UInt16(1))
        header.append(UInt16(0))
        // The length of the section is not given: it is what follows.
        header.append(UInt64.max)
        header.option(Option.comment, Array(section.comment.utf8))
        header.option(Option.application, Array(section.application.utf8))
        header.endOptions()
        var interface = Octets()
        interface.append(section.linkType)
        interface.append(UInt16(0))
        interface.append(UInt32(Limits.maximumPacketOctets))
        interface.option(Option.interfaceName, Array(section.interface.utf8))
        // 10 to the power of minus 9: nanoseconds.
        interface.option(Option.timeResolution, [9])
        interface.endOptions()
        return Self.block(BlockType.section, header) + Self.block(BlockType.interface, interface)
    }

    /// One packet of the file's only interface.
    package static func block(_ packet: Packet) -> [UInt8] {
        let captured = packet.octets.prefix(Limits.maximumPacketOctets)
        let time = UInt64(max(0, packet.nanoseconds))
        var body = Octets()
        body.append(UInt32(0))
        body.append(UInt32(truncatingIfNeeded: time >> 32))
        body.append(UInt32(truncatingIfNeeded: time))
        body.append(UInt32(captured.count))
        body.append(UInt32(clamping: max(packet.length, packet.octets.count)))
        body.append(contentsOf: captured)
        body.pad()
        body.option(Option.comment, Array(packet.comment.utf8))
        // The two lowest bits are the direction: 1 came in, 2 went out.
        let flags: UInt8 = packet.isOutbound ? 2 : 1
        body.option(Option.packetFlags, [flags, 0, 0, 0])
        body.endOptions()
        return Self.block(BlockType.enhancedPacket, body)
    }

    private static func block(_ type: UInt32, _ body: Octets) -> [UInt8] {
        // The type, and the length of the whole in front and behind.
        let length = UInt32(body.octets.count + 12)
        var block = Octets()
        block.append(type)
        block.append(length)
        block.append(contentsOf: body.octets)
        block.append(length)
        return block.octets
    }

    /// Octets of a block as they are put together.
    private struct Octets {
        private(set) var octets: [UInt8] = []

        mutating func append(_ number: some FixedWidthInteger) {
            for shift in stride(from: 0, to: number.bitWidth, by: 8) {
                self.octets.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }

        mutating func append(contentsOf octets: some Sequence<UInt8>) {
            self.octets.append(contentsOf: octets)
        }

        /// Fills up to the next multiple of four octets.
        mutating func pad() {
            while !self.octets.count.isMultiple(of: 4) { self.octets.append(0) }
        }

        /// Appends an option; one without a value is left out, a longer one is cut.
        mutating func option(_ code: UInt16, _ value: [UInt8]) {
            guard !value.isEmpty else { return }
            let value = value.prefix(Limits.maximumOptionOctets)
            self.append(code)
            self.append(UInt16(value.count))
            self.append(contentsOf: value)
            self.pad()
        }

        mutating func endOptions() {
            self.append(Option.end)
            self.append(UInt16(0))
        }
    }
}
