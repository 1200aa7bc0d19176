import NIOCore
import Testing

@testable import ControlSocket

@Suite struct MessageBufferTests {
    private func take(_ buffer: inout MessageBuffer) -> String {
        switch buffer.next() {
        case .message(let octets): String(decoding: octets, as: UTF8.self)
        case .incomplete: "incomplete"
        case .tooLong: "too long"
        }
    }

    @Test(arguments: 1...13)
    func findsTheSameMessagesHoweverTheyAreCut(_ size: Int) {
        let octets = Array("a|bcdef||ghi|jkl".replacing("|", with: "\0").utf8)
        var buffer = MessageBuffer(maximumOctets: 5)
        var found: [String] = []
        for start in stride(from: 0, to: octets.count, by: size) {
            buffer.append(ByteBuffer(bytes: octets[start..<min(start + size, octets.count)]))
            while case .message(let message) = buffer.next() {
                found.append(String(decoding: message, as: UTF8.self))
            }
        }
        #expect(found == ["a", "bcdef", "", "ghi"])
        #expect(buffer.count == 3)
    }

    @Test func refusesOneOctetTooMany() {
        var whole = MessageBuffer(maximumOctets: 5)
        whole.append(Desk.octets("12345"))
        #expect(self.take(&whole) == "incomplete")
        whole.append(Desk.octets("|"))
        #expect(self.take(&whole) == "12345")
        var ended = MessageBuffer(maximumOctets: 5)
        ended.append(Desk.octets("123456|"))
        #expect(self.take(&ended) == "too long")
        var unended = MessageBuffer(maximumOctets: 5)
        unended.append(Desk.octets("123456"))
        #expect(self.take(&unended) == "too long")
    }
}
