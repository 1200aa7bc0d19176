internal import CallControl
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
        self.hasBegunSincePurge = false
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
            // What began in the meantime, or is not on disk yet, is not among what remains.
            let isSettled = !self.hasBegunSincePurge && !self.call.isGoingOn && self.ledger.isSettled
            if report.remaining == 0, isSettled { self.purgeDue = nil }
            let count = report.emergencies + report.privateIncidents
            guard count + report.impacts > 0 || self.isLogOwed && report.isLogEmpty else { return }
            self.isLogOwed = !report.isLogEmpty
            let rest =
                report.isLogEmpty ? "every octet is overwritten" : "the log beside the file is in use, and empty later"
            let impacts = report.impacts > 0 ? ", nor \(report.impacts) entries of impacts without a call" : ""
            self.note(
                .purged,
                "\(count) incidents are kept no longer\(impacts); \(rest)",
                at: now,
                fields: [
                    "emergency": String(report.emergencies), "private": String(report.privateIncidents),
                    "impacts": String(report.impacts),
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
