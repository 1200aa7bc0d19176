/// The Varlink interface of `ecalld`; the same text as `varlink/net.ecall.ecalld.varlink`, which a test compares.
package enum ControlInterface {
    package static let text = Self.types + Self.methods

    /// The types, each with a comment.
    private static let types = """
        # The in-vehicle system of an eCall rig: its state, its history, and its simulated lines.
        # Test and research equipment: not type-approved, not for real emergencies.
        #
        # Points in time come in pairs: "at" counts nanoseconds of the monotonic clock (CLOCK_MONOTONIC), the clock of the
        # kernel's edge time stamps; "time" is the wall clock as RFC 3339 in UTC, and null while that clock is not trusted.
        # Who reads this socket learns the VIN and the place of the vehicle, from the fields of the events.
        interface net.ecall.ecalld

        # The states of the call.
        type CallState (idle, triggered, connecting, voiceSession, ended)

        # What started an incident: the SOS button, a crash line, or a person at the rig.
        type Trigger (manual, automatic, test)

        # What a line means, whatever its polarity.
        type Level (active, inactive)

        # The job of a line. The first four are inputs, those from "led" to "doorUnlock" outputs,
        # of which four do what a center asks for; the last four are inputs of the optical ring.
        type Role (
          sosButton,
          sosCover,
          crash,
          powerFail,
          led,
          malfunctionLamp,
          chime,
          requestedLamp,
          horn,
          doorLock,
          doorUnlock,
          ringSupply,
          ringAlive,
          ringLight,
          ringBypass,
          ringDim,
          wireSense
        )

        # Whether a line can be used: another process holds a busy one, a missing one was never found,
        # a vanished one was there.
        type Health (good, busy, missing, vanished)

        # Who smooths the contact of an input: the kernel, this process on the kernel's time stamps, or nobody.
        type Debounce (kernel, own, none)

        # The connection to a center: none wanted (a 112 hop before a trigger), being opened, open,
        # or waiting to be opened again. "unheard": over UDP, datagrams can be sent and nothing has come back yet.
        type Link (closed, opening, open, unheard, waiting)

        # The transport of a center's link. Over "udp" an INVITE too large for a datagram opens a TCP connection of its own.
        type LinkTransport (udp, tcp, tls)

        # How an incident stands: still open, acknowledged by the center, ended without an acknowledgement,
        # or cancelled by an occupant.
        type IncidentState (open, delivered, undelivered, cancelled)

        # What came of the data of an undelivered incident that was offered late: a center has it, does not want it, or it
        # was too old.
        type LateResult (delivered, refused, expired)

        # How the vehicle stands with a registrar: no connection to it, a REGISTER without answer, registered, waiting after a
        # failure, being removed, or done with it for good.
        type RegistrationState (closed, asking, registered, waiting, removing, left)

        # The registration with a center. "detail" says why the last attempt failed, null after one that did not.
        type RegistrationStatus (
          address: string,
          state: RegistrationState,
          detail: ?string
        )

        # One configured center, in the order of preference. "detail" says why the link is not open, or was not when it was
        # last known.
        type CenterStatus (
          name: string,
          uri: string,
          transport: LinkTransport,
          link: Link,
          detail: ?string,
          registration: ?RegistrationStatus,
          at: int,
          time: ?string
        )

        # How lost edges of an input are noticed: by a gap in the kernel's numbers of them, or by two equal edges in a row and
        # a level that contradicts the last edge.
        type LossDetection (sequence, levels)

        # One configured line. "lossDetection" is null for an output and while it is not known; "detail" says who holds the
        # line or what is wrong, null when its health is good.
        type LineStatus (
          name: string,
          role: Role,
          level: Level,
          debounce: Debounce,
          lossDetection: ?LossDetection,
          health: Health,
          detail: ?string
        )

        # What one output shows now: the name of its pattern, and the meaning that the configuration gives it.
        type IndicatorStatus (
          line: string,
          pattern: string,
          meaning: string
        )

        # What a center has had done that goes on: "left" is how many milliseconds it still does, null for the rest of the call.
        type ActionStatus (line: string, state: (on, off, flash), left: ?int)

        # A text and its language (RFC 5646), null where none is given.
        type MessageText (language: ?string, text: string)

        # What a center wants the occupants to read: "text" in their language, or in the first there is. "number" is that of a
        # registered message, null for a text of the center's own.
        type CenterMessage (
          number: ?int,
          text: string,
          texts: []MessageText,
          at: int,
          time: ?string
        )

        # The last thing before sending. An emergency service is reachable only when "open"; "sentence" says why or why not.
        type GateStatus (
          open: bool,
          sentence: string
        )

        # The durable record. A store that does not work stops no call.
        type StoreStatus (
          working: bool,
          sentence: string
        )

        # One transition, or one event that changed nothing. "sequence" counts from 1 since the start of the program and has
        # no gap unless events were lost; "kind" is a stable word; "state" is the state after the event; "reason" is a
        # sentence for people; "fields" hold what belongs to that kind.
        type Event (
          sequence: int,
          at: int,
          time: ?string,
          incident: ?string,
          kind: string,
          state: CallState,
          reason: string,
          fields: [string]string
        )

        # A timer that decided: its configured name and its configured value in milliseconds.
        type Timer (
          name: string,
          milliseconds: int
        )

        # A timer of the standards. "meaning" is what happens when it is over, "milliseconds" how long it runs, null where this
        # vehicle does not have it; "left" and "incident" are null while it stands.
        type TimerStatus (
          name: string,
          meaning: string,
          milliseconds: ?int,
          left: ?int,
          incident: ?string
        )

        # One emergency from trigger to end with all its attempts. "boot" is the kernel's boot identifier: the monotonic
        # times of two boots cannot be compared. "outcome" is a sentence, null while the incident is open.
        type Incident (
          id: string,
          trigger: Trigger,
          profile: string,
          state: IncidentState,
          boot: string,
          at: int,
          time: ?string,
          attempts: int,
          acknowledged: bool,
          messageIdentifier: ?int,
          outcome: ?string,
          endedAt: ?int,
          endedTime: ?string,
          late: ?LateResult
        )

        # The side of the vehicle that an impact came from.
        type ImpactSide (unknown, front, rear, left, right, rollover, other)

        # What the accelerometer measured "at" microseconds behind the event's time zero: forward, to the right and up in
        # thousandths of g, and the roll rate in tenths of a degree a second, null without a gyro.
        type CrashSample (at: int, x: int, y: int, z: int, roll: ?int)

        # One event as an event data recorder keeps it: velocities in km/h, times in milliseconds behind "timeZero", which is in
        # nanoseconds of the kernel's monotonic clock of "boot". "longitudinal" and "lateral" are the change of velocity forward
        # and to the right at each "interval". "direction" is where the force came from, in degrees clockwise from the front,
        # "clock" the same as an hour; both are null for a change too small to have one. "rollAngle" and "rolledOver" are null
        # while neither gravity nor a gyro has said anything.
        type CrashEvent (
          boot: string,
          timeZero: int,
          time: ?string,
          number: int,
          longitudinal: []float,
          lateral: []float,
          interval: int,
          maximum: float,
          maximumAfter: float,
          maximumLongitudinal: float,
          longitudinalAfter: float,
          maximumLateral: float,
          lateralAfter: float,
          direction: ?float,
          clock: ?int,
          side: ImpactSide,
          endAfter: ?float,
          rollAngle: ?int,
          rolledOver: ?bool,
          saturated: bool,
          incomplete: bool,
          samples: []CrashSample
        )

        # What is known of the crash that an incident is about: the sides of the lines that have fired, the side that was hit,
        # whether the vehicle has rolled over, null where nothing could see it, and how many impacts were felt.
        type CrashSummary (sides: []ImpactSide, side: ImpactSide, rolledOver: ?bool, impacts: int)

        # Which way a message of a SIP trace went.
        type Direction (sent, received)

        # One SIP message in clear text, its credentials masked. "number" counts the messages of its incident from 1; a gap is
        # a message that is not kept. "octets" are base64; "length" is more than they are when the message was cut.
        type TraceMessage (
          number: int,
          at: int,
          time: ?string,
          direction: Direction,
          transport: LinkTransport,
          localHost: string,
          localPort: int,
          remoteHost: string,
          remotePort: int,
          length: int,
          octets: string
        )

        # Where the power comes from. "charge" is the battery's in percent. "neededMilliwattHours" is what 5 minutes of voice,
        # an hour of waiting and 5 minutes of voice take, "standbyLeft" how many milliseconds the system can wait and then
        # still hold 5 minutes of voice; each is null where nothing measures or says it.
        type PowerStatus (
          onBattery: bool,
          charge: ?int,
          availableMilliwattHours: ?int,
          neededMilliwattHours: ?int,
          standbyLeft: ?int
        )

        # The receiver behind gpsd. "age" is that of the last fix in milliseconds, "radius" the meters that hold it with 95 %; null
        # where there is none.
        type ReceiverStatus (connected: bool, trusted: bool, age: ?int, radius: ?int)

        # Where somebody sits.
        type Seat (
          driver,
          frontMiddle,
          frontPassenger,
          secondRowLeft,
          secondRowMiddle,
          secondRowRight,
          thirdRowLeft,
          thirdRowMiddle,
          thirdRowRight
        )

        # Whether a seat is taken and its belt fastened; null where nothing watches that.
        type SeatValue (seat: Seat, occupied: ?bool, belted: ?bool)

        # An airbag, and whom it protects; "belt" is a tensioner.
        type AirbagValue (airbag: (front, side, curtain, roof, belt), seat: ?Seat, deployed: bool)

        # What the vehicle's own network knows; what is left out stays as it was told before. "speed" is in km/h, "heading" in
        # degrees from true north where something measures it: told together, and often, they carry the position on while the
        # receiver has none.
        type VehicleValues (
          speed: ?float,
          heading: ?float,
          ignition: ?bool,
          occupants: ?int,
          seats: ?[]SeatValue,
          doors: ?(locked, unlocked, mixed),
          fuelCutOff: ?bool,
          airbags: ?[]AirbagValue
        )

        # A value that counts, as a text, and since when it is so.
        type VehicleValueStatus (name: string, value: string, at: int, time: ?string)

        # A unit of the optical ring; null where no line tells.
        type RingUnitStatus (
          name: string,
          place: ?string,
          supply: ?bool,
          alive: ?bool,
          light: ?bool,
          bypassed: ?bool
        )

        # The optical ring, in the order of its light. "driver" and "mechanic" are sentences for each, "step" what a mechanic has
        # to do next in a search for its break, null without one. "criticalUnlocks" counts moments without light.
        type RingStatus (
          closed: ?bool,
          criticalUnlocks: int,
          driver: string,
          mechanic: string,
          step: ?string,
          units: []RingUnitStatus
        )

        # What is wrong now. "code", "fault" and "unit" as in FaultEntry; "driver" is a sentence for whoever drives, "mechanic" what
        # was found, "advice" what to do about it. A fault that is not "serious" is a note: no lamp, no buzzer.
        type Malfunction (
          code: string,
          fault: string,
          unit: string,
          serious: bool,
          driver: string,
          mechanic: string,
          advice: string,
          at: ?int
        )

        # By what the driver is warned, and a sentence about it.
        type Warning (by: []string, sentence: string)

        # A line of the self-test board. Nothing is good without something that could tell: what nothing monitors says so, and
        # that there is no coverage is no fault. "at" is when it was measured last, null where that is all the time or never.
        type SelfTestItem (
          name: string,
          title: string,
          verdict: (good, faulty, notMonitored, notTested, noCoverage),
          measured: ?string,
          limit: ?string,
          advice: ?string,
          at: ?int
        )

        # A fault that a simulated rig can be given, and whether it has it. "unit" is empty for the system as a whole.
        type Injection (item: string, unit: string, injected: bool)

        # A point in time of some boot; "at" can be compared with others of the same boot only.
        type Moment (boot: string, at: int, time: ?string)

        # What is kept of a fault. "code" is the number that a workshop knows it by, "unit" the line or the center, empty for the
        # system as a whole, "status" the status byte of ISO 14229, of which "pending", "confirmed" and "warning" are bits.
        # "present" says whether it is there now, "cleanCycles" in how many operation cycles since it was not. "first" and "last"
        # are when it began to fail for the first time and the last, "frame" is what was so then.
        type FaultEntry (
          code: string,
          fault: string,
          unit: string,
          sentence: string,
          present: bool,
          status: int,
          pending: bool,
          confirmed: bool,
          warning: bool,
          occurrences: int,
          cleanCycles: int,
          first: Moment,
          last: Moment,
          frame: [string]string
        )


        """
}
