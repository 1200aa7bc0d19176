import ArgumentParser
import ControlSocket
import Foundation
import IVS
import NIOPosix
import SIPTrace
import Supervision

struct Trace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The SIP messages of an incident, as a ladder or as a capture file for Wireshark.",
        discussion: "What went over TLS is in it in clear text, with the VIN and the place; credentials are masked."
    )

    @OptionGroup var connection: Connection

    @Argument(help: "The incident as `incidents` names it; the latest when left out.") var incident: String?

    @Option(help: "Write a pcapng file, - for standard output. A file that exists is not overwritten.")
    var pcap: String?

    func validate() throws {
        guard self.pcap == nil || !self.connection.json else {
            throw ValidationError("--pcap and --json do not go together")
        }
        guard self.pcap != "-" || isatty(STDOUT_FILENO) == 0 else {
            throw ValidationError("standard output is a terminal, and a capture file is no text; give --pcap a file")
        }
    }

    mutating func run() async throws {
        let pages = try await self.pages()
        if self.connection.json {
            for message in pages.flatMap({ $0["messages"]?.asArray ?? [] }) { print(message.text) }
            return
        }
        let trace = try Self.trace(pages)
        guard let pcap = self.pcap else {
            for line in trace.ladder { print(line) }
            return
        }
        let octets = trace.pcapng(application: "ecallctl \(Product.version)")
        if pcap == "-" {
            try FileHandle.standardOutput.write(contentsOf: Data(octets))
        } else {
            try NewFile.write(octets, to: pcap, mode: 0o600)
        }
    }

    /// The whole trace as it is replied, page by page; a page has a message at least, which bounds their number.
    private func pages() async throws -> [JSONValue] {
        do {
            let client = try await ControlClient.connect(
                path: self.connection.socket,
                group: MultiThreadedEventLoopGroup.singleton
            )
            var pages: [JSONValue] = []
            var parameters: JSONValue = self.incident.map { ["incident": .string($0)] } ?? [:]
            while pages.count <= TraceLimits.maximumMessages {
                let page = try await client.call(ControlMethod.trace.fullName, parameters)
                pages.append(page)
                guard page["more"]?.asBool == true, let incident = page["incident"],
                    let last = page["messages"]?.asArray?.last?["number"]
                else { break }
                parameters = ["incident": incident, "after": last]
            }
            await client.close()
            return pages
        } catch ControlClientError.refused(_, let error) where error.name == ControlMethod.unknownIncident {
            throw Complaint(self.incident.map { "no incident \($0) is on record" } ?? "no incident is on record")
        } catch {
            throw Complaint("\(error)")
        }
    }

    private static func trace(_ pages: [JSONValue]) throws -> IncidentTrace {
        let replied = pages.flatMap { $0["messages"]?.asArray ?? [] }
        let messages = replied.compactMap(TraceMessage.init(json:))
        guard messages.count == replied.count, let incident = pages.first?["incident"]?.asString,
            let omitted = pages.last?["omitted"]?.asInt
        else { throw Complaint("the reply cannot be read: ecalld and ecallctl are of different versions") }
        return IncidentTrace(incident: incident, messages: messages, omitted: omitted)
    }
}
