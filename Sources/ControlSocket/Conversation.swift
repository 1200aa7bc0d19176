import NIOCore

/// The server's side of one connection: calls are taken one after the other, each when the one before is answered.
///
/// Varlink asks for replies in the order of the calls; a client may send ahead, up to `maximumWaitingOctets`.
struct Conversation {
    private enum State {
        /// The next call may be taken.
        case listening
        /// A call was delivered, and the application owes the answer.
        case answering(ControlCall)
        /// What came was no call; nothing more is read or sent.
        case over
    }

    /// What to do next.
    enum Step {
        /// Nothing, until octets or an answer come.
        case wait
        case deliver(ControlCall)
        case send([UInt8])
        /// The call was complete and nothing is to be done for it.
        case pass
        case drop(ControlDrop.Reason)
    }

    let connection: ControlConnection
    private let catalog: ServiceCatalog
    private var state = State.listening
    private var received = MessageBuffer(maximumOctets: ControlLimits.maximumCallOctets)
    private var serial: UInt64 = 0

    init(_ connection: ControlConnection, catalog: ServiceCatalog) {
        self.connection = connection
        self.catalog = catalog
    }

    /// Whether the socket should be read; not while enough calls wait for their turn.
    var wantsOctets: Bool {
        switch self.state {
        case .listening, .answering: self.received.count <= ControlLimits.maximumWaitingOctets
        case .over: false
        }
    }

    /// Whether a call has begun whose end the client owes.
    var isHalfReceived: Bool {
        switch self.state {
        case .listening: self.received.count > 0
        case .answering, .over: false
        }
    }

    mutating func receive(_ octets: ByteBuffer) {
        switch self.state {
        case .listening, .answering: self.received.append(octets)
        case .over: break
        }
    }

    /// Takes the next call, if one is complete and none is unanswered.
    mutating func nextStep() -> Step {
        switch self.state {
        case .answering, .over:
            return .wait
        case .listening:
            switch self.received.next() {
            case .incomplete:
                return .wait
            case .tooLong:
                self.state = .over
                return .drop(.callTooLong(limit: ControlLimits.maximumCallOctets))
            case .message(let octets):
                return self.take(octets)
            }
        }
    }

    /// The answer to a call; `nil` when nothing is to be sent, because the call is over or takes no reply.
    ///
    /// A result that the interface file does not promise is our own mistake and ends a debug build.
    mutating func answer(
        _ id: ControlCall.ID,
        _ result: Result<JSONValue, ServiceError>,
        continues: Bool
    ) -> [UInt8]? {
        switch self.state {
        case .listening, .over:
            return nil
        case .answering(let call):
            guard call.id == id else { return nil }
            self.assertPromised(result, continues: continues, call)
            let goesOn = continues && call.more
            if !goesOn { self.state = .listening }
            return call.oneway ? nil : ReplyMessage(result, continues: goesOn).encoded()
        }
    }

    /// Ends the conversation and tells whether a call was unanswered.
    mutating func end() -> Bool {
        defer { self.state = .over }
        switch self.state {
        case .listening, .over: return false
        case .answering: return true
        }
    }

    private mutating func take(_ octets: ByteBufferView) -> Step {
        let message: CallMessage
        do {
            message = try CallMessage(decoding: octets)
        } catch {
            self.state = .over
            return .drop(.malformedCall(error.why))
        }
        switch self.resolution(of: message) {
        case .answer(let parameters):
            return message.oneway ? .pass : .send(ReplyMessage(.success(parameters), continues: false).encoded())
        case .refuse(let error):
            return message.oneway ? .pass : .send(ReplyMessage(.failure(error), continues: false).encoded())
        case .deliver:
            self.serial += 1
            let call = ControlCall(
                id: ControlCall.ID(connection: self.connection.number, serial: self.serial),
                connection: self.connection,
                method: message.method,
                parameters: message.parameters,
                more: message.more,
                oneway: message.oneway
            )
            self.state = .answering(call)
            return .deliver(call)
        }
    }

    /// No method here changes the protocol of its connection, so every call with `upgrade` is refused.
    private func resolution(of message: CallMessage) -> ServiceCatalog.Resolution {
        message.upgrade
            ? .refuse(.methodNotImplemented(message.method))
            : self.catalog.resolve(method: message.method, parameters: message.parameters)
    }

    private func assertPromised(_ result: Result<JSONValue, ServiceError>, continues: Bool, _ call: ControlCall) {
        assert(call.more || !continues, "\(call.method) was called without \"more\" and takes one reply")
        switch result {
        case .success(let parameters):
            let mismatch = self.catalog.mismatch(replyOf: call.method, parameters)
            assert(
                mismatch == nil,
                "the reply of \(call.method) is not what its interface says: \(mismatch, default: "")"
            )
        case .failure(let error):
            let mismatch = self.catalog.mismatch(error)
            assert(mismatch == nil, "the error \(error.name) is not what its interface says: \(mismatch, default: "")")
        }
    }
}
