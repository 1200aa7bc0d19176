private import Crypto
private import Foundation
private import Glibc

/// Looks at the machine under a program: memory, disk, files and network.
///
/// Every reading waits for the kernel, or for a name service, and is not for a loop.
package struct HostProbe: Sendable {
    /// The files that the kernel shows itself in.
    private let kernel: String

    /// `kernel` is put in front of `/proc` and `/sys`, for tests.
    package init(kernel: String = "") {
        self.kernel = kernel
    }

    /// Octets of memory that can be had without swapping; `nil` where the kernel does not tell.
    package var availableMemory: Int? {
        guard let text = self.text("/proc/meminfo") else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1_024 }
    }

    /// Octets that a process without privileges can still write below a folder; `nil` where that is not there.
    package func freeOctets(at path: String) -> Int? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
        )
    }

    /// SHA-256 of a file in hexadecimal digits; `nil` when it cannot be read.
    package func digest(ofFile path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        // Nothing is lost by a handle that cannot be closed: it was only read from.
        defer { try? file.close() }
        var hash = SHA256()
        while let data = try? file.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data: data) }
        return hash.finalize().map { octet in
            let digits = String(octet, radix: 16)
            return digits.count == 2 ? digits : "0" + digits
        }.joined()
    }

    /// Whether there is a way to other machines: a default route over an interface that carries.
    package var hasNetwork: Bool? {
        guard let routes = self.text("/proc/net/route") else { return nil }
        let over = routes.split(separator: "\n").dropFirst().compactMap { line -> String? in
            let columns = line.split(separator: "\t")
            return columns.count > 7 && columns[1] == "00000000" ? String(columns[0]) : nil
        }
        let overSix = (self.text("/proc/net/ipv6_route") ?? "").split(separator: "\n").compactMap { line -> String? in
            let columns = line.split(separator: " ")
            guard columns.count == 10, columns[0].allSatisfy({ $0 == "0" }), columns[1] == "00" else { return nil }
            return columns[9] == "lo" ? nil : String(columns[9])
        }
        return (over + overSix).contains(where: self.carries)
    }

    /// Whether an interface is up; one that does not tell, as a modem's, counts as up.
    private func carries(_ interface: String) -> Bool {
        let state = self.text("/sys/class/net/\(interface)/operstate")?.trimmingCharacters(in: .whitespacesAndNewlines)
        return state.map { $0 == "up" || $0 == "unknown" } ?? false
    }

    /// Whether a network adapter is there at all.
    package func isThere(adapter: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(self.kernel)/sys/class/net/\(adapter)")
    }

    /// Whether a host has an address, by what a name service says; `nil` where none says anything.
    ///
    /// Nothing is sent to the host. Waits for the name service.
    package func hasAddress(_ host: String) -> Bool? {
        var found: UnsafeMutablePointer<addrinfo>?
        let answer = unsafe getaddrinfo(host, nil, nil, &found)
        if let list = unsafe found { unsafe freeaddrinfo(list) }
        if answer == 0 { return true }
        // The others are the name service's own: away, busy, broken.
        return answer == EAI_NONAME ? false : nil
    }

    /// Whether a host is an address already, which no name service has to be asked for.
    package func isAddress(_ host: String) -> Bool {
        var four = in_addr()
        var six = in6_addr()
        return unsafe inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
    }

    /// More than the kernel's tables of a vehicle's computer hold.
    private static let maximumOctets = 1 << 18

    private func text(_ path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: self.kernel + path) else { return nil }
        // As above.
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: Self.maximumOctets) else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
