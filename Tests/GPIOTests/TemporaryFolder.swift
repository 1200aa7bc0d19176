import Foundation

/// A folder that is gone with its last user.
final class TemporaryFolder {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory.appending(path: "gpio-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit {
        // What cannot be removed is the system's to clean up.
        try? FileManager.default.removeItem(atPath: self.path)
    }

    /// An empty file.
    func touch(_ name: String) throws {
        try Data().write(to: URL(filePath: self.path).appending(path: name))
    }
}
