import NIOCore

/// Cuts a stream of octets at its NULs, which end every Varlink message.
struct MessageBuffer {
    private let maximumOctets: Int
    private var octets = ByteBuffer()
    /// Octets from the start that hold no NUL, so that a slow sender does not make us search them again.
    private var searched = 0

    /// A buffer for messages of at most `maximumOctets`, their NUL not counted.
    init(maximumOctets: Int) {
        self.maximumOctets = maximumOctets
    }

    enum Next {
        case message(ByteBufferView)
        /// The end of the message has not come.
        case incomplete
        case tooLong
    }

    var count: Int {
        self.octets.readableBytes
    }

    mutating func append(_ more: ByteBuffer) {
        if self.octets.readableBytes == 0 {
            self.octets = more
        } else {
            self.octets.writeImmutableBuffer(more)
        }
    }

    /// Takes the next whole message, if there is one.
    mutating func next() -> Next {
        let view = self.octets.readableBytesView
        guard let end = view.dropFirst(self.searched).firstIndex(of: 0) else {
            self.searched = view.count
            return view.count > self.maximumOctets ? .tooLong : .incomplete
        }
        let message = view[..<end]
        guard message.count <= self.maximumOctets else { return .tooLong }
        self.searched = 0
        self.octets.moveReaderIndex(forwardBy: message.count + 1)
        if self.octets.readableBytes == 0 {
            self.octets = ByteBuffer()
        }
        return .message(message)
    }
}
