import Foundation

/// One source file of the project, as lines.
struct SourceFile {
    /// Relative to the project's folder, as in `Sources/SIP/Message.swift`.
    let path: String
    let lines: [String]

    /// The target that owns the file: the folder after `Sources`.
    var target: String {
        let parts = self.path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    var name: String {
        self.path.split(separator: "/").last.map(String.init) ?? self.path
    }
}

/// The project's own files.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All Swift files below `folder`, sorted by path.
    static func swiftFiles(below folder: String) throws -> [SourceFile] {
        let base = Self.root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            return SourceFile(
                path: "\(folder)/\(path)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            )
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }
}
