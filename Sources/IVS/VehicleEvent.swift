package import Supervision
package import CallControl
internal import Timeline

/// One thing that happened in the vehicle, as `watch`, the store and the log tell it.
///
/// `kind` and the names of the fields are stable; docs/events.md lists them.
package struct VehicleEvent: Hashable, Sendable {
    /// What happened, as a stable word.
    package enum Kind: Hashable, Sendable {
        /// The call machine's own events.
        case call(CallEvent)
        case started
        /// The first event that a watcher gets: everything after it is told.
        case watching
        case edge
        case buttonSuspicious
        case buttonIgnored
        case crashIgnored
        case crashLineAlive
        case vehicleChanged
        case vehicleCalls
        case impactDetected
        case impactSevere
        case impactRecorded
        case rolloverDetected
        case sensorWorking
        case sensorSampleBad
        case additionalDataLeftOut
        case receiverConnected
        case receiverLost
        case receiverProblem
        case positionRefused
        case positionTrusted
        case positionUntrusted
        case lineLost
        case lineHealth
        case linesUnread
        case fault
        case faultCleared
        case faultsForgotten
        case ringUnlocked
        case ringDiagnosed
        case selfTested
        case gateShut
        case callDegraded
        case msd
        case inviteSent
        case provisional
        case challenged
        case acknowledgement
        case callFlowEnded
        case callbackReceived
        case timerStarted
        case timerStopped
        case timerExpired
        case msdSent
        case vedsSent
        case msdAnswered
        case requestRefused
        case actionTaken
        case actionRefused
        case centerMessage
        case sessionChange
        case announcement
        case indicator
        case linkOpened
        case linkClosed
        case registered
        case registrationFailed
        case registrationRemoved
        case transportFallback
        case redirected
        case transferRequested
        case transferEnded
        case linkUnprotected
        case gateRefused
        case recordLate
        case recordFailed
        case purged
        case lateDataOffered
        case lateDataFailed
        case lateDataEnded
        case traceIncomplete
        case eventsLost
        case messageDiscarded
        case positionSet
        case powerLost
        case powerBack
        case garageEntered
        case garageLeft
        case selfCheckPassed
        case selfCheckFailed
        case incidentInterrupted

        package var word: String {
            switch self {
            case .call(let event): event.rawValue
            case .started: "started"
            case .watching: "watching"
            case .edge: "edge"
            case .buttonSuspicious: "buttonSuspicious"
            case .buttonIgnored: "buttonIgnored"
            case .crashIgnored: "crashIgnored"
            case .crashLineAlive: "crashLineAlive"
            case .vehicleChanged: "vehicleChanged"
            case .vehicleCalls: "vehicleCalls"
            case .impactDetected: "impactDetected"
            case .impactSevere: "impactSevere"
            case .impactRecorded: "impactRecorded"
            case .rolloverDetected: "rolloverDetected"
            case .sensorWorking: "sensorWorking"
            case .sensorSampleBad: "sensorSampleBad"
            case .additionalDataLeftOut: "additionalDataLeftOut"
            case .receiverConnected: "receiverConnected"
            case .receiverLost: "receiverLost"
            case .receiverProblem: "receiverProblem"
            case .positionRefused: "positionRefused"
            case .positionTrusted: "positionTrusted"
            case .positionUntrusted: "positionUntrusted"
            case .lineLost: "lineLost"
            case .lineHealth: "lineHealth"
            case .linesUnread: "linesUnread"
            case .fault: "fault"
            case .faultCleared: "faultCleared"
            case .faultsForgotten: "faultsForgotten"
            case .ringUnlocked: "ringUnlocked"
            case .ringDiagnosed: "ringDiagnosed"
            case .selfTested: "selfTested"
            case .gateShut: "gateShut"
            case .callDegraded: "callDegraded"
            case .msd: "msd"
            case .inviteSent: "inviteSent"
            case .provisional: "provisional"
            case .challenged: "challenged"
            case .acknowledgement: "acknowledgement"
            case .callFlowEnded: "callFlowEnded"
            case .callbackReceived: "callbackReceived"
            case .timerStarted: "timerStarted"
            case .timerStopped: "timerStopped"
            case .timerExpired: "timerExpired"
            case .msdSent: "msdSent"
            case .vedsSent: "vedsSent"
            case .msdAnswered: "msdAnswered"
            case .requestRefused: "requestRefused"
            case .actionTaken: "actionTaken"
            case .actionRefused: "actionRefused"
            case .centerMessage: "centerMessage"
            case .sessionChange: "sessionChange"
            case .announcement: "announcement"
            case .indicator: "indicator"
            case .linkOpened: "linkOpened"
            case .linkClosed: "linkClosed"
            case .registered: "registered"
            case .registrationFailed: "registrationFailed"
            case .registrationRemoved: "registrationRemoved"
            case .transportFallback: "transportFallback"
            case .redirected: "redirected"
            case .transferRequested: "transferRequested"
            case .transferEnded: "transferEnded"
            case .linkUnprotected: "linkUnprotected"
            case .gateRefused: "gateRefused"
            case .recordLate: "recordLate"
            case .recordFailed: "recordFailed"
            case .purged: "purged"
            case .lateDataOffered: "lateDataOffered"
            case .lateDataFailed: "lateDataFailed"
            case .lateDataEnded: "lateDataEnded"
            case .traceIncomplete: "traceIncomplete"
            case .eventsLost: "eventsLost"
            case .messageDiscarded: "messageDiscarded"
            case .positionSet: "positionSet"
            case .powerLost: "powerLost"
            case .powerBack: "powerBack"
            case .garageEntered: "garageEntered"
            case .garageLeft: "garageLeft"
            case .selfCheckPassed: "selfCheckPassed"
            case .selfCheckFailed: "selfCheckFailed"
            case .incidentInterrupted: "incidentInterrupted"
            }
        }
    }

    /// How loudly the log tells it.
    package enum Severity: Hashable, Sendable {
        case debug
        case info
        case warning
        case error
    }

    package let sequence: Int
    package let moment: Moment
    package let kind: Kind
    package let severity: Severity
    package let incident: IncidentID?
    package let state: CallState
    /// The sentence of why.
    package let reason: String
    /// Details by stable names; neither VIN nor coordinates.
    package let fields: [String: String]
    /// Details that only the control socket shows: VIN, coordinates, MSD octets.
    package let privateFields: [String: String]
}

/// What `why` answers: the last event that changed the call or left it as it was, and what decided.
struct Explanation: Hashable, Sendable {
    let event: VehicleEvent
    let from: CallState
    let to: CallState
    /// The condition that decided, as a stable word.
    var guardName: String?
    /// The timer that decided, by its configured name.
    var timerName: String?
    var timerValue: Duration?
}
