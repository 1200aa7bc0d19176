import Foundation
import Host
import Testing

/// The machine as the kernel's files show it, from files of our own.
@Suite struct HostProbeTests {
    /// A kernel of our own, by the paths of its files.
    private func kernel(_ files: [String: String]) throws -> (probe: HostProbe, folder: URL) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "host-\(UUID().uuidString)")
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        return (HostProbe(kernel: folder.path), folder)
    }

    @Test func memoryIsReadInOctets() throws {
        let (probe, folder) = try self.kernel([
            "proc/meminfo": "MemTotal:  1000 kB\nMemFree: 10 kB\nMemAvailable:     512 kB\n"
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(probe.availableMemory == 512 * 1_024)
        #expect(HostProbe(kernel: "/nowhere").availableMemory == nil)
    }

    private static let routes = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"

    @Test(arguments: [
        ("wwan0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", "up\n", true),
        ("wwan0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", "unknown\n", true),
        ("wwan0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", "down\n", false),
        ("wwan0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", "up\n", false), ("", "up\n", false),
    ])
    func aWayToOtherMachinesIsADefaultRouteThatCarries(_ route: String, _ state: String, _ isThere: Bool) throws {
        let (probe, folder) = try self.kernel([
            "proc/net/route": Self.routes + route, "sys/class/net/wwan0/operstate": state,
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(probe.hasNetwork == isThere)
        #expect(probe.isThere(adapter: "wwan0") && !probe.isThere(adapter: "wwan1"))
    }

    @Test func aRouteOfIPv6IsAWayToo() throws {
        let zero = String(repeating: "0", count: 32)
        let line = "\(zero) 00 \(zero) 00 fe80\(String(repeating: "0", count: 28)) 00000400 1 0 00000003    eth0\n"
        let reject = "\(zero) 00 \(zero) 00 \(zero) ffffffff 1 0 00200200       lo\n"
        for (text, isThere) in [(line, true), (reject, false)] {
            let (probe, folder) = try self.kernel([
                "proc/net/route": Self.routes, "proc/net/ipv6_route": text, "sys/class/net/eth0/operstate": "up\n",
            ])
            defer { try? FileManager.default.removeItem(at: folder) }
            #expect(probe.hasNetwork == isThere)
        }
    }

    @Test func whatTheKernelDoesNotTellIsNotKnown() {
        let probe = HostProbe(kernel: "/nowhere")
        #expect(probe.hasNetwork == nil && probe.freeOctets(at: "/nowhere") == nil)
        #expect(probe.digest(ofFile: "/nowhere") == nil)
    }

    @Test func aFileHasTheDigestOfSHA256() throws {
        let (_, folder) = try self.kernel(["file": "abc"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let digest = HostProbe().digest(ofFile: folder.appending(path: "file").path)
        // FIPS 180-2 appendix B.1.
        #expect(digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func thisMachineIsSeen() {
        let probe = HostProbe()
        #expect((probe.availableMemory ?? 0) > 1 << 20)
        #expect((probe.freeOctets(at: "/") ?? 0) > 0)
        #expect(probe.hasNetwork != nil)
        #expect(probe.hasAddress("127.0.0.1") == true)
        #expect(probe.isAddress("127.0.0.1") && probe.isAddress("::1") && !probe.isAddress("localhost"))
    }
}
