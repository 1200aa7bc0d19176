import NGECall
import Seeds
import SIP
import Testing

@Suite struct MultipartTests {
    private func parse(_ body: String, boundary: String = "b") throws(MultipartError) -> Multipart {
        try Multipart(contentType: "multipart/mixed;boundary=\(boundary)", body: Array(body.utf8))
    }

    private func error(_ body: String, boundary: String = "b") -> MultipartError? {
        do throws(MultipartError) {
            _ = try self.parse(body, boundary: boundary)
            return nil
        } catch {
            return error
        }
    }

    private func contents(_ body: String) throws -> [String] {
        try self.parse(body).parts.map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test(arguments: Samples.names)
    func everyExampleComesBackByteForByte(name: String) throws {
        let message = try Samples.message(name)
        let contentType = try #require(message.headers["Content-Type"])
        let multipart = try Multipart(contentType: contentType, body: message.body)
        #expect(multipart.serialized() == message.body)
        #expect(multipart.contentType == contentType)
    }

    @Test func readsTheFourPartsOfAnInvite() throws {
        let parts = try BodyParts(Samples.message("01-invite.sip"))
        #expect(
            parts.parts.map(\.mediaType) == [
                "application/sdp", "application/pidf+xml", "application/emergencycalldata.ecall.msd",
                "application/emergencycalldata.control+xml",
            ]
        )
        #expect(parts.parts.map(\.contentID) == [nil, Samples.locationID, Samples.msdID, Samples.capabilitiesID])
        #expect(parts.parts.map(\.disposition) == [nil, "by-reference", "by-reference", "by-reference"])
        #expect(try parts.first("APPLICATION/emergencycalldata.ecall.msd")?.content() == Samples.msd)
    }

    @Test func keepsTheOctetsThatLookLikeStructure() throws {
        let awkward: [UInt8] = [0x00, 0x0D, 0x0A, 0x0D, 0x0A, 0x2D, 0x2D, 0x0D, 0x0A, 0x00, 0x0D, 0x0A]
        let multipart = Multipart([BodyPart(mediaType: "a/b", body: awkward)], boundary: "token")
        let read = try Multipart(contentType: multipart.contentType, body: multipart.serialized())
        #expect(read == multipart)
        #expect(read.parts.first?.body == awkward)
    }

    @Test func aZeroLengthPartIsLegal() throws {
        #expect(try self.contents("--b\r\nContent-Type: a/b\r\n\r\n\r\n--b--") == [""])
        #expect(try self.contents("--b\r\nContent-Type: a/b\r\n\r\n--b--") == [""])
        #expect(try self.contents("--b\r\n\r\n\r\n--b--\r\n") == [""])
        #expect(try self.contents("--b\r\n\r\n--b--\r\n") == [""])
        #expect(try self.contents("--b\r\n--b--\r\n") == [""])
        #expect(try self.contents("--b--\r\n") == [])
    }

    @Test func aBoundaryCountsOnlyAtTheStartOfALine() throws {
        #expect(try self.contents("--b\r\n\r\nx--b\r\n\n--b\r\n --b--\r\n\r\n--b--") == ["x--b\r\n\n--b\r\n --b--\r\n"])
    }

    @Test func aLongerBoundaryIsAnotherOne() throws {
        #expect(try self.contents("--b\r\n\r\n--b1\r\n--b-1\r\n--b--1\r\n--b--\r\n") == ["--b1\r\n--b-1\r\n--b--1"])
    }

