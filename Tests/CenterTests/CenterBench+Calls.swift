import MSD
import NGECall
import SIP
import Store
import Testing

@testable import Center

// Calls of vehicles, and what is to be seen of them.
extension CenterBench {
    static let reference = "msd-1@vehicle.invalid"

    static func msd(identifier: UInt8 = 1) throws -> MSD {
        MSD(
            messageIdentifier: identifier,
            control: .init(
                automaticActivation: true,
                positionCanBeTrusted: true,
                vehicleType: .passengerVehicleCategoryM1
            ),
            vehicleIdentificationNumber: try VIN("ECALLEXAMPLE02026"),
            timestamp: 1_790_000_000,
            vehicleLocation: try #require(Position(latitudeDegrees: 48.1515, longitudeDegrees: 11.5779))
        )
    }

    static func offer(_ codecs: [SessionDescription.Codec]) -> SessionDescription {
        SessionDescription(
            originUser: "ivs",
            sessionID: 1,
            address: "192.0.2.10",
            audioPort: 9,
            codecs: codecs,
            direction: .inactive
        )
    }

    /// An INVITE on a new connection or on `flow`, its parts changed by `adjust` and its whole by `change`; `octets` take
    /// the place of the MSD's.
    @discardableResult
    func call(
        octets: [UInt8]? = nil,
        on flow: Flow? = nil,
        _ change: (inout UserAgent.InvitePlan) -> Void = { _ in },
        adjust: (inout EmergencyInvite) -> Void = { _ in }
    ) throws -> (call: UserAgent.Call, flow: Flow) {
        let flow = flow ?? self.connect()
        let session = Self.offer(SessionDescription.standardCodecs)
        var invite = EmergencyInvite(profile: .emergency112, service: .automatic, session: session)
        invite.msd = MSDPart(octets: try octets ?? Self.msd().encoded(), contentID: Self.reference)
        invite.capabilitiesID = "cap-1@vehicle.invalid"
        let place = LocationDocument.Position(
            latitudeMilliarcseconds: 173_345_400,
            longitudeMilliarcseconds: 41_680_440
        )
        let circle = LocationDocument.Shape.circle(place, radiusMillimeters: 15_000)
        invite.location = .init(
            document: LocationDocument(entity: "pres:vehicle@ecall.invalid", shape: circle, method: "GPS"),
            contentID: "loc-1@vehicle.invalid"
        )
        adjust(&invite)
        let content = invite.content(boundary: "b")
        var plan = UserAgent.InvitePlan(
            requestURI: invite.requestURI,
            from: try NameAddress(parsing: "<sip:vehicle@ecall.invalid>"),
            to: try NameAddress(parsing: invite.to)
        )
        plan.headers = content.headers
        plan.body = content.body
        change(&plan)
        var call = UserAgent.Call(number: 0)
        self.vehicles { agent, now in
            let (made, outputs) = agent.invite(plan, over: flow, at: now)
            call = made
            return outputs
        }
        return (call, flow)
    }

    /// A call that is answered.
    @discardableResult
    func answeredCall() throws -> (call: UserAgent.Call, flow: Flow) {
        let made = try self.call()
        self.advance(by: .seconds(1))
        return made
    }

    /// An INFO of a vehicle with an MSD.
    func sendMSD(_ octets: [UInt8], in call: UserAgent.Call) {
        let part = MSDPart(octets: octets, contentID: "msd-2@vehicle.invalid")
        let content = EmergencyInfo.msd(part, boundary: "b")
        self.vehicles { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
    }

    /// The methods and statuses that the center sent, in order.
    var sentWords: [String] {
        self.sent.map { $0.message.method?.name ?? "\($0.message.status ?? 0)" }
    }

    func reasons(of kind: CenterEvent.Kind) -> [String] {
        self.events.filter { $0.kind == kind }.map(\.reason)
    }

    var kinds: [CenterEvent.Kind] { self.events.map(\.kind) }

    /// What the last final answer says of the INVITE's MSD.
    func acknowledgement() throws -> AnswerMeaning.Acknowledgement {
        let answer = try #require(self.sent.last { ($0.message.status ?? 0) >= 200 }?.message)
        return AnswerContent(answer).acknowledgement(of: Self.reference)
    }
}
