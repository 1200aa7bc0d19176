internal import CallControl
internal import ConfigurationFile
internal import MSD
internal import NGECall
internal import SIP

/// Every key of `ecalld.yaml`, with its range and its default.
enum VehicleSchema {
    static let schema = Schema([
        Key("vehicle", .section(Self.vehicle), .required, "What the MSD says of the vehicle."),
        Key(
            "profile",
            .choice(["private", "112"]),
            .defaulted(.string("private")),
            "private: a response center at its sip: URI. 112: the emergency service by URN through a next hop."
        ),
        Key(
            "centers",
            .list(of: .section(Self.center), count: 1...8),
            .required,
            "The response centers, or next hops, in order of preference; the next is tried when one fails."
        ),
        Key(
            "fallback",
            .section(Self.fallback),
            .optional,
            "The emergency service behind the private one, for calls that it does not take; left out, none."
        ),
        Key("identity", .section(Self.identity), .required, "Who is calling."),
        Key("call", .section(Self.call), .required, "The times and counts of a call."),
        Key("lines", .section(Self.lines), .required, "The lines by what they are for."),
        Key("accelerometer", .section(CrashSettings.accelerometer), .optional, "Where accelerations come from."),
        Key("crash", .section(CrashSettings.crash), .required, "How accelerations are judged."),
        Key(
            "actions",
            .section(ActionSettings.schema),
            .optional,
            "What the vehicle does when a private center asks for it (RFC 8148); left out, nothing."
        ),
        Key("ring", .section(RingSettings.schema), .optional, "The optical ring of the sound system; left out, none."),
        Key(
            "selfTest",
            .section(SelfTestSettings.schema),
            .required,
            "What the system looks at by itself."
        ),
        Key("bus", .section(BusSettings.schema), .required, "What the vehicle's own network may do."),
        Key("power", .section(PowerSettings.schema), .optional, "Where the power comes from."),
        Key("indicators", .section(Self.indicators), .required, "What LED and chime do."),
        Key("gpsd", .section(ReceiverSettings.schema), .optional, "The receiver, behind gpsd; left out, none."),
        Key("position", .section(Self.position), .optional, "A surveyed place, for a rig without a receiver."),
        Key("connection", .section(Self.connection), .required, "The connection to the centers."),
        Key("gate", .section(Self.gate), .required, "What stands between a rig and a real emergency service."),
        Key("store", .section(Self.store), .required, "The durable record."),
        Key("control", .section(Self.control), .required, "The socket of ecallctl."),
    ])

    private static let vehicle = Schema([
        Key("vin", .string(Self.vinRule), .required, "The vehicle identification number."),
        Key(
            "type",
            .choice(VehicleType.names),
            .defaulted(.string("passengerVehicleCategoryM1")),
            "The vehicle category, by the name in EN 15722."
        ),
        Key(
            "propulsion",
            .list(of: .choice(PropulsionStorageName.allCases.map(\.rawValue)), count: 0...7),
            .defaulted(.list([])),
            "The kinds of energy storage on board; none means unknown."
        ),
        Key("occupants", .integer(0...254), .optional, "The number of occupants; left out when unknown."),
        Key(
            "msdVersion",
            .integer(2...3),
            .defaulted(.integer(3)),
            "The MSD version of the private profile; the 112 profile always sends 3."
        ),
    ])

    private static let hop = [
        Key("name", .string(Self.nameRule), .required, "The name in status, events and logs."),
        Key("host", .string(Self.hostRule), .required, "A name or a numeric address."),
        Key("port", .integer(1...65_535), .optional, "The port; left out, 5060, and 5061 with tls."),
        Key("tls", .section(Self.protection), .required, "How a connection over TLS is checked; with tls only."),
        Key(
            "transport",
            .choice(["udp", "tcp", "tls"]),
            .defaulted(.string("tcp")),
            "udp: what is too large for a datagram goes over TCP to the same port, and over UDP where that does not serve."
        ),
    ]

