internal import CallControl
internal import ControlSocket
internal import Diagnosis
internal import MSD
internal import NGECall
internal import Supervision
internal import Timeline

// What a periodic inspection asks for: whether the system is ready, and what says so.
extension IVS {
    /// The reply to `Inspect`: a fresh MSD, marked as a test's, and every component; nothing is sent anywhere.
    mutating func inspection(at now: Moment) -> JSONValue {
        let board = self.selfTestBoard
        var reasons = self.faults.keys.filter(\.fault.isSerious).sorted().compactMap { self.faults[$0] }
        let msd = self.inspectionMSD(at: now)
        if msd == nil { reasons.append("no MSD can be made") }
        let untested = board.filter { $0.result.verdict == .notTested }
        reasons += untested.map { "not tested yet: \($0.title)" }
        let text = { (value: String?) in value.map(JSONValue.string) ?? .null }
        return [
            "ready": .bool(reasons.isEmpty),
            "reasons": .array(reasons.map(JSONValue.string)),
            "notes": .array(
                self.faults.keys.filter { !$0.fault.isSerious }.sorted().compactMap {
                    self.faults[$0].map(JSONValue.string)
                }
            ),
            "version": .string(Product.version),
            "program": text(self.selfTest.host?.programDigest),
            "configuration": text(self.selfTest.host?.configurationDigest),
            "simulated": .bool(self.configuration.isSimulated),
            "msd": text(msd?.hex), "msdText": text(msd?.text),
            "power": self.powerStatus,
            "items": .array(board.map(\.json)),
            "time": now.timeText,
        ]
    }

    private mutating func inspectionMSD(at now: Moment) -> (hex: String, text: String)? {
        let incident = Incident(id: IncidentID("inspection"), trigger: .test, startedAt: now.instant)
        let frozen = FrozenData(
            incident,
            locations: self.locations,
            identifiers: ContentIdentifiers(token: "inspection", host: "ivs.invalid"),
            at: now
        )
        // That none can be made is told, as a reason.
        let made = try? frozen.msd(
            1,
            locations: self.locations,
            of: self.configuration,
            at: 0,
            trustedAt: now.instant,
            occupants: self.occupants(at: now)
        )
        return made.map { (MSDText.hex($0.octets), $0.msd.summaryLines.joined(separator: "\n")) }
    }
}
