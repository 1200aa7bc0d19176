extension UserAgent.FailureReason {
    /// The reason as a clause.
    package var sentence: String {
        switch self {
        case .timedOut: "no final response in time"
        case .noProvisional: "no response at all in time"
        case .noAnswerToCancel: "no final response after CANCEL"
        case .flowClosed(let cause): cause
        case .noACK: "the response was not acknowledged"
        case .notRefreshed: "the session was not refreshed"
        case .noDialog: "there is no dialog"
        }
    }
}
