private import CGPIOD
private import Glibc
internal import Timeline

/// A refusal of the kernel or of libgpiod.
struct GPIOError: Error, Hashable, Sendable {
    enum Operation: String, Hashable, Sendable {
        case openChip = "opening"
        case readChip = "asking about"
        case requestLine = "asking for"
        case readValue = "reading"
        case setValue = "driving"
        case readEdges = "reading edges of"
    }

    let operation: Operation
    let errno: Int32

    /// The refusal that errno holds; to be made right after the call that failed.
    static func last(_ operation: Operation) -> GPIOError {
        GPIOError(operation: operation, errno: Glibc.errno)
    }

    var isBusy: Bool { self.errno == EBUSY }
    /// The chip is gone, or its bus does not answer.
    var isGone: Bool { self.errno == ENODEV || self.errno == ENXIO }
    var isForbidden: Bool { self.errno == EACCES || self.errno == EPERM }

    /// What the system says.
    var text: String { unsafe "\(String(cString: strerror(self.errno))) (errno \(self.errno))" }
}

/// One line that is held, released with its last owner.
///
/// Not `Sendable`: it belongs to the thread of the lines.
@safe final class KernelLine {
    private let line: UnsafeMutablePointer<cgpiod_line>
    /// Where edges can be waited for; -1 for an output.
    let descriptor: Int32

    /// How many edges one reading takes.
    static let edgesPerReading = Int(CGPIOD_EVENTS)

    /// The most edges that the kernel keeps of a line while nobody reads.
    static let queueCapacity = Int(CGPIOD_QUEUE)

    /// Whether the API that this was built with numbers the edges of a line.
    static var numbersEdges: Bool { cgpiod_api() >= 2 }

    /// The version of libgpiod's API that this was built with, 1 or 2.
    static var api: Int { Int(cgpiod_api()) }

    /// Asks the kernel for a line of a chip.
    init(
        _ specification: LineSpecification,
        _ wiring: LineWiring,
        on chip: KernelChip,
        offset: UInt32,
        consumer: String
    ) throws(GPIOError) {
        let settings = cgpiod_settings(
            is_output: specification.direction == .output,
            is_active_low: specification.isActiveLow,
            initial: specification.initial == .active,
            bias: wiring.bias.code,
            debounce_us: wiring.kernelDebounceMicroseconds
        )
        guard let line = unsafe cgpiod_line_request(chip.path, offset, consumer, settings) else {
            throw .last(.requestLine)
        }
        unsafe self.line = line
        self.descriptor = unsafe line.pointee.fd
    }

    /// Takes over the descriptor of an input that an earlier process held; it is closed with the line.
    init(adopting descriptor: Int32) throws(GPIOError) {
        guard let line = unsafe cgpiod_line_adopt(descriptor) else { throw .last(.requestLine) }
        unsafe self.line = line
        self.descriptor = descriptor
    }

    deinit {
        unsafe cgpiod_line_release(self.line)
    }

    func level() throws(GPIOError) -> Level {
        let value = unsafe cgpiod_line_value(self.line)
        guard value >= 0 else { throw .last(.readValue) }
        return value == 0 ? .inactive : .active
    }

    func drive(_ level: Level) throws(GPIOError) {
        guard unsafe cgpiod_line_set(self.line, level == .active) == 0 else { throw .last(.setValue) }
    }

    /// Appends at most `edgesPerReading` edges that wait, the oldest first, and tells how many; never waits itself.
    func read(into edges: inout [KernelEdge]) throws(GPIOError) -> Int {
        try unsafe withUnsafeTemporaryAllocation(of: cgpiod_edge.self, capacity: Self.edgesPerReading) {
            buffer throws(GPIOError) in
            guard let first = buffer.baseAddress else { return 0 }
            let count = unsafe Int(cgpiod_line_read(self.line, first))
            guard count >= 0 else { throw .last(.readEdges) }
            for index in 0..<count {
                let edge = unsafe buffer[index]
                edges.append(
                    KernelEdge(
                        level: edge.is_active ? .active : .inactive,
                        at: Instant(nanosecondsSinceBoot: Int64(clamping: edge.timestamp_ns)),
                        sequence: UInt64(edge.sequence)
                    )
                )
            }
            return count
        }
    }
}

extension LineWiring.Bias {
    fileprivate var code: Int32 {
        switch self {
        case .asIs: Int32(CGPIOD_BIAS_AS_IS)
        case .disabled: Int32(CGPIOD_BIAS_DISABLED)
        case .pullUp: Int32(CGPIOD_BIAS_PULL_UP)
        case .pullDown: Int32(CGPIOD_BIAS_PULL_DOWN)
        }
    }
}
