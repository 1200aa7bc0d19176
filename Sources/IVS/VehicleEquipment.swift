internal import CallControl
internal import GPIO
internal import NGECall
internal import Supervision
internal import Timeline

/// What a center has had done in the running call: lamps, horn, doors, and the message that is shown.
///
/// It decides nothing about who may ask. Everything but the message ends with the call.
struct VehicleEquipment: Sendable {
    /// What a center has written, and what of it the occupants are shown.
    struct CenterMessage: Hashable, Sendable {
        /// The registered number; `nil` for a text of the center's own.
        let number: UInt32?
        let texts: [ControlDocument.Request.Text]
        /// The text in the language of the occupants, or in the first there is.
        let shown: String
        let at: Moment
    }

    /// A line that is not at rest.
    struct Activity: Hashable, Sendable {
        /// What it does, for people.
        let word: String
        /// When it ends by itself; `nil` for with the call.
        let until: Instant?
        fileprivate var player: PatternPlayer
    }

    /// How soon after a change the same line may change again: a center may ask as often as it likes, and a relay that is
    /// switched all the time wears out.
    static let shortestPause = Duration.milliseconds(250)

    /// Half a period of a lamp that flashes: 90 times a minute, the middle of what UN R6 asks of a turn indicator.
    private static let flash = Duration.milliseconds(333)

    private let settings: ActionSettings
    private(set) var activities: [LineName: Activity] = [:]
    private(set) var message: CenterMessage?
    private var driven: [LineName: Level] = [:]
    private var restsUntil: [LineName: Instant] = [:]
    private var messageRestsUntil: Instant?

    init(_ settings: ActionSettings) {
        self.settings = settings
    }

    /// What a line has been driven to; `nil` before it was.
    func level(of line: LineName) -> Level? { self.driven[line] }

    func nextDeadline(after now: Instant) -> Instant? {
        self.activities.values.compactMap { activity in
            Instant.earliest(activity.until, activity.player.nextDeadline(after: now))
        }.min()
    }

    /// Does what is asked, as far as a line can be used; a time of zero ends what goes on.
    mutating func perform(
        _ action: VehicleAction,
        isUsable: (LineName) -> Bool,
        at now: Moment
    ) -> VehicleAction.Outcome {
        switch action {
        case .lamp(let lamp, let state, let persistence):
            guard let line = self.settings.lamps[lamp] else { return Self.notFitted }
            return self.switchLine(line, Self.pattern(state), persistence.time, isUsable, at: now.instant)
        case .honk(let persistence):
            return self.honk(for: persistence.time, isUsable, at: now.instant)
        case .doorLock(let state):
            return self.moveLocks(state, isUsable, at: now.instant)
        case .staticMessage(let number):
            let texts = StaticMessage.texts(of: number).map {
                ControlDocument.Request.Text(language: $0.language, content: $0.text)
            }
            return self.show(texts, number: number, at: now)
        case .dynamicMessage(let texts):
            return self.show(texts, number: nil, at: now)
        case .camera:
            return Self.notFitted
        }
    }

    /// The call in which it was asked for is over: everything is at rest again but a pulse to the doors, which ends by
    /// itself and may be what frees somebody, and the message stays.
    mutating func release() {
        let doors = [self.settings.lock, self.settings.unlock]
        self.activities = self.activities.filter { doors.contains($0.key) }
    }

    mutating func forgetMessage() {
        self.message = nil
    }

    /// A line that came back has to be driven anew.
    mutating func forget(_ line: LineName) {
        self.driven[line] = nil
    }

    /// The levels that change now; what is over ends.
    mutating func drive(at now: Instant) -> [(LineName, Level)] {
        self.activities = self.activities.filter { $0.value.until.map { now < $0 } ?? true }
        return self.settings.lines.compactMap { line in
            let level: Level = self.activities[line]?.player.isOn(at: now) == true ? .active : .inactive
            guard self.driven[line] != level else { return nil }
            self.driven[line] = level
            return (line, level)
        }
    }

    private static let notFitted = VehicleAction.Outcome.failed(.dataUnsupported, details: nil)

    private static func pattern(_ state: VehicleAction.LampState) -> (Pattern, word: String) {
        switch state {
        case .on: (.on, "on")
        case .off: (.off, "off")
        case .flash: (.flash(Self.flash), "flash")
        }
    }

