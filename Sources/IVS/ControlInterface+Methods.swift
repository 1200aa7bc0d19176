extension ControlInterface {
    /// The methods and errors, each with a comment.
    static let methods = """
        # What is going on. "profile" is "private" or "112"; "incident", "trigger" and "attempt" are null while idle;
        # "timeScale" says how many times as fast T2, T9, T10 and the retention run, 1 but for tests;
        # "fallback" says when a call goes from the private service to 112, null where it never does; "garage" is how many
        # milliseconds the button still makes test calls, "selfCheck" when the next self-check is due, each null for never;
        # "message" is shown until the center can ring back no more;
        # "degraded" are sentences for the driver about what of the call that goes on does not work, which stops no call;
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
          ring: ?RingStatus,
          gate: GateStatus,
          fallback: ?string,
          garage: ?int,
          selfCheck: ?int,
          power: ?PowerStatus,
          receiver: ?ReceiverStatus,
          vehicle: []VehicleValueStatus,
          store: StoreStatus,
          faults: []string,
          malfunctions: []Malfunction,
          warning: ?Warning,
          degraded: []string,
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

        # The self-test board, or one item of it. With "run" everything is asked anew that can be asked without ringing anywhere,
        # which takes up to five seconds and touches no call; "lamps" lights LED and lamp for two seconds, "audible" sounds the
        # buzzer.
        method SelfTest(item: ?string, run: ?bool, lamps: ?bool, audible: ?bool) -> (items: []SelfTestItem)

        # What a periodic inspection asks for: ready or not and why, version, SHA-256 of program and configuration, and a fresh
        # MSD, marked as a test's, in hexadecimal digits and in words. It shows VIN and place.
        method Inspect() -> (
          ready: bool,
          reasons: []string,
          notes: []string,
          version: string,
          program: ?string,
          configuration: ?string,
          simulated: bool,
          msd: ?string,
          msdText: ?string,
          power: ?PowerStatus,
          items: []SelfTestItem,
          time: ?string
        )

        # The faults that a simulated rig can be given; none of a real one.
        method Injections() -> (injections: []Injection)

        # Gives a simulated rig a fault in the place of a measurement; the same rules judge it. OutOfRange names those there are.
        method InjectFault(item: string, unit: ?string) -> ()

        # Takes a fault away that was injected, or all of them.
        method HealFault(item: ?string, unit: ?string) -> ()

        # Shuts the 112 gate until the next start, as a page does that is reachable from the network.
        method ShutGate() -> ()

        # Begins the search for the break of the ring, or goes on with it: what was asked for is done. "position" is what the head
        # unit tells after a restart, where no line tells of the light. "unit" is null where the step is about none.
        method DiagnoseRing(begin: ?bool, position: ?int) -> (
          step: (restart, position, bypass, putBack, dim, done),
          unit: ?string,
          sentence: string
        )

        # Breaks something of a simulated ring, units counted from 1; "fibre" and "weak" are about the light to the next unit.
        method BreakRing(unit: int, fault: (supply, dead, transmitter, receiver, fibre, weak)) -> ()

        # Mends everything that is broken of a simulated ring.
        method MendRing() -> ()

        # Plugs a loop in the place of a unit of a simulated ring; without one takes it out.
        method PlugRing(unit: ?int) -> ()

        # Says whether the units of a simulated ring were started anew, when each sends; else light has to come round.
        method RestartRing(restarted: bool) -> ()

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
        # nothing. Members of the group ecall-bus may call this, over control.busSocket.
        method SetVehicle(
          values: VehicleValues,
          forget: ?[](speed, ignition, occupants, seats, doors, fuelCutOff, airbags)
        ) -> ()

        # Tells what BlueZ says of the vehicle's Bluetooth: whether the adapter is there and switched on, whether the phone is
        # paired, whether the keys of that are kept, and whether it is connected; null where nothing tells. It is forgotten when
        # it is not told again for a minute. Members of the group ecall-bus may call this too.
        method TellBluetooth(adapter: bool, paired: ?bool, whole: ?bool, connected: ?bool) -> ()

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

        # The configuration has no ring.
        error NoRing ()

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

        # The store cannot be read, or was not read yet.
        error StoreUnavailable (reason: string)

        """
}
