import Foundation

/// Reads a YAML configuration against a schema and reports every mistake at once.
package enum ConfigurationReader {
    /// The settings that `text` gives; `file` is the name that mistakes carry.
    package static func read(text: String, file: String, schema: Schema) throws(ConfigurationMistakes) -> Settings {
        let document = try YAMLDocument(text: text, file: file)
        var reader = SectionReader(file: file, document: document)
        let settings = withExtendedLifetime(document) { reader.settings(of: document.root, schema: schema) }
        guard reader.mistakes.isEmpty else {
            throw ConfigurationMistakes(reader.mistakes, unlisted: reader.unlisted)
        }
        return settings
    }

    /// The settings of the file at `path`.
    package static func read(path: String, schema: Schema) throws(ConfigurationMistakes) -> Settings {
        let octets: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            octets = try file.read(upToCount: YAMLDocument.maximumOctets + 1) ?? Data()
        } catch {
            throw Self.unreadable(path, "nothing readable (\(error.localizedDescription))", "a readable file")
        }
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw Self.unreadable(path, "octets that are no text", "a text in UTF-8")
        }
        return try Self.read(text: text, file: path, schema: schema)
    }

    private static func unreadable(_ path: String, _ found: String, _ expected: String) -> ConfigurationMistakes {
        ConfigurationMistakes([Mistake(file: path, position: nil, path: "", found: found, expected: expected)])
    }
}
