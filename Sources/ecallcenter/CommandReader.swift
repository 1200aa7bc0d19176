import Center
import Foundation

/// Reads the operator's commands from standard input, on a thread of its own because reading waits.
enum CommandReader {
    /// Starts reading; the end of the input ends the reading, not the center.
    static func start(_ take: @escaping @Sendable (OperatorCommand) -> Void) {
        Thread.detachNewThread {
            while let line = readLine() {
                guard !line.isEmpty else { continue }
                take(OperatorCommand(line: line))
            }
        }
    }
}
