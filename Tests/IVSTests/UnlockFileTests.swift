import Foundation
import Glibc
import Testing

@testable import IVS

/// What opens the 112 gate, and what does not.
@Suite struct UnlockFileTests {
    private static let boot = "3f1f3f0a-5a3e-4c0e-9a49-2f6f6a4c1d11"

    private func path(_ text: String, mode: mode_t = 0o644) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "unlock-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        try #require(unsafe chmod(file.path, mode) == 0)
        return file.path
    }

    private func isUnlocked(_ path: String, boot: String = Self.boot, owner: UInt32 = getuid()) -> Bool {
        UnlockFile(path: path, boot: boot, owner: owner).isUnlocked()
    }

    @Test func theNameOfThisBootUnlocks() throws {
        #expect(self.isUnlocked(try self.path(Self.boot + "\n")))
        #expect(self.isUnlocked(try self.path(Self.boot)))
    }

    @Test(arguments: ["", "\n", "unknown\n", "3f1f3f0a-5a3e-4c0e-9a49-2f6f6a4c1d12\n"])
    func anotherTextDoesNot(_ text: String) throws {
        #expect(!self.isUnlocked(try self.path(text)))
    }

    @Test func aBootWithoutANameIsNeverUnlocked() throws {
        #expect(!self.isUnlocked(try self.path("unknown\n"), boot: "unknown"))
        #expect(!self.isUnlocked(try self.path("\n"), boot: ""))
    }

    @Test(arguments: [0o664, 0o646, 0o666] as [mode_t])
    func aFileThatOthersCanWriteDoesNot(_ mode: mode_t) throws {
        #expect(!self.isUnlocked(try self.path(Self.boot, mode: mode)))
    }

    @Test func aFileOfSomebodyElseDoesNot() throws {
        #expect(!self.isUnlocked(try self.path(Self.boot), owner: getuid() + 1))
    }

    @Test func aLinkAndAFolderAndNothingDoNot() throws {
        let target = try self.path(Self.boot)
        let link = target + ".link"
        try #require(unsafe symlink(target, link) == 0)
        #expect(!self.isUnlocked(link))
        #expect(!self.isUnlocked(FileManager.default.temporaryDirectory.path))
        #expect(!self.isUnlocked(target + ".none"))
    }

    @Test func theKernelsOwnNameOfTheBootDoesNot() throws {
        let path = "/proc/sys/kernel/random/boot_id"
        let boot = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(!self.isUnlocked(path, boot: boot, owner: 0))
    }
}