    /// Puts a line to a pattern for a time, `nil` for the rest of the call.
    private mutating func switchLine(
        _ line: LineName,
        _ pattern: (Pattern, word: String),
        _ time: Duration?,
        _ isUsable: (LineName) -> Bool,
        at now: Instant
    ) -> VehicleAction.Outcome {
        guard isUsable(line) else { return .failed(.damaged, details: "line \(line) cannot be used") }
        if let until = self.restsUntil[line], now < until {
            let pause = CallReason.text(Self.shortestPause)
            return .failed(.unable, details: "switched less than \(pause) ago")
        }
        self.restsUntil[line] = now.advanced(by: Self.shortestPause)
        var player = PatternPlayer()
        player.restart(pattern.0, at: now)
        self.activities[line] = Activity(word: pattern.word, until: time.map { now.advanced(by: $0) }, player: player)
        return .done
    }

    /// Without a time the horn sounds for as long as it may.
    private mutating func honk(
        for time: Duration?,
        _ isUsable: (LineName) -> Bool,
        at now: Instant
    ) -> VehicleAction.Outcome {
        guard let horn = self.settings.horn else { return Self.notFitted }
        guard time ?? .zero <= horn.limit else {
            let limit = CallReason.text(horn.limit)
            return .failed(.dataUnsupported, details: "the horn sounds for \(limit) at most")
        }
        return self.switchLine(horn.line, (.on, "on"), time ?? horn.limit, isUsable, at: now)
    }

    /// One pulse at a time, whichever way.
    private mutating func moveLocks(
        _ state: VehicleAction.DoorState,
        _ isUsable: (LineName) -> Bool,
        at now: Instant
    ) -> VehicleAction.Outcome {
        guard let line = state == .locked ? self.settings.lock : self.settings.unlock else {
            return .failed(.dataUnsupported, details: "this vehicle does not do that to its doors")
        }
        let isMoving = [self.settings.lock, self.settings.unlock].contains { line in
            line.flatMap { self.activities[$0]?.until }.map { now < $0 } ?? false
        }
        guard !isMoving else { return .failed(.unable, details: "the locks are being moved") }
        return self.switchLine(line, (.on, "on"), self.settings.doorPulse, isUsable, at: now)
    }

    private mutating func show(
        _ texts: [ControlDocument.Request.Text],
        number: UInt32?,
        at now: Moment
    ) -> VehicleAction.Outcome {
        guard let shown = Self.text(for: self.settings.language, among: texts).map({ Self.line($0.content) }),
            !shown.isEmpty
        else { return .failed(.dataUnsupported, details: "there is nothing to read") }
        if let until = self.messageRestsUntil, now.instant < until {
            return .failed(.unable, details: "a message came less than \(CallReason.text(Self.shortestPause)) ago")
        }
        self.messageRestsUntil = now.instant.advanced(by: Self.shortestPause)
        let readable = texts.map { ControlDocument.Request.Text(language: $0.language, content: Self.line($0.content)) }
        self.message = CenterMessage(number: number, texts: readable, shown: shown, at: now)
        return .done
    }

    /// A text of the peer's on one line, for a screen that knows nothing of it.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ").printable
    }

    /// The text that fits a language best: the same, the same but for its region, one of no language, or the first
    /// (RFC 4647 section 3.4).
    static func text(
        for language: String,
        among texts: [ControlDocument.Request.Text]
    ) -> ControlDocument.Request.Text? {
        var wanted = language.lowercased()[...]
        while !wanted.isEmpty {
            if let text = texts.first(where: { $0.language?.lowercased() == String(wanted) }) { return text }
            wanted = wanted.lastIndex(of: "-").map { wanted[..<$0] } ?? ""
        }
        let main = language.lowercased().prefix { $0 != "-" }
        return texts.first { $0.language?.lowercased().hasPrefix(main + "-") ?? false }
            ?? texts.first { $0.language?.isEmpty ?? true } ?? texts.first
    }
}

extension Persistence {
    /// The time; `nil` for the rest of the call.
    var time: Duration? {
        switch self {
        case .restOfCall: nil
        case .lasting(let time): time
        }
    }
}
