import Glibc
import Logging
import Testing

@testable import Supervision

@Suite struct LogTests {
    @Test func writesTheJournalsPriorityBeforeEachMessage() throws {
        let levels: [Logger.Level] = [.trace, .debug, .info, .notice, .warning, .error, .critical]
        let pipe = try LogPipe(isJournal: true)
        for level in levels { pipe.logger.log(level: level, "it \(level)") }
        #expect(
            pipe.read() == """
                <7>it trace
                <7>it debug
                <6>it info
                <5>it notice
                <4>it warning
                <3>it error
                <2>it critical

                """
        )
    }

    @Test func writesTimeLevelAndMessageForPeople() throws {
        let pipe = try LogPipe(isJournal: false)
        pipe.logger.info("call ended", metadata: ["incident": "17", "reason": "cleared by the center"])
        #expect(
            pipe.read() == """
                2001-09-09T01:46:40.250Z info call ended incident=17 reason="cleared by the center"

                """
        )
    }

    @Test func keepsOneEventOnOneLine() throws {
        let pipe = try LogPipe(isJournal: true)
        pipe.logger.info(
            "a\nb",
            metadata: ["sip": "INVITE\r\nVia: \"x\"\\\u{1B}[2J", "empty": "", "k\ny": "1\u{2028}2"]
        )
        #expect(
            pipe.read() == #"""
                <6>a\nb empty="" k\ny=1\u{2028}2 sip="INVITE\r\nVia: \"x\"\\\u{1b}[2J"

                """#
        )
    }

    @Test(arguments: ["vin", "VIN", "latitude", "longitude", "position", "msd"])
    func withholdsWhoAndWhere(key: String) throws {
        let pipe = try LogPipe(isJournal: true)
        var logger = pipe.logger
        logger[metadataKey: key] = "secret"
        logger.info("own")
        logger.info("call", metadata: [key: ["secret", "secret"]])
        logger.info("nested", metadata: ["x": [.dictionary([key: .stringConvertible("secret"), "y": "1"])]])
        let text = pipe.read()
        #expect(!text.contains("secret"))
        let marks = text.split(separator: "withheld", omittingEmptySubsequences: false).count - 1
        #expect(marks == 4)
        #expect(text.contains("y=1"))
    }

    @Test func theMetadataOfTheEventIsStrongerThanTheLoggers() throws {
        let pipe = try LogPipe(isJournal: true)
        var logger = pipe.logger
        logger[metadataKey: "incident"] = "1"
        logger.error("failed", error: SampleError(), metadata: ["incident": "2"])
        #expect(pipe.read() == "<3>failed error=\"two words\" incident=2\n")
    }

    @Test func saysHowMuchOfALongLineWasCut() throws {
        let pipe = try LogPipe(isJournal: true)
        pipe.logger.info("\(String(repeating: "é", count: 5_000))")
        let text = pipe.read()
        #expect(text.utf8.count <= LogLine.maximumOctets)
        let kept = text.filter { $0 == "é" }.count
        #expect(text.hasSuffix(" [\(2 * (5_000 - kept)) octets cut]\n"))
        #expect(text.hasPrefix("<6>éé"))
    }

    @Test func losesLinesAndSaysSoInsteadOfWaitingForAStalledReader() throws {
        let pipe = try LogPipe(isJournal: true)
        let line = String(repeating: "x", count: 1_000)
        let sent = 200
        for _ in 0..<sent { pipe.logger.info("\(line)") }
        let taken = pipe.read().split(separator: "\n").count
        #expect(taken < sent)
        pipe.logger.info("again")
        #expect(
            pipe.read() == "<4>log lines lost, the reader was too slow count=\(sent - taken)\n<6>again\n"
        )
    }
}

private struct SampleError: Error, CustomStringConvertible {
    let description = "two words"
}

/// A logger that writes into a pipe, at a wall time of its own.
private struct LogPipe: ~Copyable {
    private let (reader, writer): (Int32, Int32)
    let logger: Logger

    init(isJournal: Bool) throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        (self.reader, self.writer) = (ends[0], ends[1])
        let output = LogOutput(descriptor: ends[1], isJournal: isJournal) {
            WallTime(seconds: 1_000_000_000, nanoseconds: 250_000_000, isSynchronized: true)
        }
        self.logger = Logger(label: "test") { _ in JournalLogHandler(level: .trace, output: output) }
    }

    deinit {
        close(self.reader)
        close(self.writer)
    }

    /// Everything written so far.
    func read() -> String {
        var octets: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        var entry = pollfd(fd: self.reader, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&entry, 1, 0) == 1 {
            let count = unsafe room.withUnsafeMutableBytes { unsafe Glibc.read(self.reader, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            octets += room.prefix(count)
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
