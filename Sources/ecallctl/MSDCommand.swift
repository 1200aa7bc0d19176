import ArgumentParser
import Foundation
import MSD
import Supervision

struct MSDCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "msd",
        abstract: "Encode, decode and compare minimum sets of data (EN 15722).",
        subcommands: [MSDDecode.self, MSDEncode.self, MSDDiff.self]
    )
}

/// What the tool reads and prints of MSDs.
enum MSDInput {
    /// EX_DATAERR of sysexits.h: what was given is no MSD at all, damaged or not.
    static let noMSDExit = ExitCode(65)

    /// The longest input that is read: an MSD has at most 140 octets, a text of it a few times as many.
    static let maximumOctets = 65_536

    /// The octets of hexadecimal or base64 text, or of standard input, where raw octets are taken too.
    static func octets(_ argument: String?) throws -> [UInt8] {
        do {
            if let argument, argument != "-" { return try MSDText.octets(from: Array(argument.utf8)) }
            let input = try FileHandle.standardInput.read(upToCount: Self.maximumOctets + 1) ?? Data()
            guard input.count <= Self.maximumOctets else {
                throw Complaint("more than \(Self.maximumOctets) octets on standard input; an MSD has at most 140")
            }
            return try MSDText.octets(from: [UInt8](input))
        } catch {
            var standardError = StandardError()
            print("no MSD: \(error)", to: &standardError)
            throw Self.noMSDExit
        }
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

struct MSDDecode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Show what an MSD says; exit 0 when it is whole, 1 when it is damaged."
    )

    @Argument(help: "Hexadecimal, base64, or - for standard input, which may be raw octets too.") var msd: String?
    @Flag(help: "Print JSON with the schema's names.") var json = false

    mutating func run() async throws {
        let salvage = MSD.salvage(try MSDInput.octets(self.msd))
        if self.json {
            print(try MSDInput.json(salvage))
        } else {
            for line in salvage.fields.summaryLines { print(line) }
            if salvage.trailingOctets > 0 { print("ignored: \(salvage.trailingOctets) trailing octets") }
        }
        if let error = salvage.error {
            var standardError = StandardError()
            print("damaged: \(error)", to: &standardError)
            throw ExitCode.failure
        }
    }
}

struct MSDEncode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Print the octets of an MSD that a JSON file describes."
    )

    @Argument(help: "The file; - for standard input.") var file: String

    mutating func run() async throws {
        let data: Data
        do {
            data =
                self.file == "-"
                ? try FileHandle.standardInput.read(upToCount: MSDInput.maximumOctets) ?? Data()
                : try Data(contentsOf: URL(filePath: self.file))
        } catch {
            throw Complaint("\(self.file) cannot be read: \(error.localizedDescription)")
        }
        do {
            print(MSDText.hex(try JSONDecoder().decode(MSD.self, from: data).encoded()))
        } catch let error as DecodingError {
            throw Complaint("\(self.file): \(error.sentence)")
        } catch {
            throw Complaint("\(self.file): \(error)")
        }
    }
}

struct MSDDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Name the fields in which two MSDs differ; exit 1 when they do."
    )

    @Argument var old: String
    @Argument var new: String

    mutating func run() async throws {
        let before = MSD.salvage(try MSDInput.octets(self.old))
        let after = MSD.salvage(try MSDInput.octets(self.new))
        for (name, salvage) in [("first", before), ("second", after)] {
            if let error = salvage.error { throw Complaint("the \(name) MSD is damaged: \(error)") }
        }
        let differences = after.fields.differences(from: before.fields)
        for difference in differences { print("\(difference)") }
        guard differences.isEmpty else { throw ExitCode.failure }
    }
}

extension DecodingError {
    /// Where and what, in one line.
    fileprivate var sentence: String {
        let context: Context
        switch self {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        case .keyNotFound(let key, let found):
            return "\(found.codingPath.map(\.stringValue).joined(separator: ".")): \(key.stringValue) is missing"
        @unknown default: return "\(self)"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
