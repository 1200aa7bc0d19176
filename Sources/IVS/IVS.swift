internal import CallControl
internal import ControlSocket
internal import CrashSensing
internal import Diagnosis
internal import GPIO
internal import MSD
internal import NGECall
internal import Net
internal import Positioning
internal import Store
internal import SIP
internal import SIPTrace
package import Supervision
package import Timeline

/// The vehicle's loop as a value: every event of the outside goes into `step`, everything to be done comes out.
///
/// It holds no policy of its own: the machines decide, this connects them. No clock, socket, line or file is in here,
/// so that the same value runs in the daemon and in a simulated world.
package struct IVS: Sendable {
    let configuration: VehicleConfiguration
    /// Reads whether the 112 gate is unlocked at this moment.
    let isGateUnlocked: @Sendable () -> Bool
    let secrets: CenterSecrets
    var random: any RandomNumberGenerator & Sendable

    var call: CallStateMachine
    var inputs: InputLines
    var indicators: IndicatorOutputs
    var userAgent: UserAgent
    var links: [CenterLink]
    /// The TCP connections for requests too large for a center's UDP link, opened for a call only.
    var streamLinks: [CenterLink]
    /// The centers whose TCP did not serve in this incident.
    var streamless: Set<Int> = []
    /// The registration with each center that has one, by its place in the configuration.
    var registrations: [Int: Registration] = [:]
    /// The REGISTER requests that have no answer, and the center of each.
    var registering: [UserAgent.Sent: Int] = [:]
    /// By when the removals of an orderly stop have to be answered.
    var leaveBy: Instant?
    var connections: [Flow: Connection] = [:]
    /// What was told of a connection's protection just before the connection itself.
    var security: [Flow: FlowSecurity] = [:]
    /// The connections that were made while the wall clock was not right, whose certificates' dates nobody could judge.
    var undatedFlows: Set<Flow> = []
    /// The flows over TLS whose TCP connection stands, and whose handshake is not over.
    var handshakes: Set<Flow> = []
    var nextFlowNumber: UInt64 = 1
    var locations = RecentLocations()
    var receiver: ReceiverStanding

    /// What the present incident's MSDs are made from.
    var frozen: FrozenData?
    /// The attempt that waits for its connection.
    var waitingAttempt: WaitingAttempt?
    /// The center's request that is being answered, and the call it came in.
    var requested: (leg: UserAgent.Call, control: ReceivedControl)?
    /// How often messages that cannot be read are told: a peer may send as many as it likes.
    var discards = Throttle(every: .seconds(1))
    /// The lines of which a trigger has come that is not on record yet.
    var unrecorded = UnrecordedTriggers()
    /// How often lost edges of each line are told.
    var losses: [LineName: Throttle] = [:]
    /// What of the SIP traces is not with the store yet.
    var traces = TraceBuffer()
    /// How often losses of the trace are told: a disk that fails has one with each batch.
    var traceLosses = Throttle(every: .seconds(10))
    /// The SIP calls that belong to attempts, the running one and those being wound up.
    var legs: [UserAgent.Call: CallLeg] = [:]
    /// What the center asked for in the running call: that it go on at another address.
    var transfer: Transfer?
    /// The INVITE of the center that the call machine decides on.
    var callback: IncomingCallback?
    /// When old incidents are looked for next; `nil` while there is none that will be old.
    var purgeDue: Instant?
    /// Whether an incident has begun since the store was last asked to delete.
    var hasBegunSincePurge = false
    /// Whether the log beside the store's file may still hold what was deleted.
    var isLogOwed = false
    /// What no center has acknowledged.
    var lateOffers = LateOffers()
    /// Whether the button makes test calls.
    var garage = GarageMode()
    /// When the vehicle places a test call by itself.
    var selfCheck: SelfCheckSchedule
    /// Where the power comes from.
    var power: PowerState
    /// How many data sets have gone out on request, which keeps their Content-IDs apart.
    var sentDataSets = 0
    /// How often one is sent: a peer may ask as often as it likes.
    var dataSets = Throttle(every: .seconds(1))
    /// What a center has had done in the running call.
    var equipment: VehicleEquipment
    /// How often it is told what of that is not done: a peer may ask as often as it likes.
    var refusals = Throttle(every: .seconds(1))
    /// What is known of the last crash, and of the sensor.
    var crash = CrashAccount()
    var sensor = SensorStanding()
    /// What of the crash is on record with the call that it is about.
    var keptCrash: KeptCrash?
    /// How often samples are told that mean nothing.
    var badSamples = Throttle(every: .seconds(10))
    /// The optical ring of the sound system; `nil` without one.
    var ring: RingMonitor?
    /// Where a mechanic's search for its break stands.
    var ringDiagnosis: RingBreakDiagnosis?
    /// The unit whose light is dimmed for that.
    var dimmedUnit: Int?
    /// The ring of a simulated rig.
    var ringModel: RingModel?
    var unlocks = Throttle(every: .seconds(10))
    /// What is known of machine, wires and phone, and who waits for a self-test.
    var selfTest: SelfTestStanding
    /// Samples a second when they came last.
    var lastSensorRate: Double?
    /// When this run is on record as begun.
    var runStarted: Stamp?
    /// Whether the buzzer is owed for a serious fault, and until when it rests.
    var isWarningDue = false
    /// The faults of which it has sounded in this cycle: one that comes and goes sounds once.
    var warnedOf: Set<FaultKey> = []
    var warningRestsUntil: Instant?
    /// What was told of the present call.
    var toldDegradation: ToldDegradation?
    /// Whether somebody has shut the 112 gate for this run.
    var isGateShut = false
    /// What the vehicle's own network has told.
    var values = VehicleValues()
    var valueNotes = Throttle(every: .seconds(1))
    /// What the crash lines were last told of the ignition.
    var ignition: Bool?
    /// The same, kept when it is known no longer: a vehicle that is off tells nothing.
    var lastIgnition: Bool?
    /// The status with which a center that is there has refused the present self-check.
    var selfCheckRefusal: Int?
    /// When the last emergency began, by which the flight recorder keeps what belongs to it.
    var flightSince: Stamp?
    /// This end of the last connection to each center.
    var ownHosts: [Int: String] = [:]
    /// The last test call that a center acknowledged, while nobody knows how long ago that was.
    var undatedTest: Stamp?
    /// The service of the present incident as it is on record: 112 once it has gone there.
    var calledProfile: VehicleConfiguration.Profile
    /// The timers that ran when they were told last.
    var shownTimers: [RunningTimer] = []
    /// How often INVITEs are told that are not answered: a peer may send as many as it likes.
    var strangers = Throttle(every: .seconds(1))
    /// The emergency of an earlier run of which it is not known yet how long ago it ended.
    var awaitedWindow: AwaitedWindow?
    /// Whether this run has had an emergency, which ends the window of an earlier one.
    var hasHadEmergency = false
    /// What the MSDs of a callback are made from, while one may come.
    var callbackData: CallbackData?
    /// Requests that leave when the trigger is on record, or when `recordWait` is over.
    var hold: RecordHold?

    var ledger: Ledger
    /// The last health that each line reported.
    var health: [LineName: LineHealth] = [:]
    /// Since when each link stands as it does.
    var linkSince: [Int: Moment] = [:]
    var lostEvents = 0
    var readiness: Readiness
    var reading = LineReading()
    /// What was last kept of the inputs for a next run.
    var keptInputs: InputMemory
    var faults: [FaultKey: String] = [:]
    /// What is kept of faults over operation cycles, and whether what earlier runs have kept is in it.
    var memory = FaultMemory()
    var isMemoryOpen = false
    /// When what is looked for all the time, and was not found in this cycle, counts as not there.
    var judgeFaultsAt: Instant?
    /// What the call machine is to be told next, in order.
    var queue: [CallInput] = []
    /// What an earlier run left, until it is decided.
    var unfinished: Unfinished?
    /// When it is next to be put on record that the call goes on; `nil` without a call.
    var seenDue: Instant?
    /// By how much the wall clock was ahead of the boot clock when that was looked at last, in milliseconds.
    var wallOffset: Int64?
    /// The MSD time stamp of an incident that is taken over from an earlier run, until its data is frozen.
    var resumedTimestamp: UInt32?
    /// What is left of the call machine's actions after a trigger, for the next turn.
    var postponed: Postponed?
    var outputs: [VehicleOutput] = []

    /// A vehicle at rest.
    ///
    /// `boot` names this boot; `earlierInputs` is what an earlier run has kept of its inputs; `isGateUnlocked` reads whether an engineer has unlocked the 112 gate; `random` and
    /// `agentRandom` make every identifier and token, and are unpredictable in the field.
    package init(
        configuration: VehicleConfiguration,
        boot: String,
        earlierInputs: InputMemory = InputMemory(),
        secrets: CenterSecrets = CenterSecrets(),
        random: any RandomNumberGenerator & Sendable,
        agentRandom: any RandomNumberGenerator & Sendable,
        isGateUnlocked: @escaping @Sendable () -> Bool
    ) {
        self.configuration = configuration
        self.isGateUnlocked = isGateUnlocked
        self.calledProfile = configuration.profile
        self.receiver = ReceiverStanding(meaning: configuration.receiver?.meaning ?? .sigmaPerAxis)
        self.power = PowerState(budget: configuration.power?.budget)
        self.selfCheck = SelfCheckSchedule(interval: configuration.selfCheckInterval)
        self.equipment = VehicleEquipment(configuration.actions)
        self.selfTest = SelfTestStanding(configuration.selfTest)
        self.ring = configuration.ring.map { RingMonitor($0.units, senses: $0.senses) }
        self.secrets = secrets
        self.ledger = Ledger(boot: boot)
        self.random = random
        var limits = configuration.call
        if configuration.isConnectedWithoutCall { limits.deregistration = nil }
        self.call = CallStateMachine(centers: configuration.centers.count, limits: limits)
        self.inputs = InputLines(configuration, earlier: earlierInputs)
        self.keptInputs = earlierInputs
        self.readiness = Readiness(lines: Set(configuration.lineSpecifications.map(\.name)))
        self.indicators = IndicatorOutputs(table: configuration.indicators, lines: configuration.lines)
        var agent = UserAgent.Configuration(contactUser: "ivs")
        agent.userAgentName = "ecalld"
        agent.accept = EmergencyInvite.standardAccept
        agent.receivableInfoPackages =
            [EmergencyCallData.msdPackage] + (configuration.sendsVEDS ? [EmergencyCallData.vedsPackage] : [])
        // Announced where it is of use to some center.
        if configuration.centers.contains(where: { !$0.transfers.isEmpty }) {
            agent.allow.append(.refer)
            agent.supported.append("norefersub")
        }
        self.userAgent = UserAgent(configuration: agent, random: agentRandom)
        self.links = configuration.centers.map {
            CenterLink(isKeptWarm: configuration.isConnectedWithoutCall && !$0.isFallback)
        }
        self.streamLinks = configuration.centers.map { _ in CenterLink(isKeptWarm: false) }
        if let position = configuration.position { self.locations.update(position) }
        self.makeRegistrations()
    }

    /// When `deadlineReached` is next owed.
    package func nextDeadline(after now: Instant) -> Instant? {
        let lines = self.reading.deadline(of: self.inputs.nextDeadline)
        let timers = Instant.earliest(self.call.nextDeadline, lines, self.userAgent.nextDeadline)
        let lights = self.indicators.nextDeadline(after: now)
        let links = self.links.compactMap(\.nextDeadline).min()
        let registrations = self.registrations.values.compactMap(\.nextDeadline).min()
        return Instant.earliest(
            timers,
            lights,
            self.equipment.nextDeadline(after: now),
            links,
            registrations,
            self.leaveBy,
            self.hold?.until,
            self.waitingAttempt?.until,
            self.postponedDueAt,
            self.transfer?.until,
            self.seenDue,
            self.unfinished?.askAt,
            self.awaitedWindow?.askAt,
            self.ledger.retryAt,
            self.purgeDue,
            self.lateOffers.nextDeadline(after: now),
            self.garage.endsAt,
            self.selfCheck.dueAt,
            self.traceDeadline,
            self.positionDeadline(after: now),
            self.sensor.agreementDueAt,
            self.ignitionDueAt,
            self.ring?.nextDeadline,
            self.judgeFaultsAt,
            self.selfTest.circuits.nextDeadline,
            self.selfTest.runs.nextDeadline,
            self.selfTestDueAt,
            self.hostExpiresAt,
            self.warningDueAt(after: now)
        )
    }

    /// Takes one event and returns what is to be done about it, in order.
    package mutating func step(_ input: VehicleInput, at now: Moment) -> [VehicleOutput] {
        self.resume(at: now)
        switch input {
        case .started: self.start(at: now)
        case .heartbeat: self.outputs.append(.feedWatchdog)
        case .storeOpened(let unfinished, let ended, let recovery, let lastTest, let troubles, let runs):
            self.storeOpened(unfinished, ended, recovery, at: now)
            self.openFaultMemory(troubles, at: now)
            self.foundRuns(runs, at: now)
            self.scheduleSelfCheck(lastTest: lastTest, at: now)
        case .storeFailed(let error): self.raise(.recordFailing, "\(error)", at: now)
        case .controlSocketOpened: self.readiness.isSocketTried = true
        case .controlSocketFailed(let sentence):
            self.readiness.isSocketTried = true
            self.raise(.controlSocketFailing, sentence, at: now)
        case .protection(let standing): self.protectionChanged(standing, at: now)
        case .line(let event): self.lineEvent(event, at: now)
        case .linesRead(let through): self.linesRead(through: through, at: now)
        case .net(let event): self.netEvent(event, at: now)
        case .control(let event): self.controlEvent(event, at: now)
        case .written(let batch, let error): self.written(batch, error, at: now)
        case .receiver(let event): self.receiverSays(event, at: now)
        case .sensor(let news): self.sensorSays(news, at: now)
        case .power(let reading): self.powerRead(reading, at: now)
        case .host(let reading, let askedAt): self.hostRead(reading, askedAt: askedAt, at: now)
        case .bluetooth(let reading): self.bluetoothRead(reading, at: now)
        case .purged(let result): self.purged(result, at: now)
        case .lateDataRead(let result): self.lateDataRead(result, at: now)
        case .overflow(let count):
            self.lostEvents += count
            self.ledger.answersLost(at: now.instant)
            self.lateOffers.answersLost(at: now.instant)
            self.note(.eventsLost, "\(count) events found the mailbox full", at: now, severity: .error)
            self.outputs.append(.reportLevels)
        case .stopping: self.leaveCenters(at: now)
        }
        return self.finish(at: now)
    }

    /// Time has come to `nextDeadline`; early and late calls are harmless.
    package mutating func deadlineReached(at now: Moment) -> [VehicleOutput] {
        self.resume(at: now)
        self.releaseHoldIfDue(at: now)
        self.garageDeadlineReached(at: now)
        self.lineDeadlineReached(at: now)
        self.askGateForCallback(at: now)
        self.judgeUndatedLinks(at: now)
        for index in self.links.indices {
            self.perform(self.links[index].deadlineReached(self.newFlow(), at: now.instant), ofLink: index)
        }
        self.giveUpWaiting(at: now)
        self.giveUpTransfer(at: now)
        self.noteSeen(at: now)
        self.purge(at: now)
        self.decideOnUnfinished(at: now)
        self.decideOnWindow(at: now)
        self.registrationDeadlineReached(at: now)
        self.process(self.userAgent.deadlineReached(at: now.instant), at: now)
        self.drain(at: now)
        self.perform(self.decide(.deadlineReached, at: now), at: now)
        return self.finish(at: now)
    }

    /// Tells the call machine everything that is waiting, then drives the outputs and writes what is new on record.
    private mutating func finish(at now: Moment) -> [VehicleOutput] {
        self.drain(at: now)
        self.placeSelfCheck(at: now)
        self.driveEquipment(at: now)
        self.driveIndicators(at: now)
        self.tellTimers(at: now)
        self.noteSeen(at: now)
        self.judgePosition(at: now)
        self.judgeAgreement(at: now)
        self.judgeIgnition(at: now)
        self.judgeRing(at: now)
        self.judgeCircuits(at: now)
        self.judgeRuns(at: now)
        self.forgetHost(at: now)
        self.judgeFaults(at: now)
        self.warn(at: now)
        self.tellDegradation(at: now)
        // What was found in this step lights the lamp in this step.
        self.driveIndicators(at: now)
        self.answerSelfTests(at: now)
        self.holdCallbackLink(at: now)
        self.releaseIdleLinks(at: now)
        self.offerLateData(at: now)
        self.tellLeft(at: now)
        self.keepCrashAccount(at: now)
        self.flushRecords(at: now)
        self.keepInputs(at: now)
        self.flushTraceIfDue(at: now)
        self.tellServiceManager()
        defer { self.outputs = [] }
        return self.outputs
    }

    /// Drives the lines of the indicators as the call and the faults want them at this moment.
    mutating func driveIndicators(at now: Moment) {
        for (line, level) in self.indicators.drive(self.indication, hasFault: self.hasSeriousFault, at: now.instant) {
            self.outputs.append(.drive(line, level))
            self.circuitDriven(line, level, at: now)
        }
        if let changed = self.indicators.takeChangedIndication() {
            self.note(
                .indicator,
                "the LED shows \(changed.rawValue)",
                at: now,
                fields: ["indication": changed.rawValue]
            )
        }
    }

    /// Starts the lamp check and the connections.
    private mutating func start(at now: Moment) {
        self.indicators.startLampCheck(for: self.configuration.lampCheck, at: now.instant)
        let scale = self.configuration.timeScale
        let warning = scale > 1 ? "; TIME IS SCALED: T2, T9, T10 and the retention run \(scale) times as fast" : ""
        self.note(
            .started,
            "profile \(self.configuration.profile.rawValue), \(self.configuration.centers.count) centers\(warning)",
            at: now,
            severity: scale > 1 ? .warning : .info,
            fields: ["profile": self.configuration.profile.rawValue, "timeScale": String(scale)]
        )
        if self.configuration.receiver != nil { self.receiver.heardAt = now.instant }
        self.startRing()
        self.startSimulatedMachine(at: now)
        if let instant = self.inputs.takeSensorTrigger(at: now.instant) {
            self.queue.append(.crash(InputLines.accelerometer, at: instant))
        }
        if let problem = self.secrets.problem { self.raise(.credentialsUnusable, problem, at: now) }
        for index in self.links.indices {
            self.perform(self.links[index].started(self.newFlow()), ofLink: index)
        }
    }

    /// The record is open, with what an earlier run left unfinished, or ended last.
    private mutating func storeOpened(
        _ unfinished: [StoredIncident],
        _ ended: StoredIncident?,
        _ recovery: String?,
        at now: Moment
    ) {
        if let recovery { self.note(.recordFailed, recovery, at: now, severity: .error) }
        self.clear(.recordFailing, at: now)
        self.takeOver(unfinished, at: now)
        self.awaitedWindow = ended.map { AwaitedWindow(incident: $0, askAt: now.instant) }
        self.decideOnWindow(at: now)
        self.expectPurge(at: now.instant)
        self.oweLateDataOfEarlierRuns(at: now)
    }

    /// Says once that the daemon serves, and what is to be shown of it whenever that changes.
    private mutating func tellServiceManager() {
        if self.readiness.takeBecameReady() { self.outputs.append(.ready) }
        let faults = self.faults.keys.sorted().compactMap { self.faults[$0] }
        let health = faults.isEmpty ? "no malfunction is known" : faults.joined(separator: "; ")
        let status = "call \(self.call.state.rawValue); \(health)"
        if self.readiness.takeChanged(status) { self.outputs.append(.showStatus(status)) }
    }

    /// A flow number that was never used.
    mutating func newFlow() -> Flow {
        defer { self.nextFlowNumber += 1 }
        return Flow(number: self.nextFlowNumber)
    }
}

