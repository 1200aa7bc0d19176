/// What the registrar grants, and what it keeps at most; all of it lives in memory.
package struct RegistrarLimits: Hashable, Sendable {
    /// Bindings in all: more than the connections that there can be, for a vehicle has one.
    package var maximumBindings = 4_096
    /// Bindings of one address of record: the devices of one vehicle, and what they left behind.
    package var maximumPerAddress = 8
    /// A shorter binding is answered 423 (RFC 3261 10.3); a minute, so that no vehicle asks all the time.
    package var shortestSeconds = 60
    /// A longer binding is cut to it.
    package var longestSeconds = 7_200
    /// For a REGISTER that names no expiry (RFC 3261 10.2.1.1).
    package var defaultSeconds = 3_600
    /// Octets of an address, a Call-ID and an instance; a URN of a UUID has 45.
    package var maximumName = 256
    /// Octets of a Contact, and of all Path values together: what a chain of proxies with flow tokens needs.
    package var maximumRoute = 2_048

    package init() {}
}
