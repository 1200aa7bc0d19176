package import Logging

/// A swift-log backend that fits systemd's journal: one event a line, with its priority.
///
/// Values under the keys in `LogLine.withheldKeys` are never written.
package struct JournalLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let output: LogOutput

    package init(level: Logger.Level = .info, output: LogOutput = .standardError) {
        self.logLevel = level
        self.output = output
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var metadata = self.metadata
        // The nearer to the event, the stronger.
        if let provided = self.metadataProvider?.get() { metadata.merge(provided) { _, new in new } }
        if let own = event.metadata { metadata.merge(own) { _, new in new } }
        self.output.write { line, time in line.octets(event, metadata: metadata, at: time) }
    }
}