/// What the call machine is told.
enum CallInput: Hashable, Sendable {
    /// The button has been held for long enough at that instant.
    case buttonHeld(at: Instant)
    /// The line has told a crash at that instant, or the accelerometer has, under its own name.
    case crash(LineName, at: Instant)
    case test
    case rang(Attempt)
    case answered(Attempt, Acknowledgement)
    case ended(Attempt, AttemptEnd)
    case msdRequested(Attempt, UserAgent.Call, ReceivedControl)
    case cleared(Attempt, isProven: Bool)
    case lost(Attempt, String)
    case callback(IncomingCallback)
    case confirmed(Attempt)
}

/// An attempt whose connection is being opened.
struct WaitingAttempt: Hashable, Sendable {
    let incident: Incident
    let attempt: Attempt
    var until: Instant
    /// The INVITE that waits for TCP; `nil` while the link itself is awaited.
    var largeInvite: PreparedInvite?
    /// Whether its connection is being opened without a check of who answers.
    var isUnchecked = false
}

/// Actions that wait for the store to have the trigger.
struct Postponed: Sendable {
    var actions: [CallAction]
    let since: Instant
    /// Until when it waits for the end of a crash that is being felt; `nil` for the next turn.
    var crashUntil: Instant?
    /// Until when it waits for a position that can be trusted.
    var positionUntil: Instant?
}

/// The outgoing requests that wait for a trigger to be on record.
struct RecordHold: Sendable {
    /// `nil` until the batch has a number.
    var batch: Int?
    let begun: Instant
    let until: Instant
    var sends: [(message: Message, flow: Flow)] = []
}
