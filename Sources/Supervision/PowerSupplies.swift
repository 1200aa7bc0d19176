private import Foundation

/// The kernel's power supplies, one folder each below `/sys/class/power_supply`, each property a file with a line.
package struct PowerSupplies: Sendable {
    package static let folder = "/sys/class/power_supply"

    /// What a supply tells; a property that it does not have is `nil`.
    package struct Supply: Hashable, Sendable {
        /// Of a battery, 0 to 100.
        package let percent: Int?
        /// Of the mains.
        package let isOnline: Bool?
        /// The kernel's word, `Good` when all is well.
        package let health: String?
        /// Whether the battery is there at all.
        package let isPresent: Bool?
    }

    private let folder: String

    package init(folder: String = Self.folder) {
        self.folder = folder
    }

    /// Reads a supply; `nil` when there is none of that name.
    ///
    /// Waits for the kernel, which asks the device.
    package func supply(_ name: String) -> Supply? {
        let path = "\(self.folder)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return Supply(
            percent: Self.property("capacity", of: path).flatMap(Int.init).flatMap {
                (0...100).contains($0) ? $0 : nil
            },
            isOnline: Self.property("online", of: path).map { $0 != "0" },
            health: Self.property("health", of: path),
            isPresent: Self.property("present", of: path).map { $0 != "0" }
        )
    }

    /// The longest text that a property is read to.
    private static let maximumOctets = 64

    private static func property(_ name: String, of path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: "\(path)/\(name)") else { return nil }
        // A driver may refuse a property that it lists.
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: Self.maximumOctets) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
