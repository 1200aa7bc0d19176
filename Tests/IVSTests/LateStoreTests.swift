import Dispatch
import Foundation
import NIOConcurrencyHelpers
import Store
import Testing
import Timeline

@testable import IVS

/// The store as it is opened off the loop.
@Suite struct LateStoreTests {
    @Test func whoHearsThatItIsOpenMayHaveItDelete() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ecall-late-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
        }
        let rule = PurgeRule(
            boot: nil,
            now: .boot,
            wallMilliseconds: nil,
            emergency: .seconds(45_900),
            privateService: nil,
            patience: .seconds(600)
        )
        let answer = NIOLockedValueBox<Result<PurgeReport, StoreError>>(.failure(.closed))
        let isDone = DispatchSemaphore(value: 0)
        let store = LateStore()
        store.open(path: folder.appending(path: "s").path) { _ in
            store.purge(rule) { result in
                answer.withLockedValue { $0 = result }
                isDone.signal()
            }
        }
        isDone.wait()
        store.close()
        #expect(try answer.withLockedValue(\.self).get().remaining == 0)
    }
}
