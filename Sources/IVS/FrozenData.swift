internal import CallControl
internal import MSD
internal import NGECall
internal import Positioning
internal import Supervision
internal import Timeline

/// The data of one incident that stays the same over all its attempts: time stamp, identifiers and first position.
struct FrozenData: Hashable, Sendable {
    let incident: Incident
    /// Seconds since 1970, 0 while the wall clock is not trusted.
    let timestamp: UInt32
    let identifiers: ContentIdentifiers
    private(set) var locations: RecentLocations
    /// When the data was frozen; the first position is judged at this instant and dated with its wall time.
    let at: Moment

    /// `timestamp` is that of an incident which an earlier run began; without it the time is now.
    init(
        _ incident: Incident,
        locations: RecentLocations,
        identifiers: ContentIdentifiers,
        timestamp: UInt32? = nil,
        at now: Moment
    ) {
        self.incident = incident
        self.timestamp = timestamp ?? (now.wall.isSynchronized ? UInt32(clamping: now.wall.seconds) : 0)
        self.identifiers = identifiers
        self.locations = locations
        self.at = now
    }

    /// The same without its places: a callback tells where the vehicle is by then.
    var withoutLocations: FrozenData {
        var data = self
        data.locations = RecentLocations()
        return data
    }

    /// An MSD of this incident with the position of `locations`, encoded, decoded again and compared.
    ///
    /// Throws when it cannot be encoded or does not come back as it was.
    func msd(
        _ identifier: UInt8,
        locations: RecentLocations,
        of configuration: VehicleConfiguration,
        at center: Int,
        trustedAt: Instant,
        occupants: UInt8?,
        additionalData: OptionalAdditionalData? = nil
    ) throws(MSDFailure) -> (msd: MSD, octets: [UInt8]) {
        let fix = locations.current
        let deltas = locations.deltas
        let msd = MSD(
            // The 112 profile sends version 3 only (EN 15722:2020).
            msdVersion: configuration.profile(of: center) == .emergency112 ? .v3 : configuration.msdVersion,
            messageIdentifier: identifier,
            control: MSD.Control(
                automaticActivation: self.incident.trigger == .automatic,
                testCall: self.incident.trigger == .test,
                positionCanBeTrusted: fix?.canBeTrusted(at: trustedAt) ?? false,
                vehicleType: configuration.vehicle.type
            ),
            vehicleIdentificationNumber: configuration.vehicle.vin,
            vehiclePropulsionStorageType: configuration.vehicle.propulsion,
            timestamp: self.timestamp,
            vehicleLocation: fix?.position ?? .unknown,
            vehicleDirection: fix?.direction ?? Direction.unknown,
            recentVehicleLocationN1: deltas.n1,
            recentVehicleLocationN2: deltas.n2,
            numberOfOccupants: occupants,
            optionalAdditionalData: additionalData
        )
        return (msd, try Self.checked(msd))
    }

    /// The octets of an MSD that decode to the same MSD.
    private static func checked(_ msd: MSD) throws(MSDFailure) -> [UInt8] {
        let octets: [UInt8]
        do { octets = try msd.encoded() } catch { throw MSDFailure(sentence: "the MSD cannot be encoded: \(error)") }
        let back: MSD
        do { back = try MSD(decoding: octets) } catch {
            throw MSDFailure(sentence: "the MSD cannot be decoded again: \(error)")
        }
        guard back == msd else { throw MSDFailure(sentence: "the MSD decodes to other values than it was made from") }
        return octets
    }
}

/// Why no MSD could be made; the call goes out for voice.
struct MSDFailure: Error, Hashable {
    let sentence: String
}
