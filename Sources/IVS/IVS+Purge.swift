internal import Store
internal import Supervision
internal import Timeline

// Retention by time: what the emergency service's calls have left goes within 13 hours of their start.
extension IVS {
    /// How often old incidents are looked for while there are any that will be old.
    ///
    /// With it a call that is kept for `VehicleConfiguration.longestRetention` is gone within 13 hours.
    static let purgeInterval = Duration.seconds(600)

    /// Has the store delete what is kept no longer.
    mutating func purge(at now: Moment) {
        guard let due = self.purgeDue, due <= now.instant else { return }
        self.purgeDue = now.instant.advanced(by: Self.purgeInterval / self.configuration.timeScale)
        self.outputs.append(
            .purge(
                PurgeRule(
                    boot: self.ledger.boot == BootID.unknownName ? nil : self.ledger.boot,
                    now: now.instant,
                    wallMilliseconds: now.trustedMilliseconds,
                    emergency: self.configuration.emergencyRetention,
                    privateService: self.configuration.privateRetention,
                    patience: Resumption.longestGap
                )
            )
        )
    }

    /// The store has looked.
    mutating func purged(_ result: Result<PurgeReport, StoreError>, at now: Moment) {
        switch result {
        case .success(let report):
            if report.remaining == 0 { self.purgeDue = nil }
            let count = report.emergencies + report.privateIncidents
            guard count > 0 else { return }
            self.note(
                .purged,
                "\(count) incidents are kept no longer, and every octet of them is overwritten",
                at: now,
                fields: [
                    "emergency": String(report.emergencies), "private": String(report.privateIncidents),
                    "log": report.isLogEmpty ? "empty" : "in use",
                ]
            )
        case .failure(let error):
            self.note(.recordFailed, "old incidents cannot be deleted: \(error)", at: now, severity: .error)
        }
    }

    /// An incident began or was found: it will be old one day.
    mutating func expectPurge(at due: Instant) {
        self.purgeDue = self.purgeDue.map { min($0, due) } ?? due
    }
}
