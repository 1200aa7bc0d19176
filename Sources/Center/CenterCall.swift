internal import MSD
internal import NGECall
internal import SIP

/// One call at the center: what it brought, and where it stands.
struct CenterCall: Sendable {
    /// The number by which the operator names it; counts from 1.
    let number: Int
    /// The name in the store: 64 bits of time since boot and 64 random ones, in hexadecimal.
    let id: String
    let leg: UserAgent.Call
    let flow: Flow
    /// What the vehicle said of itself: in its INVITE, or in its answer to ours.
    var content: InviteContent
    /// Where the vehicle can be rung back; `nil` when it named no address.
    let contact: VehicleContact?
    /// Numbers the parts that this center sends in this call.
    var partNumber = 0
    let identifiers: ContentIdentifiers
    var machine: CenterCallMachine
    /// The last MSD that could be read.
    var msd: MSD?
    /// Whether the MSD of the INVITE could be read.
    var isReadable = false
    /// Whether the flow of a UDP peer is kept for this call however silent it is.
    var isHeld = false
    /// Whether the vehicle's ACK came, which shows that it is where its datagrams say they come from.
    var isProven = false
    /// The REFER by which the vehicle is on its way to another address, and tells of it.
    var transferRequest: UserAgent.Sent?
    /// The INFO that asked for a data set which has not come; `nil` when one that comes is unasked.
    var vedsRequest: UserAgent.Sent?
    /// The session as this side last described it; `nil` before the answer.
    var session: SessionDescription?

    /// A Content-ID number that was not used in this call.
    mutating func nextPart() -> Int {
        self.partNumber += 1
        return self.partNumber
    }
}

/// What a call begins with, as its record says it.
struct CallBeginning: Hashable, Sendable {
    let leg: UserAgent.Call
    let flow: Flow
    let callID: String
    let from: String
    let service: String
    let trigger: String
}

/// Where a vehicle can be rung back once its call is over.
struct VehicleContact: Hashable, Sendable {
    /// The connection that its call came over, which it opened and keeps.
    var flow: Flow
    /// The URI of its Contact.
    var uri: String
    /// The vehicle as its From names it, without a tag.
    let address: NameAddress
    /// What it said of itself.
    let content: InviteContent
    /// The instance of its Contact, by which it is told from others of the same address; `nil` where it has none.
    let instance: String?
    /// What it had registered over that connection when its call ended.
    var registered: String?

    /// `nil` when the INVITE of the vehicle has no Contact or From that can be read.
    init?(_ invite: Message, over flow: Flow, _ content: InviteContent) {
        // Whoever cannot be rung back is not; its call is none the worse for it.
        guard let contact = invite.headers["Contact"].flatMap({ try? NameAddress(parsing: $0) }),
            let from = invite.headers["From"].flatMap({ try? NameAddress(parsing: $0) })
        else { return nil }
        self.flow = flow
        self.uri = contact.uri.description
        self.address = NameAddress(uri: from.uri)
        self.instance = contact.parameters["+sip.instance"]
        self.content = content
    }
}
