/// The Varlink interface of `ecalld`; the same text as `varlink/net.ecall.ecalld.varlink`, which a test compares.
package enum ControlInterface {
    package static let text = """
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

        # The job of a line. The first four are inputs, the others outputs; the last four do what a center asks for.
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
          doorUnlock
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

        # What is going on. "profile" is "private" or "112"; "incident", "trigger" and "attempt" are null while idle;
        # "timeScale" says how many times as fast T2, T9, T10 and the retention run, 1 but for tests;
        # "fallback" says when a call goes from the private service to 112, null where it never does; "garage" is how many
        # milliseconds the button still makes test calls, "selfCheck" when the next self-check is due, each null for never;
        # "message" is shown until the center can ring back no more;
        # "faults" are sentences, one for each malfunction that is known; "dropped" counts events that found a full queue.
        method Status() -> (
          version: string,
          simulated: bool,
          timeScale: int,
          state: CallState,
          detail: string,
          incident: ?string,
          trigger: ?Trigger,
          profile: string,
          attempt: ?int,
          at: int,
          time: ?string,
          centers: []CenterStatus,
          lines: []LineStatus,
          indicators: []IndicatorStatus,
          actions: []ActionStatus,
          message: ?CenterMessage,
          gate: GateStatus,
          fallback: ?string,
          garage: ?int,
          selfCheck: ?int,
          power: ?PowerStatus,
          receiver: ?ReceiverStatus,
          vehicle: []VehicleValueStatus,
          store: StoreStatus,
          faults: []string,
          dropped: int
        )

        # Every event from now on, one reply each. Has to be called with "more"; a reader that is too slow is dropped.
        method Watch() -> (event: Event)

        # Why the last event changed the state, or did not. "guard" is the condition that decided, "timer" the timer;
        # each is null when none did.
        method Why() -> (
          sentence: string,
          event: Event,
          from: CallState,
          to: CallState,
          guard: ?string,
          timer: ?Timer
        )

        # The timers of the standards: T1, T2, T9 and T10.
        method Timers() -> (timers: []TimerStatus)

        # The newest incidents, newest first: at most "limit" of them, 20 when it is left out, never more than 1000.
        method Incidents(limit: ?int) -> (incidents: []Incident)

        # One incident with what the crash sensors saw of it; UnknownIncident where it is not on record.
        method DescribeIncident(incident: string) -> (
          incident: Incident,
          crash: ?CrashSummary,
          crashes: []CrashEvent
        )

        # Plays a recording of accelerations on a simulated rig whose accelerometer.source is trace: a file that ecalld can read,
        # or the configured one.
        method PlayAcceleration(file: ?string) -> ()

        # A page of the SIP trace of an incident, or of the latest one: its messages behind the number "after". "more" says that
        # others follow, "omitted" how many are not kept. It shows VIN and place.
        method Trace(incident: ?string, after: ?int) -> (
          incident: string,
          messages: []TraceMessage,
          omitted: int,
          more: bool
        )

        # The fault memory: what has failed since it was cleared, what is there now first.
        method Faults() -> (faults: []FaultEntry)

        # Forgets what a workshop has seen to: a fault by its name or code, of one unit or of all, or everything. What is still
        # there is found anew at once.
        method ClearFaults(fault: ?string, unit: ?string) -> ()

        # Puts a simulated input line to a level.
        method SetLine(name: string, level: Level) -> ()

        # Makes a simulated input line active for a time of 1 to 3600000 milliseconds.
        method PulseLine(name: string, milliseconds: int) -> ()

        # Moves a simulated input line to its other level in 2 * "times" + 1 edges, "times" being 1 to 1000, with 1 to 1000
        # "milliseconds" between two of them, 1 when it is left out.
        method BounceLine(name: string, times: int, milliseconds: ?int) -> ()

        # Plays on a simulated input line what a unit of a crash profile sends: "idle" for ever, or one "crash" and then
        # "idle". Ends with the next command to that line. OutOfRange names the profiles that the configuration has.
        method PlayLine(name: string, profile: string, signal: (idle, crash)) -> ()

        # Makes a simulated input line stay at a level whatever is set, until RestoreLine.
        method StickLine(name: string, level: Level) -> ()

        # Takes a simulated line away, as a pulled connector does, until RestoreLine.
        method VanishLine(name: string) -> ()

        # Ends what StickLine or VanishLine began.
        method RestoreLine(name: string) -> ()

        # Presses the simulated SOS button for 1 to 3600000 milliseconds, 1200 when it is left out.
        method PressButton(holdMilliseconds: ?int) -> ()

        # Tells what the vehicle's own network says; "forget" names the values that are known no longer. All of it is taken, or
        # nothing. Members of the group ecall-bus may call this and nothing else, over control.busSocket.
        method SetVehicle(
          values: VehicleValues,
          forget: ?[](speed, ignition, occupants, seats, doors, fuelCutOff, airbags)
        ) -> ()

        # Sets the position of a simulated rig, in milliarcseconds (latitude -324000000 to 324000000, longitude -648000000 to
        # 648000000, north and east positive). "directionDegrees" counts clockwise from true north, "errorMeters" is the
        # radius around the position that holds the true one in 95 of 100 cases; left out, each is unknown.
        method SetPosition(
          latitudeMilliarcseconds: int,
          longitudeMilliarcseconds: int,
          directionDegrees: ?float,
          errorMeters: ?float
        ) -> ()

        # Makes the position of a simulated rig unknown, as a lost receiver does.
        method ClearPosition() -> ()

        # Starts a test call, never an emergency. "started" is false when something forbids it; "reason" says what.
        method TestCall() -> (started: bool, reason: string)

        # Makes the SOS button start test calls for 60000 to 28800000 milliseconds, or no longer when they are left out. A
        # crash ends that, and so does a restart.
        method SetGarageMode(milliseconds: ?int) -> ()

        # The rig is not simulated: real lines and a real receiver are not driven from here.
        error NotSimulated (what: string)

        # This socket is for those who read; the method changes something.
        error NotPermitted (method: string)

        # No fault has this name or code.
        error UnknownFault (fault: string)

        # No incident of this name is on record, or none at all when it is null.
        error UnknownIncident (incident: ?string)

        # No configured line has this name; "known" are those that have one.
        error UnknownLine (name: string, known: []string)

        # The line is an output, and the method drives inputs.
        error NotAnInput (name: string)

        # The line has vanished, is missing or busy; RestoreLine brings a vanished one back.
        error LineUnavailable (name: string, reason: string)

        # A number is outside what is allowed.
        error OutOfRange (parameter: string, allowed: string)

        # An emergency call is going on, with this trigger.
        error CallInProgress (trigger: Trigger)

        # Nothing has happened since the program started.
        error NothingHappened ()

        # The recording cannot be played, and why.
        error TraceUnusable (reason: string)

        # The store cannot be read.
        error StoreUnavailable (reason: string)

        """
}
