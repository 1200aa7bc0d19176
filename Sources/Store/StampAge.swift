package import Timeline

extension Stamp {
    /// What is known of the time since a stamp.
    package enum Age: Hashable, Sendable {
        case known(Duration)
        /// Nobody knows, but for this: no less.
        case atLeast(Duration)
        /// The wall clock was right then, and is not known to be now.
        case notYet
        case unknown
    }

    /// The time since this stamp, by the boot clock within a boot, by a wall clock that was right both times.
    ///
    /// Where both tell, the longer one: the boot clock does not count the time asleep. `boot` is `nil` where its name is not
    /// known. A boot that is older than `patience` is waited for no longer: its own age is the least that the time can be.
    package func age(in boot: String?, at now: Instant, wallMilliseconds: Int64?, patience: Duration) -> Age {
        let awake = self.boot == boot ? self.at.duration(to: now) : nil
        let wall = self.wallMilliseconds.flatMap { then in wallMilliseconds.map { Duration.milliseconds($0 - then) } }
        switch (awake, wall) {
        case (let awake?, let wall?): return awake < .zero ? .unknown : .known(max(awake, wall))
        case (let awake?, nil): return awake < .zero ? .unknown : .known(awake)
        case (nil, let wall?): return wall < .zero ? .unknown : .known(wall)
        case (nil, nil):
            guard self.wallMilliseconds != nil else { return .unknown }
            let uptime = Instant.boot.duration(to: now)
            return uptime < patience ? .notYet : .atLeast(uptime)
        }
    }
}