    private static let fallback = Schema([
        Key("hops", .list(of: .section(Schema(Self.hop)), count: 1...8), .required, "The hops to it, in order."),
        Key(
            "rounds",
            .integer(1...10),
            .defaulted(.integer(1)),
            "After how many rounds over the private centers a call goes there."
        ),
        Key(
            "after",
            .duration(.seconds(1) ... .seconds(120)),
            .defaulted(.duration(.seconds(30))),
            "After which time since the first attempt it goes there, should the rounds take longer."
        ),
        Key(
            "identity",
            .string(Self.uriRule),
            .defaulted(.string("sip:anonymous@anonymous.invalid")),
            "The From of such a call: nothing of the private service goes there."
        ),
    ])

    private static let center = Schema(
        Self.hop + [
            Key(
                "uri",
                .string(Self.uriRule),
                .required,
                "The Request-URI of the private profile; of no meaning to the 112 profile."
            ),
            Key(
                "transfers",
                .list(of: .string(Self.uriRule), count: 0...16),
                .defaulted(.list([])),
                "The addresses to which the center may have a call transferred (REFER, RFC 3515); no other is called."
            ),
            Key("credentials", .section(Self.credentials), .optional, "The answer to a challenge (RFC 3261 22)."),
            Key(
                "registration",
                .section(Self.registration),
                .optional,
                "How to register with the center (RFC 3261 10, RFC 5626); never with the 112 profile."
            ),
        ]
    )

    private static let registration = Schema([
        Key("address", .string(Self.addressOfRecordRule), .required, "The address of record of this vehicle."),
        Key(
            "registrar",
            .string(Self.registrarRule),
            .optional,
            "The Request-URI of REGISTER; left out, the host of the address."
        ),
        Key(
            "expires",
            .duration(.seconds(60) ... .seconds(86_400)),
            .defaulted(.duration(.seconds(3_600))),
            "How long a registration is asked for; whole seconds of it count."
        ),
    ])

    private static let credentials = Schema([
        Key("realm", .string(Self.realmRule), .required, "The realm that is answered; no other is."),
        Key("user", .string(Self.realmRule), .required, "The user name in that realm."),
        Key(
            "passwordFile",
            .string(Self.pathRule),
            .required,
            "A file with the password on one line, which others cannot read."
        ),
    ])

    private static let protection = Schema([
        Key(
            "name",
            .string(Self.hostRule),
            .optional,
            "The host that the center's certificate must name; left out, the host above."
        ),
        Key(
            "authorities",
            .string(Self.pathRule),
            .optional,
            "A PEM file with the authorities that are trusted; left out, those of the system."
        ),
        Key("certificate", .string(Self.pathRule), .optional, "A PEM file with our certificate and its chain."),
        Key("key", .string(Self.pathRule), .optional, "The PEM file of its key, readable by nobody else."),
    ])

    private static let identity = Schema([
        Key("uri", .string(Self.uriRule), .defaulted(.string("sip:vehicle@ecall.invalid")), "The From of each call."),
        Key(
            "instance",
            .string(Self.urnRule),
            .optional,
            "The URN of this device; left out, a UUID that is made of the machine's own name and stays the same."
        ),
    ])

    private static let call = Schema([
        Key(
            "cancelWindow",
            .duration(.zero ... .seconds(30)),
            .defaulted(.duration(.zero)),
            "T1: how long a manual call waits for a cancel before it dials; the maker's choice."
        ),
        Key("redial", .section(Self.redial), .required, "Attempts after the first failure or drop."),
        Key(
            "provisionalWait",
            .duration(.milliseconds(500) ... .seconds(32)),
            .defaulted(.duration(.seconds(5))),
            "How long an attempt waits for any answer before the next center is tried."
        ),
        Key(
            "answerWait",
            .duration(.seconds(10) ... .seconds(600)),
            .defaulted(.duration(.seconds(181))),
            "How long an attempt may ring (RFC 3261 timer C asks for more than 3 minutes)."
        ),
        Key(
            "clearDownFallback",
            .duration(.seconds(60) ... .seconds(7_200)),
            .defaulted(.duration(.seconds(3_600))),
            "T2: how long a call that the center never clears may last."
        ),
        Key(
            "callbackWindow",
            .duration(.zero ... .seconds(3_600)),
            .defaulted(.duration(.seconds(3_600))),
            "T9: how long after its call the center may ring back and is answered by itself; 0 s for never."
        ),
        Key(
            "deregistration",
            .duration(.zero ... .seconds(43_200)),
            .defaulted(.duration(.seconds(43_200))),
            "T10: how long after its call an eCall-only vehicle stays connected to the center, T9 at least."
        ),
        Key(
            "selfCheckInterval",
            .duration(.seconds(86_400) ... .seconds(31_536_000)),
            .optional,
            "How often, about, the vehicle places a test call by itself; left out, never."
        ),
        Key(
            "selfCheckLength",
            .duration(.seconds(1) ... .seconds(60)),
            .defaulted(.duration(.seconds(5))),
            "How long such a call lasts once it is answered."
        ),
        Key(
            "veds",
            .boolean,
            .defaulted(.boolean(false)),
            "Whether a private center gets the vehicle's data set beside the MSD (RFC 8148); 112 never does."
        ),
        Key(
            "endedHold",
            .duration(.milliseconds(500) ... .seconds(60)),
            .defaulted(.duration(.seconds(5))),
            "How long the end of a call is shown."
        ),
    ])

