/// A call as it stands on the wire (varlink.org, "Method Call").
struct CallMessage {
    let method: String
    /// Always an object.
    let parameters: JSONValue
    let more: Bool
    let oneway: Bool
    let upgrade: Bool

    /// Reads the octets between two NULs; members it does not know are left aside, as the protocol may grow.
    init(decoding octets: some Collection<UInt8>) throws(MalformedMessage) {
        let value = try MalformedMessage.value(octets, maximumValues: ControlLimits.maximumCallValues)
        guard let members = value.asObject else { throw MalformedMessage("expected an object, found \(value.kind)") }
        guard let method = members["method"]?.asString else {
            throw MalformedMessage("expected the member \"method\" to be a string")
        }
        self.method = method
        self.parameters = try MalformedMessage.parameters(members)
        self.more = try MalformedMessage.flag("more", members)
        self.oneway = try MalformedMessage.flag("oneway", members)
        self.upgrade = try MalformedMessage.flag("upgrade", members)
        guard !(self.more && self.oneway) else {
            throw MalformedMessage("expected \"more\" or \"oneway\", found both")
        }
    }

    init(method: String, parameters: JSONValue, more: Bool) {
        self.method = method
        self.parameters = parameters
        self.more = more
        self.oneway = false
        self.upgrade = false
    }

    /// The octets without the closing NUL.
    func encoded() -> [UInt8] {
        var members: [String: JSONValue] = ["method": .string(self.method), "parameters": self.parameters]
        if self.more { members["more"] = true }
        return JSONValue.object(members).encoded()
    }
}

/// A reply as it stands on the wire (varlink.org, "Method Reply").
struct ReplyMessage {
    let result: Result<JSONValue, ServiceError>
    let continues: Bool

    /// Reads the octets between two NULs.
    init(decoding octets: some Collection<UInt8>) throws(MalformedMessage) {
        let value = try MalformedMessage.value(octets, maximumValues: ControlLimits.maximumReplyValues)
        guard let members = value.asObject else { throw MalformedMessage("expected an object, found \(value.kind)") }
        let parameters = try MalformedMessage.parameters(members)
        switch members["error"] {
        case nil, .null:
            self.result = .success(parameters)
            self.continues = try MalformedMessage.flag("continues", members)
        case .string(let name):
            self.result = .failure(ServiceError(name, parameters))
            self.continues = false
        default:
            throw MalformedMessage("expected the member \"error\" to be a string")
        }
    }

    init(_ result: Result<JSONValue, ServiceError>, continues: Bool) {
        self.result = result
        self.continues = continues
    }

    /// The octets without the closing NUL.
    func encoded() -> [UInt8] {
        var members: [String: JSONValue] = [:]
        switch self.result {
        case .success(let parameters):
            members["parameters"] = parameters
        case .failure(let error):
            members["error"] = .string(error.name)
            members["parameters"] = error.parameters
        }
        if self.continues { members["continues"] = true }
        return JSONValue.object(members).encoded()
    }
}

/// Why octets are no Varlink message.
struct MalformedMessage: Error, Hashable {
    let why: String

    init(_ why: String) {
        self.why = why
    }

    fileprivate static func value(
        _ octets: some Collection<UInt8>,
        maximumValues: Int
    ) throws(MalformedMessage) -> JSONValue {
        do {
            return try JSONValue(decoding: octets, maximumValues: maximumValues)
        } catch {
            throw MalformedMessage(error.description)
        }
    }

    fileprivate static func flag(_ name: String, _ members: [String: JSONValue]) throws(MalformedMessage) -> Bool {
        switch members[name] {
        case nil, .null: return false
        case .bool(let value): return value
        case .some(let other): throw MalformedMessage("expected \"\(name)\" to be true or false, found \(other.kind)")
        }
    }

    fileprivate static func parameters(_ members: [String: JSONValue]) throws(MalformedMessage) -> JSONValue {
        switch members["parameters"] {
        case nil, .null: return [:]
        case .some(.object(let parameters)): return .object(parameters)
        case .some(let other):
            throw MalformedMessage("expected \"parameters\" to be an object, found \(other.kind)")
        }
    }
}
