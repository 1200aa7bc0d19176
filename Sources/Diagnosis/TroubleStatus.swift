/// What is known of one fault by its tests: the status byte of ISO 14229-1 annex D.
package struct TroubleStatus: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The last test failed.
    package static let testFailed = TroubleStatus(rawValue: 0x01)
    package static let testFailedThisCycle = TroubleStatus(rawValue: 0x02)
    /// A test has failed in this operation cycle or in the last one that was tested.
    package static let pending = TroubleStatus(rawValue: 0x04)
    /// It has failed often enough to be believed, and has not aged out.
    package static let confirmed = TroubleStatus(rawValue: 0x08)
    package static let notCompletedSinceClear = TroubleStatus(rawValue: 0x10)
    package static let failedSinceClear = TroubleStatus(rawValue: 0x20)
    package static let notCompletedThisCycle = TroubleStatus(rawValue: 0x40)
    /// The driver is to be warned of it.
    package static let warningRequested = TroubleStatus(rawValue: 0x80)

    package static let cleared: TroubleStatus = [.notCompletedSinceClear, .notCompletedThisCycle]
}

/// How a fault is confirmed, warned about and forgotten.
package struct TroubleRules: Hashable, Sendable {
    /// In how many operation cycles it has to fail to be confirmed; 1 confirms at the first failure.
    package var cyclesToConfirm = 1
    /// Whether the driver is warned while it is confirmed and not healed.
    package var warns = true
    /// After how many cycles that were tested and clean the warning ends.
    package var cyclesToHeal = 3
    /// After how many of them it is no longer confirmed: 40 is the habit of OBD.
    package var cyclesToAge = 40

    package init() {}
}

/// The life of one fault over the operation cycles of the vehicle, from its tests' results.
package struct Trouble: Hashable, Sendable {
    package private(set) var status = TroubleStatus.cleared
    /// In how many cycles in a row that were tested it has failed, as far as that is counted.
    package private(set) var failedCycles: Int
    /// How many cycles in a row were tested and clean.
    package private(set) var cleanCycles: Int
    /// How often it has begun to fail since it was cleared.
    package private(set) var occurrences: Int

    package init() {
        (self.failedCycles, self.cleanCycles, self.occurrences) = (0, 0, 0)
    }

    /// A trouble as it is on record.
    package init(status: TroubleStatus, failedCycles: Int, cleanCycles: Int, occurrences: Int) {
        self.status = status
        let counts = [failedCycles, cleanCycles, occurrences].map { min(max(0, $0), Self.maximumCount) }
        (self.failedCycles, self.cleanCycles, self.occurrences) = (counts[0], counts[1], counts[2])
    }

    /// Where every count stays: more cycles than a vehicle has.
    package static let maximumCount = 1_000_000

    private static func count(_ number: inout Int) { number = min(number + 1, Self.maximumCount) }

    /// Whether anything is kept of it.
    package var isOnRecord: Bool { self.status.contains(.failedSinceClear) }

    /// A test has failed, or goes on failing.
    package mutating func failed(_ rules: TroubleRules) {
        if !self.status.contains(.testFailed) { Self.count(&self.occurrences) }
        if !self.status.contains(.testFailedThisCycle) { Self.count(&self.failedCycles) }
        self.cleanCycles = 0
        self.status.insert([.testFailed, .testFailedThisCycle, .pending, .failedSinceClear])
        self.status.remove([.notCompletedSinceClear, .notCompletedThisCycle])
        guard self.failedCycles >= rules.cyclesToConfirm || self.status.contains(.confirmed) else { return }
        self.status.insert(.confirmed)
        if rules.warns { self.status.insert(.warningRequested) }
    }

    /// A test has passed.
    package mutating func passed() {
        self.status.remove([.testFailed, .notCompletedSinceClear, .notCompletedThisCycle])
    }

    /// The operation cycle is over and another begins; what was not tested in the last one stays as it is.
    package mutating func cycleBegins(_ rules: TroubleRules) {
        if !self.status.contains(.notCompletedThisCycle), !self.status.contains(.testFailedThisCycle) {
            self.status.remove(.pending)
            self.failedCycles = 0
            Self.count(&self.cleanCycles)
            if self.cleanCycles >= rules.cyclesToHeal { self.status.remove(.warningRequested) }
            if self.cleanCycles >= rules.cyclesToAge { self.status.remove(.confirmed) }
        }
        self.status.remove(.testFailedThisCycle)
        self.status.insert(.notCompletedThisCycle)
    }
}