    @Test func blanksAndTextBehindABoundaryAreSkipped() throws {
        #expect(
            try self.contents("preamble\r\n--b \t\r\n\r\n1\r\n--b text\r\n\r\n2\r\n--b-- text\r\n--b\r\n") == [
                "1", "2",
            ]
        )
    }

    @Test(arguments: ["<a@b>\r\n  ", "\r\n\t<a@b>", "\r\n <a@b>\r\n \r\n\t"])
    func noBlankStaysAroundAFoldedValue(value: String) throws {
        let part = try #require(try self.parse("--b\r\nContent-ID:\(value)\r\n\r\n\r\n--b--").parts.first)
        #expect(part.headers["Content-ID"] == "<a@b>")
        #expect(part.contentID == "a@b")
    }

    @Test func unfoldsHeadersAndComparesThemWithoutCase() throws {
        let multipart = try self.parse(
            "--b\r\ncontent-TYPE: Text/HTML;\r\n\tcharset=x\r\nContent-id: <1@a>\r\n\r\n\r\n--b--"
        )
        let part = try #require(multipart.parts.first)
        #expect(part.mediaType == "text/html")
        #expect(part.contentID == "1@a")
        #expect(part.headers["Content-Type"] == "Text/HTML; charset=x")
    }

    @Test func quotedBoundariesAndForeignCaseAreRead() throws {
        let body = Array("--a b\r\n\r\n1\r\n--a b--".utf8)
        let multipart = try Multipart(contentType: "MultiPart/Mixed; Boundary=\"a b\"", body: body)
        #expect(multipart.parts.count == 1)
        #expect(multipart.subtype == "mixed")
        #expect(multipart.contentType == "multipart/mixed;boundary=\"a b\"")
    }

    @Test func refusesByName() {
        let long = String(repeating: "x", count: 71)
        #expect(self.error("", boundary: "b") == .noDelimiter(boundary: "b"))
        #expect(self.error("no delimiter") == .noDelimiter(boundary: "b"))
        #expect(self.error("--b\n\n1\n--b--\n") == .noDelimiter(boundary: "b"))
        #expect(self.error("--b\r\n\r\n1\r\n--b\r\n\r\n2") == .unterminated(partsBegun: 2))
        #expect(self.error("--b", boundary: long) == .illegalBoundary(octets: 71))
        #expect(self.error("--b", boundary: "\"b \"") == .illegalBoundary(octets: 2))
        #expect(self.error("--b", boundary: "\"\"") == .illegalBoundary(octets: 0))
        #expect(self.error("--b\r\nno colon\r\n\r\n--b--") == .malformedHeader(part: 1, line: 1))
        #expect(self.error("--b\r\nA: 1\r\nB 2: x\r\n\r\n--b--") == .malformedHeader(part: 1, line: 2))
        #expect(self.error("--b\r\n folded: 1\r\n\r\n--b--") == .malformedHeader(part: 1, line: 1))
        #expect(self.error("--b\r\nA: \u{0}\r\n\r\n--b--") == .malformedHeader(part: 1, line: 1))
        #expect(throws: MultipartError.notMultipart(contentType: "text/plain;boundary=b")) {
            try Multipart(contentType: "text/plain;boundary=b", body: [])
        }
        #expect(throws: MultipartError.noBoundaryParameter) { try Multipart(contentType: "multipart/mixed", body: []) }
    }

    @Test func refusesMoreThanItsLimits() {
        let parts = String(repeating: "--b\r\n\r\n\r\n", count: Multipart.maximumParts)
        #expect(self.error(parts + "--b--") == nil)
        #expect(self.error(parts + "--b\r\n\r\n--b--") == .tooManyParts(maximum: Multipart.maximumParts))
        let headers = String(repeating: "A: 1\r\n", count: Multipart.maximumHeaderCount)
        #expect(self.error("--b\r\n\(headers)\r\n--b--") == nil)
        #expect(
            self.error("--b\r\n\(headers)A: 1\r\n\r\n--b--")
                == .tooManyHeaders(part: 1, maximum: Multipart.maximumHeaderCount)
        )
        let value = String(repeating: "x", count: Multipart.maximumHeaderOctets)
        #expect(
            self.error("--b\r\nA: \(value)\r\n\r\n--b--")
                == .headersTooLong(part: 1, octets: Multipart.maximumHeaderOctets + 3)
        )
    }

    @Test func everyPrefixOfABodyIsRefused() throws {
        let message = try Samples.message("01-invite.sip")
        let contentType = try #require(message.headers["Content-Type"])
        // The closing delimiter is whole four octets before the end: `--` and CRLF behind it are the last.
        for count in 0..<(message.body.count - 2) {
            #expect(throws: MultipartError.self) {
                try Multipart(contentType: contentType, body: Array(message.body[..<count]))
            }
        }
    }
}

@Suite struct NestedMultipartTests {
    private func nested(_ levels: Int) -> BodyPart {
        var part = BodyPart(mediaType: "application/sdp", body: Array("v=0".utf8))
        for level in 0..<levels {
            let multipart = Multipart([part], boundary: "level\(level)x")
            part = BodyPart(mediaType: multipart.contentType, body: multipart.serialized())
        }
        return part
    }

    private func message(_ part: BodyPart) -> Message {
        Message(startLine: .response(status: 200, reason: "OK"), headers: part.headers, body: part.body)
    }

    @Test func nestedPartsAreUnfoldedToALimit() throws {
        for levels in 0...Multipart.maximumNesting {
            let parts = try BodyParts(self.message(self.nested(levels)))
            #expect(parts.parts.map(\.mediaType) == ["application/sdp"])
            #expect(parts.problems == [])
        }
        let deep = try BodyParts(self.message(self.nested(Multipart.maximumNesting + 1)))
        #expect(deep.parts.map(\.mediaType) == ["multipart/mixed"])
        #expect(deep.problems == [.nestedTooDeep(maximum: Multipart.maximumNesting)])
    }

    @Test func aBrokenInnerMultipartLosesNoOtherPart() throws {
        let broken = BodyPart(mediaType: "multipart/mixed;boundary=inner", body: Array("nothing".utf8))
        let sdp = BodyPart(mediaType: "application/sdp", body: [])
        let outer = Multipart([broken, sdp], boundary: "outer")
        let parts = try BodyParts(
            self.message(BodyPart(mediaType: outer.contentType, body: outer.serialized()))
        )
        #expect(parts.parts == [broken, sdp])
        #expect(parts.problems == [.noDelimiter(boundary: "inner")])
    }

