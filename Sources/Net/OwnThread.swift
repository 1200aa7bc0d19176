private import Glibc

/// A thread made for one piece of work, for what would hold up everybody else's in a pool.
enum OwnThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { work in
        guard let work = unsafe work else { preconditionFailure("The thread was given its work.") }
        unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
        return nil
    }

    /// Starts the thread, which ends with its work; the error number when the process can have none, 0 for none.
    static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        let handedOver = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, Self.run, handedOver.toOpaque())
        guard code == 0 else {
            unsafe handedOver.release()
            return code
        }
        pthread_detach(thread)
        return 0
    }
}
