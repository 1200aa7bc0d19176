import Center
import Foundation

/// Reads the operator's commands from standard input, on a thread of its own because reading waits.
///
/// Not by `readLine`: a thread that waits in it holds the lock of the stream, for which the end of the process waits in
/// turn (glibc 2.41).
enum CommandReader {
    /// Far above any command; a longer line is none.
    private static let maximumOctets = 4_096

    /// Starts reading; the end of the input ends the reading, not the center.
    static func start(_ take: @escaping @Sendable (OperatorCommand) -> Void) {
        Thread.detachNewThread {
            var begun: [UInt8] = []
            while case let octets = FileHandle.standardInput.availableData, !octets.isEmpty {
                begun += octets
                while let end = begun.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: begun[..<end], as: UTF8.self)
                    begun.removeSubrange(...end)
                    if !line.isEmpty { take(OperatorCommand(line: line)) }
                }
                if begun.count > Self.maximumOctets { begun = [] }
            }
            if !begun.isEmpty { take(OperatorCommand(line: String(decoding: begun, as: UTF8.self))) }
        }
    }
}
