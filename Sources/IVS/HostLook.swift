internal import Diagnosis
internal import ConfigurationFile
internal import Host
internal import SIP
internal import Supervision

/// What of the machine one daemon looks at, off its loop.
struct HostLook: Sendable {
    private let configuration: VehicleConfiguration
    private let probe: HostProbe
    /// The file of the configuration as it was at the start.
    private let atStart: String?
    private let program: String?

    /// Reads program and configuration once; waits for the disk.
    init(_ configuration: VehicleConfiguration, probe: HostProbe = HostProbe()) {
        self.configuration = configuration
        self.probe = probe
        self.atStart = configuration.path.flatMap(probe.digest(ofFile:))
        self.program = probe.digest(ofFile: "/proc/self/exe")
    }

    /// One look; waits for the disk and for a name service.
    func look() -> HostReading {
        var reading = HostReading()
        reading.availableMemory = self.probe.availableMemory
        let store = self.configuration.storePath
        let folder = store.lastIndex(of: "/").map { String(store[..<$0]) } ?? "."
        reading.freeDisk = self.probe.freeOctets(at: folder.isEmpty ? "/" : folder)
        reading.isClockSynchronized = WallClock.now().isSynchronized
        reading.hasNetwork = self.probe.hasNetwork
        reading.isAdapterThere = self.configuration.selfTest.adapter.map(self.probe.isThere(adapter:))
        for center in self.configuration.centers {
            let host = center.endpoint.host
            guard !self.probe.isAddress(host) else {
                reading.resolved.insert(host)
                continue
            }
            guard let isFound = self.probe.hasAddress(host) else { continue }
            reading.isAnyoneHeard = true
            if isFound { reading.resolved.insert(host) } else { reading.unresolved.insert(host) }
        }
        reading.programDigest = self.program
        reading.configurationDigest = self.atStart
        reading.configuration = self.fileStanding
        return reading
    }

    private var fileStanding: HostReading.FileStanding? {
        guard let path = self.configuration.path, let atStart = self.atStart else { return nil }
        guard let now = self.probe.digest(ofFile: path) else { return .unusable("\(path) cannot be read") }
        guard now != atStart else { return .same }
        do {
            _ = try VehicleConfiguration.read(path: path)
            return .changed
        } catch {
            // The driver's page and the journal learn neither VIN nor place.
            let mistakes = error.withholding(["vehicle.vin", "position"]).mistakes
            return .unusable(mistakes.first.map { "\($0)" } ?? "\(path) cannot be used")
        }
    }
}