    private static let redial = Schema([
        Key(
            "window",
            .duration(.zero ... .seconds(600)),
            .defaulted(.duration(.seconds(120))),
            "How long attempts go on after the first failure or drop (2 minutes by EN 16062)."
        ),
        Key(
            "maximumAttempts",
            .integer(0...100),
            .defaulted(.integer(10)),
            "How many attempts fit in one window; 0 for no limit but the window."
        ),
        Key(
            "gaps",
            .list(of: .duration(.zero ... .seconds(120)), count: 1...16),
            .defaulted(.list([0, 5, 10, 20, 30].map { .duration(.seconds($0)) })),
            "The pause before each round over the centers; the last one repeats."
        ),
    ])

    private static let lines = Schema([
        Key(
            "backend",
            .choice(["simulated", "gpiod"]),
            .defaulted(.string("simulated")),
            "simulated: driven by ecallctl. gpiod: the kernel's, through libgpiod."
        ),
        Key(
            "chips",
            .list(of: .string(LinePins.chipRule), count: 1...8),
            .defaulted(.list(LinePins.defaultChips.map(Value.string))),
            "The GPIO chips by label, name or path, in order of preference; the first that is there has the lines."
        ),
        Key("pins", .section(LinePins.schema), .required, "Where each line of the kernel is; for gpiod only."),
        Key(
            "debounce",
            .duration(.zero ... .milliseconds(500)),
            .defaulted(.duration(.milliseconds(50))),
            "How long an input must be quiet before its level counts."
        ),
        Key(
            "debouncing",
            .choice(["automatic", "own"]),
            .defaulted(.string("automatic")),
            "automatic: by the kernel where it can, else by ecalld. own: always by ecalld, on the kernel's time stamps."
        ),
        Key(
            "cover",
            .boolean,
            .defaulted(.boolean(true)),
            "Whether the button has a cover switch; a press through a closed cover counts and is reported."
        ),
        Key("powerFail", .boolean, .defaulted(.boolean(false)), "Whether a line tells that the power is gone."),
        Key("button", .section(Self.button), .required, "The SOS button."),
        Key("crash", .section(Self.crash), .required, "The times of a crash line with the profile level."),
        Key(
            "crashLines",
            .table(of: CrashLineSettings.line, names: CrashLineSettings.nameRule, count: 1...8),
            .defaulted(.table(CrashLineSettings.defaultLines)),
            "The crash lines by name, with what each carries and the side that it stands for."
        ),
        Key("crashProfiles", .string(Self.pathRule), .optional, "A file of further profiles (docs/crash-lines.md)."),
        Key(
            "lampCheck",
            .duration(.zero ... .seconds(10)),
            .defaulted(.duration(.seconds(2))),
            "How long LED and lamp are lit at the start."
        ),
    ])

    private static let button = Schema([
        Key(
            "hold",
            .duration(.zero ... .seconds(10)),
            .defaulted(.duration(.seconds(1))),
            "How long a press lasts before it counts."
        ),
        Key(
            "stuckAfter",
            .duration(.seconds(11) ... .seconds(300)),
            .defaulted(.duration(.seconds(30))),
            "How long a press lasts before the button is called stuck."
        ),
        Key(
            "clearAfter",
            .duration(.zero ... .seconds(60)),
            .defaulted(.duration(.seconds(2))),
            "How long a stuck button must stay released before presses count again."
        ),
    ])