    @Test func partsOfAllLevelsTogetherAreLimited() throws {
        let many = Multipart(Array(repeating: BodyPart(mediaType: "a/b", body: []), count: 20), boundary: "inner")
        let inner = BodyPart(mediaType: many.contentType, body: many.serialized())
        let outer = Multipart([inner, inner], boundary: "outer")
        let parts = try BodyParts(self.message(BodyPart(mediaType: outer.contentType, body: outer.serialized())))
        #expect(parts.parts.count == Multipart.maximumParts)
        #expect(parts.problems == [.tooManyParts(maximum: Multipart.maximumParts)])
    }
}

@Suite struct BoundaryTests {
    @Test func aBoundaryThatOccursInAPartIsMadeLonger() throws {
        let part = BodyPart(mediaType: "a/b", contentID: "token-1@x", body: Array("..token..".utf8))
        #expect(Multipart.boundary(from: "token", avoiding: [part]) == "token-2")
        #expect(Multipart.boundary(from: "other", avoiding: [part]) == "other")
        let multipart = Multipart([part], boundary: "token")
        #expect(try Multipart(contentType: multipart.contentType, body: multipart.serialized()) == multipart)
    }

    @Test func drawnBoundariesDifferAndAreLegal() throws {
        var random = SeededGenerator(seed: 7)
        let first = Multipart.boundary(avoiding: [], random: &random)
        let second = Multipart.boundary(avoiding: [], random: &random)
        #expect(first != second)
        #expect(Multipart([], boundary: first).contentType == "multipart/mixed;boundary=\(first)")
    }
}

@Suite struct TransferEncodingTests {
    private func content(_ encoding: String?, _ text: String) throws -> [UInt8] {
        try BodyPart(mediaType: "a/b", transferEncoding: encoding, body: Array(text.utf8)).content()
    }

    @Test func plainEncodingsStandForTheOctetsThemselves() throws {
        for encoding in [nil, "binary", "BINARY", "8bit", "7bit"] {
            #expect(try self.content(encoding, "a=b") == Array("a=b".utf8))
        }
    }

    @Test func base64IsDecoded() throws {
        #expect(try self.content("Base64", "") == [])
        #expect(try self.content("base64", "AA==") == [0])
        #expect(try self.content("base64", "AAE=") == [0, 1])
        #expect(try self.content("base64", "AyQQ\r\nGg== ") == [0x03, 0x24, 0x10, 0x1A])
        #expect(try self.content("base64", "+/+/") == [0xFB, 0xFF, 0xBF])
    }

    @Test(arguments: ["A", "AA", "AA=", "AAA", "AA==A", "A*==", "====", "=", "AAAA=", "AAAA==", "\u{E4}AAA"])
    func damagedBase64IsRefused(text: String) {
        #expect(throws: MultipartError.damagedBase64) { try self.content("base64", text) }
    }

    @Test func otherEncodingsAreRefusedByName() {
        #expect(throws: MultipartError.unknownTransferEncoding("quoted-printable")) {
            try self.content("quoted-printable", "=00")
        }
    }
}

@Suite struct CallInfoTests {
    private func parts(_ callInfo: [String]) throws -> BodyParts {
        let multipart = Multipart(
            [
                BodyPart(mediaType: "a/one", contentID: "1@x", body: []),
                BodyPart(mediaType: "a/two", contentID: "a b@x", body: []),
            ],
            boundary: "b"
        )
        var headers: Headers = [Header("Content-Type", multipart.contentType)]
        for value in callInfo { headers.append("Call-Info", value) }
        return try BodyParts(
            Message(startLine: .response(status: 200, reason: "OK"), headers: headers, body: multipart.serialized())
        )
    }

    @Test(arguments: [
        "<cid:1@x>;purpose=EmergencyCallData.Control", "<cid:1@x> ; Purpose=\"emergencycalldata.CONTROL\"",
        "<CID:1@x>;x=\"a,b;purpose=icon\";purpose=EmergencyCallData.Control",
        "<http://example.org/a,b>;purpose=icon, <cid:1@x>;purpose=EmergencyCallData.Control",
        "<cid:%31@x>;purpose=EmergencyCallData.Control",
    ])
    func aReferenceIsFoundHoweverItIsWritten(value: String) throws {
        let found = try self.parts([value]).referenced(as: "EmergencyCallData.Control")
        #expect(found.map(\.mediaType) == ["a/one"])
    }

    @Test func referencesOfSeveralLinesKeepTheirOrder() throws {
        let parts = try self.parts(["<cid:a%20b@x>;purpose=p", "<cid:none@x>;purpose=p, <cid:1@x>;purpose=p"])
        #expect(parts.references(for: "P").map(\.contentID) == ["a b@x", "none@x", "1@x"])
        #expect(parts.referenced(as: "p").map(\.mediaType) == ["a/two", "a/one"])
    }

    @Test func whatIsNoReferenceIsSkipped() throws {
        let parts = try self.parts([
            "<cid:1@x>", "cid:;purpose=p", "<geo:1,2>;purpose=p", "", ";;;purpose=p", "<cid:1@x",
        ])
        #expect(parts.references.map(\.contentID) == [""])
        #expect(parts.referenced(as: "p") == [])
    }
}
