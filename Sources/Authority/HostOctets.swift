private import Glibc

/// Numeric hosts as the octets that certificates hold.
enum HostOctets {
    /// Four or sixteen octets; `nil` for a name.
    static func of(_ host: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var octets = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, host, &octets) == 1 { return octets }
        }
        return nil
    }
}