    private static let crash = Schema([
        Key(
            "hold",
            .duration(.zero ... .seconds(5)),
            .defaulted(.duration(.milliseconds(100))),
            "How long the crash level must last."
        ),
        Key(
            "lockout",
            .duration(.zero ... .seconds(60)),
            .defaulted(.duration(.seconds(5))),
            "How long further pulses are part of the same crash."
        ),
        Key(
            "stuckAfter",
            .duration(.seconds(6) ... .seconds(300)),
            .defaulted(.duration(.seconds(12))),
            "How long a crash level may last before the line is called stuck."
        ),
    ])

    private static let indicators = Schema([
        Key("led", .section(Self.patterns(Indication.allCases.map(\.rawValue))), .required, "The green LED."),
        Key("chime", .section(Self.patterns(Announcement.allCases.map(\.rawValue))), .required, "The chime."),
    ])

    private static let position = Schema([
        Key("latitude", .number(-90...90), .required, "Degrees, north positive."),
        Key("longitude", .number(-180...180), .required, "Degrees, east positive."),
        Key("radius", .integer(1...100_000), .defaulted(.integer(15)), "Meters that hold the place with 95 %."),
        Key("direction", .number(0...360), .optional, "Degrees from north."),
    ])

    private static let connection = Schema([
        Key(
            "keepAlive",
            .duration(.seconds(5) ... .seconds(120)),
            .defaulted(.duration(.seconds(20))),
            "How often an open connection is probed (RFC 5626)."
        ),
        Key(
            "eCallOnly",
            .boolean,
            .defaulted(.boolean(false)),
            "Whether there is a connection, and a registration, for a call only; with the 112 profile it is always so."
        ),
    ])

    private static let gate = Schema([
        Key(
            "allowedAddresses",
            .list(of: .string(Self.addressRule), count: 0...8),
            .defaulted(.list([])),
            "Numeric addresses that an emergency request may go to; never names."
        ),
        Key(
            "unlockFile",
            .string(Self.pathRule),
            .defaulted(.string("/run/ecall/unlock-112")),
            "A file of root's that names this boot and opens the gate."
        ),
    ])

    private static let store = Schema([
        Key("path", .string(Self.pathRule), .defaulted(.string("/var/lib/ecall/vehicle.sqlite")), "The file."),
        Key(
            "wait",
            .duration(.zero ... .milliseconds(200)),
            .defaulted(.duration(.milliseconds(20))),
            "How long the INVITE waits for the trigger's record."
        ),
        Key(
            "keepEmergency",
            .duration(.seconds(14_400)...VehicleConfiguration.longestRetention),
            .defaulted(.duration(VehicleConfiguration.longestRetention)),
            "How long after its start a call of the emergency service is kept; looked for every 10 min."
        ),
        Key(
            "keepPrivate",
            .duration(.seconds(14_400) ... .seconds(31_536_000)),
            .optional,
            "The same for the private service; left out, as long as there is room."
        ),
        Key(
            "offerLate",
            .duration(.zero ... .seconds(604_800)),
            .defaulted(.duration(.seconds(86_400))),
            "How long after its trigger data that no center has acknowledged is offered to one of the private service."
        ),
    ])

    private static let control = Schema([
        Key("socket", .string(Self.pathRule), .defaulted(.string("/run/ecall/ecalld.sock")), "The socket's path."),
        Key(
            "viewSocket",
            .string(Self.pathRule),
            .optional,
            "A second socket, of the group ecall-view, for those who read and change nothing."
        ),
        Key(
            "busSocket",
            .string(Self.pathRule),
            .optional,
            "A third socket, of the group ecall-bus, for those who tell the vehicle's values and nothing else."
        ),
    ])

    /// One pattern for each of `names`, all with a default in the built-in table.
    private static func patterns(_ names: [String]) -> Schema {
        Schema(
            names.map { name in
                Key(
                    name,
                    .string(Self.patternRule),
                    .optional,
                    "A pattern; left out, the built-in one (docs/indicators.md)."
                )
            }
        )
    }
}
