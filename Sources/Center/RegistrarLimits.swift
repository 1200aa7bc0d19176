/// What the registrar grants, and what it keeps at most; all of it lives in memory.
package struct RegistrarLimits: Hashable, Sendable {
    /// Bindings in all: one for each vehicle over as many connections and UDP peers as have room beside each other.
    package var maximumBindings = 4_096
    /// Addresses bound over one flow: a quarter, as a proxy brings many vehicles and leaves room for others.
    package var maximumPerFlow = 1_024
    /// Bindings of one address of record: the devices of one vehicle, and what they left behind.
    package var maximumPerAddress = 8
    /// A shorter binding is answered 423 (RFC 3261 10.3); a minute, so that no vehicle asks all the time.
    package var shortestSeconds = 60
    /// A longer binding is cut to it.
    package var longestSeconds = 7_200
    /// For a REGISTER that names no expiry (RFC 3261 10.2.1.1).
    package var defaultSeconds = 3_600
    /// Octets of an address and of a Call-ID.
    package var maximumName = 256
    /// Octets of a Contact, and of all Path values together: what a chain of proxies with flow tokens needs.
    package var maximumRoute = 2_048

    package init() {}
}
