private import CGPIOD
private import Glibc

/// Wakes a thread that waits in poll(2), from any other.
@safe final class Waker: Sendable {
    /// Readable while a wake-up waits.
    let descriptor: Int32

    /// Traps when the process has no descriptor left, which is a start without lines.
    init() {
        self.descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        precondition(self.descriptor >= 0, "the process has no descriptor left for the lines (eventfd)")
    }

    deinit {
        close(self.descriptor)
    }

    func wake() {
        // A counter that is full is a wake-up that waits already.
        _ = eventfd_write(self.descriptor, 1)
    }

    /// Takes what waits.
    func clear() {
        var count: eventfd_t = 0
        // Nothing waiting is as good.
        _ = unsafe eventfd_read(self.descriptor, &count)
    }
}
