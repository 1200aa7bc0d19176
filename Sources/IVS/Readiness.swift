internal import GPIO

/// What must have happened before the daemon says that it serves, and what it last told its service manager.
struct Readiness: Sendable {
    /// Lines of which nothing has been heard yet.
    private var unheard: Set<LineName>
    /// Whether the control socket was opened, or could not be.
    var isSocketTried = false
    private var isTold = false
    private var status: String?

    init(lines: Set<LineName>) {
        self.unheard = lines
    }

    /// The level of a line, or why there is none.
    mutating func heard(of line: LineName) {
        self.unheard.remove(line)
    }

    /// Whether the daemon serves, the first time that this is so.
    mutating func takeBecameReady() -> Bool {
        guard !self.isTold, self.isSocketTried, self.unheard.isEmpty else { return false }
        self.isTold = true
        return true
    }

    /// Whether the status is another one than the last.
    mutating func takeChanged(_ status: String) -> Bool {
        guard self.status != status else { return false }
        self.status = status
        return true
    }
}
