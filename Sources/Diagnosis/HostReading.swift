/// What the machine under this system says of itself at one moment; `nil` where nothing tells.
package struct HostReading: Hashable, Sendable {
    /// How the file of the configuration stands to the one that was read at the start.
    package enum FileStanding: Hashable, Sendable {
        case same
        /// It is another one, and a next start takes that.
        case changed
        /// A next start would fail, and why.
        case unusable(String)
    }

    /// Octets of memory that can be had without swapping.
    package var availableMemory: Int?
    /// Octets that are free where the record is.
    package var freeDisk: Int?
    package var configuration: FileStanding?
    package var isClockSynchronized: Bool?
    /// Whether there is a way to other machines: without one there is no coverage, which is no fault.
    package var hasNetwork: Bool?
    /// Whether the configured network adapter is there.
    package var isAdapterThere: Bool?
    /// The hosts of centers and hops that have an address, and those of which the name service says that they have none.
    package var resolved: Set<String> = []
    package var unresolved: Set<String> = []
    /// Whether a name service has answered: something of the world can be heard, which a route alone does not prove.
    package var isAnyoneHeard = false
    /// SHA-256 of the program and of the file of the configuration, in hexadecimal digits.
    package var programDigest: String?
    package var configurationDigest: String?
    /// How long the loop has taken to come to this reading.
    package var lateness: Duration?

    package init() {}
}

/// What is wrong with the machine under this system.
package enum HostFault: Hashable, Sendable {
    case memoryLow(octets: Int)
    case diskLow(octets: Int)
    case configurationUnusable(String)
    case adapterGone
    case loopSlow(Duration)
    case unresolved(Set<String>)
}

/// From when on the machine is no longer good enough.
package struct HostLimits: Hashable, Sendable {
    /// A call, its trace and what is to be written of it take a few; below this the kernel begins to end processes.
    package var memory = 32 << 20
    /// As long as the record with everything that it may keep could still grow by a day.
    package var disk = 64 << 20
    /// A tenth of the time within which a trigger has to be on its way.
    package var lateness = Duration.milliseconds(200)

    package init() {}

    /// What of a reading is beyond them.
    package func faults(of reading: HostReading) -> Set<HostFault> {
        var faults: Set<HostFault> = []
        if let octets = reading.availableMemory, octets < self.memory { faults.insert(.memoryLow(octets: octets)) }
        if let octets = reading.freeDisk, octets < self.disk { faults.insert(.diskLow(octets: octets)) }
        if case .unusable(let reason)? = reading.configuration { faults.insert(.configurationUnusable(reason)) }
        if reading.isAdapterThere == false { faults.insert(.adapterGone) }
        if let lateness = reading.lateness, lateness > self.lateness { faults.insert(.loopSlow(lateness)) }
        if !reading.unresolved.isEmpty { faults.insert(.unresolved(reading.unresolved)) }
        return faults
    }
}
