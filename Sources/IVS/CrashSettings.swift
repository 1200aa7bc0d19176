internal import ConfigurationFile
package import CrashSensing
package import Sensors

/// The parts of the configuration about accelerations, and about what is made of a crash.
package struct CrashSettings: Hashable, Sendable {
    /// Where accelerations come from.
    package enum Source: Hashable, Sendable {
        case none
        case iio(IIOSource.Settings)
        /// A recorded trace; `nil` plays what `ecallctl` names.
        case trace(file: String?)
    }

    package var source = Source.none
    package var limits = CrashLimits()
    /// How long an automatic call may wait for the end of the event, so that its MSD has the whole change of velocity.
    package var wait = Duration.milliseconds(300)
    /// Whether an automatic MSD carries the additional data of Euro NCAP.
    package var addsEuroNCAP = false
    /// The upper limit of the change of velocity that the sensor can tell, in km/h.
    package var rangeLimit = 125
    package var isRightHandDrive = false
    package var model = InjuryModel()

    package init() {}

    static let accelerometer = Schema([
        Key(
            "source",
            .choice(["iio", "trace"]),
            .defaulted(.string("iio")),
            "iio: a sensor of the kernel. trace: a recording, for a simulated rig."
        ),
        Key("device", .string(Self.deviceRule), .optional, "The accelerometer by name, label or iio:deviceN."),
        Key("gyro", .string(Self.deviceRule), .optional, "The gyro likewise; the same name where one device has both."),
        Key("x", .choice(Self.axes), .defaulted(.string("x")), "The axis of the sensor that points forward."),
        Key("y", .choice(Self.axes), .defaulted(.string("-y")), "The one that points to the right."),
        Key("z", .choice(Self.axes), .defaulted(.string("z")), "The one that points up."),
        Key("rate", .number(CrashLimits.rates), .optional, "Samples a second to ask for; left out, the device's own."),
        Key("watermark", .integer(1...256), .defaulted(.integer(16)), "How many samples are read at once."),
        Key("file", .string(Self.fileRule), .optional, "The recording; left out, what ecallctl accelerometer plays."),
    ])

    static let crash = Schema([
        Key(
            "event",
            .number(4...20),
            .defaulted(.number(8)),
            "The change of velocity within 150 ms that is an event, in km/h."
        ),
        Key(
            "call",
            .number(8...100),
            .defaulted(.number(24)),
            "The change of velocity of an event that calls without any crash line."
        ),
        Key("callLateral", .number(8...100), .defaulted(.number(15)), "The same to the side."),
        Key(
            "wait",
            .duration(.zero ... .milliseconds(500)),
            .defaulted(.duration(.milliseconds(300))),
            "How long an automatic call may wait for the end of the event, for its MSD to have all of it."
        ),
        Key(
            "euroNCAP",
            .boolean,
            .defaulted(.boolean(false)),
            "Whether the MSD of an automatic call carries the additional data of Euro NCAP TB 040."
        ),
        Key(
            "rangeLimit",
            .integer(100...250),
            .defaulted(.integer(125)),
            "The upper limit of the change of velocity that the sensor can tell, in km/h."
        ),
        Key(
            "driverSide",
            .choice(["left", "right"]),
            .defaulted(.string("left")),
            "The side on which the driver sits."
        ),
        Key(
            "injuryModel",
            .string(Self.fileRule),
            .optional,
            "A file of coefficients; left out, the built-in R-ISP 1."
        ),
    ])

    private static let axes = ["x", "y", "z", "-x", "-y", "-z"]

    private static let deviceRule = StringRule(
        "the name of a device",
        length: 1...64,
        example: "adxl372"
    ) { !$0.contains("/") && !$0.hasPrefix(".") }

    private static let fileRule = StringRule("a path", length: 1...4_096, example: "trace.csv")
}

extension CrashSettings {
    init(_ settings: Settings, folder: String) throws(ConfigurationMistakes) {
        self.init()
        let crash = settings.section("crash")
        self.limits.event = crash.number("event")
        self.limits.call = crash.number("call")
        self.limits.callLateral = crash.number("callLateral")
        self.wait = crash.duration("wait")
        self.addsEuroNCAP = crash.boolean("euroNCAP")
        self.rangeLimit = crash.integer("rangeLimit")
        self.isRightHandDrive = crash.string("driverSide") == "right"
        if let path = crash.optional("injuryModel")?.string {
            let file = try ConfigurationReader.read(
                path: path.hasPrefix("/") ? path : folder + path,
                schema: InjuryModelFile.schema
            )
            self.model = InjuryModel(file)
        }
        self.model.isRightHandDrive = self.isRightHandDrive
        guard self.limits.event <= min(self.limits.call, self.limits.callLateral) else {
            throw ConfigurationMistakes([
                crash.mistake("event", found: "\(self.limits.event)", expected: "at most call and callLateral")
            ])
        }
        if let section = settings.optional("accelerometer")?.section {
            self.source = try Self.source(
                section,
                isSimulated: settings.section("lines").string("backend") == "simulated"
            )
        }
    }

    private static func source(_ section: Settings, isSimulated: Bool) throws(ConfigurationMistakes) -> Source {
        if section.string("source") == "trace" {
            guard isSimulated else {
                let expected = "iio: the lines are the kernel's, and a recording would call for help"
                throw ConfigurationMistakes([section.mistake("source", found: "trace", expected: expected)])
            }
            return .trace(file: section.optional("file")?.string)
        }
        guard let device = section.optional("device")?.string else {
            throw ConfigurationMistakes([section.mistake("device", found: "none", expected: "the name of the sensor")])
        }
        guard let axes = AxisMap(x: section.string("x"), y: section.string("y"), z: section.string("z")) else {
            let found = ["x", "y", "z"].map(section.string).joined(separator: ", ")
            throw ConfigurationMistakes([
                section.mistake("x", found: found, expected: "each axis once, and no mirror image")
            ])
        }
        return .iio(
            IIOSource.Settings(
                device: device,
                gyro: section.optional("gyro")?.string,
                axes: axes,
                rate: section.optional("rate")?.number,
                watermark: section.integer("watermark")
            )
        )
    }
}
