import SIP
import Testing

@Suite struct MessageFramerTests {
    private func items(_ octets: [UInt8], segment: Int, limits: Limits = Limits()) throws -> [MessageFramer.Item] {
        var framer = MessageFramer(limits: limits)
        var items: [MessageFramer.Item] = []
        var rest = octets[...]
        while !rest.isEmpty {
            framer.append(Array(rest.prefix(segment)))
            rest = rest.dropFirst(segment)
            while let item = try framer.next() { items.append(item) }
        }
        return items
    }

    private func error(_ octets: [UInt8], limits: Limits = Limits()) -> MessageError.Code? {
        do {
            _ = try self.items(octets, segment: 64, limits: limits)
            return nil
        } catch {
            return (error as? FramingError)?.message.error.code
        }
    }

    @Test(arguments: [1, 2, 3, 5, 7, 16, 61, 997, 100_000])
    func anySegmentationGivesTheSameItems(segment: Int) throws {
        var stream: [UInt8] = []
        var expected: [MessageFramer.Item] = []
        for name in Samples.names {
            let octets = try Samples.octets(name)
            stream += octets + Array("\r\n\r\n".utf8)
            expected += [.message(try Message(parsing: octets)), .ping]
        }
        stream += Array("\r\n".utf8) + Samples.options(body: "\r\n\r\n")
        expected.append(.message(try Message(parsing: Samples.options(body: "\r\n\r\n"))))
        #expect(try self.items(stream, segment: segment) == expected)
    }

    @Test func aLineBreakIsAPongOnlyWhenOneIsAwaited() throws {
        var framer = MessageFramer()
        framer.append([0x0D, 0x0A])
        #expect(try framer.next() == nil)
        framer = MessageFramer()
        framer.expectPong()
        framer.append([0x0D])
        #expect(try framer.next() == nil)
        framer.append([0x0A, 0x0D, 0x0A, 0x0D, 0x0A])
        #expect(try framer.next() == .pong(isAlone: true))
        #expect(try framer.next() == .ping)
        #expect(try framer.next() == nil)
    }

    @Test func knowsWhenAMessageIsHalfThere() throws {
        var framer = MessageFramer()
        #expect(!framer.holdsPartialMessage)
        framer.append([0x0D, 0x0A])
        _ = try framer.next()
        #expect(!framer.holdsPartialMessage)
        let octets = Samples.options(body: "12345")
        framer.append(Array(octets.dropLast()))
        #expect(try framer.next() == nil)
        #expect(framer.holdsPartialMessage)
        framer.append(Array(octets.suffix(1)))
        #expect(try framer.next() != nil)
        #expect(!framer.holdsPartialMessage)
    }

    @Test func readsOnBehindABrokenMessageWhoseEndIsKnown() throws {
        let items = try self.items(Samples.options("no colon", body: "abc") + Samples.options(), segment: 10)
        guard case .malformed(let malformed)? = items.first else {
            Issue.record("no malformed item")
            return
        }
        #expect(malformed.error.code == .headerLine)
        #expect(malformed.isRequest)
        #expect(malformed.method == .options)
        #expect(malformed.headers["Call-ID"] == "c1")
        #expect(try items.dropFirst() == [.message(Message(parsing: Samples.options()))])
    }

    @Test func givesUpWhereTheEndOfAMessageIsUnknown() throws {
        var message = try Message(parsing: Samples.options())
        message.headers.remove("Content-Length")
        let text = String(decoding: message.serialized(), as: UTF8.self)
        #expect(self.error(Array(text.replacing("Content-Length: 0\r\n", with: "").utf8)) == .contentLength)
        #expect(self.error(Samples.options("Content-Length: 5")) == .contentLength)
        #expect(self.error(Samples.options("Content-Length: -999")) == .contentLength)
    }

    @Test func neverHoldsMoreThanItsLimits() {
        var limits = Limits()
        limits.headBytes = 400
        limits.bodyBytes = 3
        #expect(self.error(Array(repeating: 0x41, count: 600), limits: limits) == .headTooLong)
        #expect(self.error(Samples.options("X: \(String(repeating: "y", count: 400))"), limits: limits) == .headTooLong)
        #expect(self.error(Samples.options(body: "1234"), limits: limits) == .bodyTooLong)
        #expect(self.error(Samples.options(body: "123"), limits: limits) == nil)
    }

    @Test(arguments: [1, 7, 64, 100_000]) func refusesALongHeadTheSameHoweverItIsCut(segment: Int) throws {
        var limits = Limits()
        limits.headBytes = 100
        var octets = Samples.options("Subject: \(String(repeating: "y", count: 60))", body: "")
        octets.insert(contentsOf: [0x0D, 0x0A], at: 0)
        let error = try #require(throws: FramingError.self) {
            _ = try self.items(octets, segment: segment, limits: limits)
        }
        let reference = try #require(throws: FramingError.self) {
            _ = try self.items(octets, segment: 1, limits: limits)
        }
        #expect(error == reference)
        #expect(error.message.error.code == .headTooLong)
    }
}
