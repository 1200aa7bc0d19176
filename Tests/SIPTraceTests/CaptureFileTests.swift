import Foundation
import SIP
import SIPTrace
import Testing
import Timeline

/// The octets of a capture file, against the figures of the format's draft and of Wireshark's own description.
@Suite struct CaptureFileTests {
    /// The octets of hexadecimal text with blanks, line breaks and comments behind `;`.
    private func octets(_ text: String) -> [UInt8] {
        text.split(separator: "\n").map { $0.prefix { $0 != ";" } }.joined(separator: " ").split(separator: " ")
            .compactMap { UInt8($0, radix: 16) }
    }

    @Test func aFileBeginsWithASectionAndOneInterface() {
        let head = PCAPNG.head(.init(application: "ctl 1", comment: "abc", interface: "ecalld", linkType: 252))
        let expected = self.octets(
            """
            0A 0D 0D 0A   ; Section Header Block
            34 00 00 00   ; 52 octets
            4D 3C 2B 1A   ; the magic number, little-endian
            01 00 00 00   ; version 1.0
            FF FF FF FF FF FF FF FF   ; the section's length is not given
            01 00 03 00 61 62 63 00   ; opt_comment "abc"
            04 00 05 00 63 74 6C 20 31 00 00 00   ; shb_userappl "ctl 1"
            00 00 00 00   ; opt_endofopt
            34 00 00 00
            01 00 00 00   ; Interface Description Block
            2C 00 00 00   ; 44 octets
            FC 00 00 00   ; LINKTYPE_WIRESHARK_UPPER_PDU
            00 00 04 00   ; snaplen 262144
            02 00 06 00 65 63 61 6C 6C 64 00 00   ; if_name "ecalld"
            09 00 01 00 09 00 00 00   ; if_tsresol: 10^-9 s
            00 00 00 00
            2C 00 00 00
            """
        )
        #expect(head == expected)
    }

    @Test func aPacketHasItsTimeInNanosecondsItsDirectionAndBothLengths() {
        let packet = PCAPNG.Packet(
            nanoseconds: 0x18A2_B3C4_D5E6_F708,
            isOutbound: true,
            comment: "TLS",
            octets: [1, 2, 3, 4, 5],
            length: 9
        )
        let expected = self.octets(
            """
            06 00 00 00   ; Enhanced Packet Block
            3C 00 00 00   ; 60 octets
            00 00 00 00   ; interface 0
            C4 B3 A2 18   ; the upper half of the time stamp
            08 F7 E6 D5   ; the lower one
            05 00 00 00   ; captured
            09 00 00 00   ; on the wire
            01 02 03 04 05 00 00 00
            01 00 03 00 54 4C 53 00   ; opt_comment "TLS"
            02 00 04 00 02 00 00 00   ; epb_flags: outbound
            00 00 00 00
            3C 00 00 00
            """
        )
        #expect(expected.count == 60)
        #expect(PCAPNG.block(packet) == expected)
    }

    @Test func whatIsReceivedIsInboundAndATimeBefore1970IsZero() {
        let block = PCAPNG.block(.init(nanoseconds: -1, isOutbound: false, comment: "", octets: [], length: 0))
        #expect(
            block
                == self.octets(
                    """
                    06 00 00 00 2C 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                    02 00 04 00 01 00 00 00 00 00 00 00 2C 00 00 00
                    """
                )
        )
    }

    @Test func aMessageOfIPv4HasTheTagsOfAnExportedPDU() {
        let message = Samples.message(1, at: 0, .sent, "ACK")
        let expected = self.octets(
            """
            00 0C 00 04 73 69 70 00   ; dissector "sip", its filling counted in
            00 14 00 04 C0 00 02 0A   ; from 192.0.2.10
            00 15 00 04 C6 33 64 07   ; to 198.51.100.7
            00 18 00 04 00 00 00 02   ; ports of TCP
            00 19 00 04 00 00 9C 41   ; 40001
            00 1A 00 04 00 00 13 C5   ; 5061
            00 00 00 00   ; the end of the tags
            41 43 4B
            """
        )
        #expect(ExportedPDU.octets(message) == expected)
    }

    @Test func aMessageReceivedOverUDPAndIPv6HasItsEndsTurnedAround() {
        let path = TraceMessage.Path(
            transport: .udp,
            local: FlowAddress(host: "2001:db8::1", port: 5_060),
            remote: FlowAddress(host: "2001:db8::2", port: 5_062)
        )
        let expected = self.octets(
            """
            00 0C 00 04 73 69 70 00
            00 16 00 10 20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 02
            00 17 00 10 20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 01
            00 18 00 04 00 00 00 03   ; ports of UDP
            00 19 00 04 00 00 13 C6
            00 1A 00 04 00 00 13 C4
            00 00 00 00 58
            """
        )
        #expect(ExportedPDU.octets(Samples.message(1, at: 0, .received, over: path, "X")) == expected)
    }

    @Test func anAddressThatIsNoneIsLeftOutAndAMappedOneIsIPv4() {
        let path = TraceMessage.Path(
            transport: .tcp,
            local: FlowAddress(host: "::ffff:192.0.2.1", port: 1),
            remote: FlowAddress(host: "center", port: 2)
        )
        let octets = ExportedPDU.octets(Samples.message(1, at: 0, .sent, over: path, "X"))
        #expect(Array(octets[8..<20]) == self.octets("00 14 00 04 C0 00 02 01 00 18 00 04"))
    }

    /// The time stamps of the packets of a file, read by hand.
    private func times(_ file: [UInt8]) -> [UInt64] {
        var times: [UInt64] = []
        var index = 0
        let word = { (at: Int) in file[at..<at + 4].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        while index < file.count {
            if word(index) == 6 { times.append(word(index + 12) << 32 | word(index + 16)) }
            index += Int(word(index + 4))
        }
        return times
    }

    @Test func allTimesOfAFileFollowTheBootClockFromOneReadingOfTheWallClock() {
        let messages = [
            Samples.message(1, at: 1_000), Samples.message(2, at: 1_250, wall: 1_790_000_000_250),
            Samples.message(3, at: 3_000, wall: 1_780_000_000_000),
        ]
        let trace = IncidentTrace(incident: "a", messages: messages, omitted: 0)
        #expect(
            self.times(trace.pcapng(application: "t"))
                == [1_790_000_000_000_000_000, 1_790_000_000_250_000_000, 1_790_000_002_000_000_000]
        )
    }

    @Test func withoutAWallClockTheTimesCountFromTheBootAndTheFileSaysSo() {
        let trace = IncidentTrace(incident: "a", messages: [Samples.message(1, at: 5)], omitted: 2)
        let file = trace.pcapng(application: "t")
        #expect(self.times(file) == [5_000_000])
        let text = String(decoding: file, as: UTF8.self)
        #expect(text.contains("the wall clock was not known, times count from the boot"))
        #expect(text.contains("2 messages are missing"))
    }

    @Test func aMessageThatWasCutTellsItsWholeLength() {
        let message = Samples.message(1, at: 0, .sent, "ACK ", length: 104)
        let file = IncidentTrace(incident: "a", messages: [message], omitted: 0).pcapng(application: "t")
        let pdu = UInt32(ExportedPDU.octets(message).count)
        let lengths = [pdu, pdu + 100].flatMap { number in (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }
        #expect(file.indices.dropLast(8).contains { Array(file[$0..<$0 + 8]) == lengths })
    }
}

