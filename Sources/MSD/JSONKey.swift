/// A key of the JSON form of an MSD, of any name so that names nobody knows are seen.
struct JSONKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    init(stringLiteral value: String) { self.stringValue = value }
}

extension KeyedDecodingContainer where K == JSONKey {
    /// Throws for the first key that is not among `names`: a typing error must not drop a field.
    func allow(only names: [String]) throws {
        for key in self.allKeys.sorted(by: { $0.stringValue < $1.stringValue })
        where !names.contains(key.stringValue) {
            throw self.corrupted(key, "is not known, expected one of \(names.joined(separator: ", "))")
        }
    }

    func object(_ key: JSONKey) throws -> KeyedDecodingContainer<JSONKey> {
        try self.nestedContainer(keyedBy: JSONKey.self, forKey: key)
    }

    /// A whole number of the given range.
    func integer(_ key: JSONKey, in range: ClosedRange<Int>) throws -> Int {
        let value = try self.decode(Int.self, forKey: key)
        guard range.contains(value) else {
            throw self.corrupted(key, "is \(value), expected \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    /// A whole number of all the values of its type.
    func integer<Value: FixedWidthInteger>(_ key: JSONKey) throws -> Value {
        Value(truncatingIfNeeded: try self.integer(key, in: Int(Value.min)...Int(Value.max)))
    }

    /// What `read` makes of the key, `nil` when it is absent or null.
    func optional<Value>(_ key: JSONKey, _ read: (JSONKey) throws -> Value) throws -> Value? {
        guard self.contains(key), try !self.decodeNil(forKey: key) else { return nil }
        return try read(key)
    }

    /// The fields of an object of BOOLEAN fields that are there.
    func booleans<Name>(_ key: JSONKey, allowed: [Name]) throws -> OptionalBooleans<Name> {
        let object = try self.object(key)
        try object.allow(only: allowed.map(\.rawValue))
        var booleans = OptionalBooleans<Name>()
        for name in allowed {
            booleans[name] = try object.decodeIfPresent(Bool.self, forKey: JSONKey(stringValue: name.rawValue))
        }
        return booleans
    }

    /// An error at `key`, whose name and problem make its sentence.
    func corrupted(_ key: JSONKey, _ problem: String) -> DecodingError {
        .dataCorruptedError(forKey: key, in: self, debugDescription: "\(key.stringValue) \(problem)")
    }
}

extension KeyedEncodingContainer where K == JSONKey {
    mutating func object(_ key: JSONKey) -> KeyedEncodingContainer<JSONKey> {
        self.nestedContainer(keyedBy: JSONKey.self, forKey: key)
    }

    /// An object of the BOOLEAN fields that were sent, those of `defaults` that were not as `false`.
    mutating func encode<Name>(
        _ booleans: OptionalBooleans<Name>,
        _ key: JSONKey,
        withDefaults defaults: [Name] = []
    ) throws {
        var object = self.object(key)
        for name in Name.allCases {
            guard let value = booleans[name] ?? (defaults.contains(name) ? false : nil) else { continue }
            try object.encode(value, forKey: JSONKey(stringValue: name.rawValue))
        }
    }
}
