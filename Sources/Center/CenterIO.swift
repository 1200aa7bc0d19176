package import NGECall
package import Net
package import SIP
package import Store
package import Supervision

/// What comes into the center's loop.
package enum CenterInput: Sendable {
    case net(NetEvent)
    case command(OperatorCommand)
    /// The answer to `CenterOutput.write`.
    case written(batch: Int, StoreError?)
    /// So many events found the mailbox full and are lost.
    case overflow(Int)
}

/// What the center's loop wants done, in this order; none of it waits.
package enum CenterOutput: Sendable {
    case send([UInt8], over: Flow)
    case close(Flow)
    /// Keep the flow of a UDP peer however long it is silent, or no longer: a call is on it.
    case hold(Flow, Bool)
    case write(batch: Int, [CenterRecord])
    case show(CenterEvent)
}

/// What the operator types.
package enum OperatorCommand: Hashable, Sendable {
    /// List the calls that are going on.
    case calls
    /// Answer a ringing call, with its selected reply or the given one.
    case answer(Int, CenterConfiguration.Reply?)
    /// Select the reply of a ringing call, or of all calls to come.
    case reply(Int?, CenterConfiguration.Reply)
    /// Ask for a fresh MSD.
    case sendData(Int)
    /// Have the vehicle do something (RFC 8148).
    case act(Int, VehicleAction)
    /// Send an answered call on to another address.
    case transfer(Int, to: URI)
    /// Ring the vehicle of a call back that is over.
    case callback(Int)
    /// End a call.
    case clearDown(Int)
    /// A line that is no command, with what is expected.
    case mistake(String)
}

extension OperatorCommand {
    /// The commands, as the operator reads them.
    package static let help =
        "calls | answer CALL [REPLY] | reply [CALL] REPLY | send-data CALL | transfer CALL URI | clear CALL | "
        + "callback CALL | lamp CALL LAMP on|off|flash [SECONDS] | horn CALL [SECONDS] | "
        + "doors CALL locked|unlocked | message CALL NUMBER | say CALL LANGUAGE TEXT | camera CALL CAMERA; "
        + "REPLY is one of "
        + CenterConfiguration.Reply.words.joined(separator: ", ")

    /// Reads one line; what cannot be read becomes a mistake that says why.
    package init(line: String) {
        let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
        switch (words.first, words.count) {
        case ("calls", 1): self = .calls
        case ("answer", 2): self = Self.numbered(words[1]) { .answer($0, nil) }
        case ("answer", 3):
            self = Self.replying(words[2]) { reply in Self.numbered(words[1]) { .answer($0, reply) } }
        case ("reply", 2): self = Self.replying(words[1]) { .reply(nil, $0) }
        case ("reply", 3):
            self = Self.replying(words[2]) { reply in Self.numbered(words[1]) { .reply($0, reply) } }
        case ("send-data", 2): self = Self.numbered(words[1]) { .sendData($0) }
        case ("transfer", 3):
            self = Self.addressed(words[2]) { address in Self.numbered(words[1]) { .transfer($0, to: address) } }
        case ("clear", 2): self = Self.numbered(words[1]) { .clearDown($0) }
        case ("callback", 2): self = Self.numbered(words[1]) { .callback($0) }
        case ("lamp", 4...5), ("horn", 2...3), ("doors", 3), ("message", 3), ("camera", 3), ("say", 4...):
            self = Self.acting(words)
        default: self = .mistake("no command \"\(line)\"; the commands are \(Self.help)")
        }
    }

    private static func numbered(_ word: String, _ command: (Int) -> OperatorCommand) -> OperatorCommand {
        guard let number = Int(word), number > 0 else {
            return .mistake("\"\(word)\" is no call; the call's number is expected, as in the list of calls")
        }
        return command(number)
    }

    /// What the vehicle is to do; the attributes are read as a vehicle reads them, so that each is refused here as there.
    private static func acting(_ words: [String]) -> OperatorCommand {
        var request: ControlDocument.Request
        var seconds: String?
        switch words[0] {
        case "lamp":
            request = ControlDocument.Request(action: VehicleAction.Name.lamp.rawValue)
            request.elementID = words[2]
            request.requestedState = words[3]
            seconds = words.count > 4 ? words[4] : nil
        case "horn":
            request = ControlDocument.Request(action: VehicleAction.Name.honk.rawValue)
            seconds = words.count > 2 ? words[2] : nil
        case "doors":
            request = ControlDocument.Request(action: VehicleAction.Name.doorLock.rawValue)
            request.requestedState = words[2]
        case "message":
            request = ControlDocument.Request(action: VehicleAction.Name.staticMessage.rawValue)
            request.intID = UInt32(words[2])
        case "camera":
            request = ControlDocument.Request(action: VehicleAction.Name.camera.rawValue)
            request.elementID = words[2]
        default:
            request = ControlDocument.Request(action: VehicleAction.Name.dynamicMessage.rawValue)
            let text = words.dropFirst(3).joined(separator: " ")
            request.texts = [ControlDocument.Request.Text(language: words[2], content: text)]
        }
        if let seconds { request.persistence = "PT\(seconds)S" }
        do throws(VehicleActionError) {
            let action = try VehicleAction(request)
            return Self.numbered(words[1]) { .act($0, action) }
        } catch {
            return .mistake("\(words[0]): \(error)")
        }
    }

    private static func addressed(_ word: String, _ command: (URI) -> OperatorCommand) -> OperatorCommand {
        // Only whether it can be read counts; the sentence says what is expected.
        guard let address = try? URI(parsing: word), address.scheme == "sip" else {
            return .mistake("\"\(word)\" is no address; a sip: URI is expected")
        }
        return command(address)
    }

    private static func replying(
        _ word: String,
        _ command: (CenterConfiguration.Reply) -> OperatorCommand
    ) -> OperatorCommand {
        guard let reply = CenterConfiguration.Reply(word) else {
            return .mistake(
                "\"\(word)\" is no reply; the replies are \(CenterConfiguration.Reply.words.joined(separator: ", "))"
            )
        }
        return command(reply)
    }
}

/// One thing that happened at the center, as its event lines tell it; docs/events.md lists kinds and fields.
package struct CenterEvent: Hashable, Sendable {
    /// What happened, as a stable word.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case callReceived
        case challenged
        case msd
        case freshMSD
        case veds
        case location
        case problem
        case ringing
        case answered
        case declined
        case established
        case msdRequested
        case actionRequested
        case transferRequested
        case transferProgress
        case requestAnswered
        case requestRefused
        case sessionChange
        case controlReceived
        case clearedDown
        case vehicleCleared
        case withdrawn
        case callbackPlaced
        case callbackAnswered
        case callbackRefused
        case lost
        case lateData
        case callListed
        case registered
        case registrationRemoved
        case registrationRefused
        case recordLate
        case recordFailed
        case eventsLost
        case mistake
        case messageDiscarded
    }

    package let sequence: Int
    package let moment: Moment
    package let kind: Kind
    /// The number by which the operator names the call.
    package let call: Int?
    package let state: String?
    package let reason: String
    package let fields: [String: String]
}