/// What Wireshark itself makes of such a file, where its command line tool is installed.
@Suite struct TsharkTests {
    private static let tool = ["/usr/bin/tshark", "/usr/local/bin/tshark"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: TsharkTests.tool != nil, "tshark is not installed"))
    func tsharkReadsEveryMessageAsSIPWithItsTimeAddressesAndComment() throws {
        let tool = try #require(Self.tool)
        let udp = TraceMessage.Path(
            transport: .udp,
            local: FlowAddress(host: "2001:db8::1", port: 5_060),
            remote: FlowAddress(host: "2001:db8::2", port: 5_060)
        )
        let head =
            "Via: SIP/2.0/TLS 192.0.2.10:40001;branch=z9hG4bK1\r\nFrom: <sip:a@b.invalid>;tag=1\r\n"
            + "To: <sip:c@d.invalid>\r\nCall-ID: 1\r\nCSeq: 1 INFO\r\nContent-Length: 0\r\n\r\n"
        let messages = [
            Samples.message(1, at: 0, wall: 1_790_000_000_000, .sent, "INFO sip:c@d.invalid SIP/2.0\r\n" + head),
            Samples.message(2, at: 12, .received, "SIP/2.0 200 OK\r\n" + head),
            Samples.message(3, at: 20, .received, over: udp, "OPTIONS sip:c@d.invalid SIP/2.0\r\n" + head),
        ]
        let file = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString).pcapng")
        defer {
            do { try FileManager.default.removeItem(at: file) } catch { Issue.record(error) }
        }
        let trace = IncidentTrace(incident: "a", messages: messages, omitted: 0)
        try Data(trace.pcapng(application: "t")).write(to: file)
        let fields = [
            "frame.time_epoch", "frame.comment", "frame.protocols", "exported_pdu.ipv4_src", "exported_pdu.ipv6_src",
            "exported_pdu.src_port", "exported_pdu.dst_port", "sip.Request-Line", "sip.Status-Line",
            "frame.packet_flags_direction",
        ]
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = ["-r", file.path, "-T", "fields"] + fields.flatMap { ["-e", $0] }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let rows = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        try #require(rows.map(\.count) == [10, 10, 10])
        #expect(rows.map { $0.first } == ["1790000000.000000000", "1790000000.012000000", "1790000000.020000000"])
        #expect(rows.map { $0[1].prefix(3) } == ["TLS", "TLS", "UDP"])
        #expect(rows.map { $0[2].hasSuffix("sip") } == [true, true, true])
        #expect(rows.map { $0[5] + ">" + $0[6] } == ["40001>5061", "5061>40001", "5060>5060"])
        #expect(rows.map { $0[3] } == ["192.0.2.10", "198.51.100.7", ""])
        #expect(rows.map { $0[4] } == ["", "", "2001:db8::2"])
        #expect(Set(rows.map { $0[9] }).count == 2, "sent and received")
        #expect(rows[0][7] == "INFO sip:c@d.invalid SIP/2.0" && rows[1][8] == "SIP/2.0 200 OK")
    }
}
