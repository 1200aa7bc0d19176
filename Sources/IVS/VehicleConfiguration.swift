package import CallControl
package import CrashSensing
package import GPIO
package import MSD
package import Net
package import Positioning
package import SIP

/// Everything that one rig's `ecalld` is told, checked and with its defaults filled in.
package struct VehicleConfiguration: Sendable {
    /// Which service the call goes to (EU 2017/79 Annex IV).
    package enum Profile: String, Hashable, Sendable, CaseIterable {
        /// A response center at a configured `sip:` URI.
        case privateCenter = "private"
        /// The public emergency service, by URN through a configured next hop.
        case emergency112 = "112"
    }

    /// A response center, or the next hop of the 112 profile.
    package struct Center: Hashable, Sendable {
        package var name: String
        package var endpoint: Endpoint
        /// The Request-URI of the private profile.
        package var uri: String
        /// How a connection over TLS is checked; `nil` with another transport.
        package var tls: TLSClient.Settings?
        /// With what challenges of this hop are answered; `nil` answers none.
        package var credentials: CredentialsPlace?
        /// How we register with it, so that it can ring back; `nil` does not.
        package var registration: CenterRegistration?
        /// The addresses to which it may have a call transferred (REFER), each as the center writes it.
        package var transfers: [String] = []
        /// Whether it is a hop of the emergency service behind a private one.
        package var isFallback = false

        package init(name: String, endpoint: Endpoint, uri: String) {
            self.name = name
            self.endpoint = endpoint
            self.uri = uri
        }
    }

    /// Who we are at one center, and the file that has the password.
    package struct CredentialsPlace: Hashable, Sendable {
        package var realm: String
        package var user: String
        package var passwordFile: String

        package init(realm: String, user: String, passwordFile: String) {
            self.realm = realm
            self.user = user
            self.passwordFile = passwordFile
        }
    }

    /// What is registered with one center.
    package struct CenterRegistration: Hashable, Sendable {
        /// The address of record, a `sip:` URI with a user.
        package var address: String
        /// The Request-URI of REGISTER, a `sip:` URI without a user.
        package var registrar: String
        package var expires: Duration

        package init(address: String, registrar: String, expires: Duration = .seconds(3_600)) {
            self.address = address
            self.registrar = registrar
            self.expires = expires
        }
    }

    /// What the MSD says of the vehicle itself.
    package struct Vehicle: Hashable, Sendable {
        package var vin: VIN
        package var type = VehicleType.passengerVehicleCategoryM1
        package var propulsion = PropulsionStorage()
        package var occupants: UInt8?

        package init(vin: VIN) {
            self.vin = vin
        }
    }

    /// The lines by what they are for.
    package struct Lines: Hashable, Sendable {
        package var button: LineName = "sos-button"
        package var cover: LineName?
        /// Each with the side of the vehicle whose impact it reports.
        package var crash: [LineName: ImpactSide] = ["crash": .unknown]
        /// Active while the vehicle's own power is gone; `nil` for a rig without.
        package var powerFail: LineName?
        package var led: LineName = "led"
        package var lamp: LineName = "lamp"
        package var chime: LineName? = "chime"
        /// How long an input must be quiet before its level counts.
        package var debounce = Debouncer.defaultPeriod

        package init() {}
    }

    /// The 112 gate's part of the configuration.
    package struct Gate: Hashable, Sendable {
        /// Numeric addresses that an emergency request may go to.
        package var allowedAddresses: [String] = []
        /// A file of root's that opens the gate until the next boot.
        package var unlockFile = "/run/ecall/unlock-112"

        package init() {}
    }

    package var vehicle: Vehicle
    package var profile = Profile.privateCenter
    /// In order of preference; hops of the emergency service that is fallen back to stand behind the private centers.
    package var centers: [Center]
    /// The From of a call that falls back to the emergency service: of no person.
    package var fallbackIdentity = "sip:anonymous@anonymous.invalid"
    /// Our own SIP URI, the From of each call.
    package var identity = "sip:vehicle@ecall.invalid"
    /// The URN that names this device in Contact; for a file that gives none, `DeviceInstance` makes one.
    package var instance = "urn:uuid:00000000-0000-4000-8000-000000000001"
    package var msdVersion = MSD.Version.v3
    package var call = CallLimits()
    package var button = ButtonMachine.Limits()
    /// What each crash line carries.
    package var crashProfiles: [LineName: CrashLineProfile] = ["crash": .level]
    /// Every profile that is known, for a harness that plays one.
    package var knownCrashProfiles = ["level": CrashLineProfile.level]
    package var lines = Lines()
    package var indicators = IndicatorTable()
    package var position: Fix?
    /// The receiver; `nil` for none.
    package var receiver: ReceiverSettings?
    /// How often an open connection is probed (RFC 5626 4.4.1); a dead one is noticed within this and 10 s.
    package var keepAlive = Duration.seconds(20)
    /// Whether there is a connection, and a registration, for a call only and until T10 behind it.
    package var isECallOnly = false
    /// How long an attempt waits for any answer of the center before the next center is tried.
    package var provisionalWait = Duration.seconds(5)
    /// How long the INVITE waits for the trigger's record; a slow disk never holds a call longer (20 ms).
    package var recordWait = Duration.milliseconds(20)
    /// How long the LED stays lit at the start, so that a person sees that it works.
    package var lampCheck = Duration.seconds(2)
    package var gate = Gate()
    package var isSimulated = true
    /// How many times as fast T2, T9 and T10 run as they should; 1 but for tests.
    package internal(set) var timeScale = 1
    /// Where each line of a real rig is in the kernel; empty on a simulated one.
    package var wiring: [LineName: LineWiring] = [:]
    /// The lines of which a low voltage means active.
    package var activeLow: Set<LineName> = []
    package var storePath = ""
    /// How long after its start an incident of the emergency service is kept; looked for every 10 min, it is gone in 13 h.
    package var emergencyRetention = Self.longestRetention
    /// The same for the private service; `nil` for as long as there is room.
    package var privateRetention: Duration?

    /// Where accelerations come from, and what is made of a crash.
    package var crash = CrashSettings()
    /// Whether a private center gets the vehicle's data set too (RFC 8148).
    package var sendsVEDS = false
    /// What the vehicle does when a private center asks for it.
    package var actions = ActionSettings()
    /// The optical ring of the sound system; `nil` for none.
    package var ring: RingSettings?
    /// What the system looks at by itself.
    package var selfTest = SelfTestSettings()
    /// The file that it was read from; `nil` for none.
    package var path: String?
    /// What the vehicle's own network may do.
    package var bus = BusSettings()
    /// What is known of the power; `nil` for nothing.
    package var power: PowerSettings?
    /// How often the vehicle places a test call by itself, about; `nil` for never.
    package var selfCheckInterval: Duration?
    /// How long after its trigger data that no center has acknowledged is offered late; zero for never.
    package var lateOffer = Duration.seconds(86_400)

    /// 13 hours (EU 2017/79 Annex VIII) less what may pass before it is noticed.
    package static let longestRetention = Duration.seconds(45_900)

    package var socketPath = ""
    /// The socket of those who only read; `nil` for none.
    package var viewSocketPath: String?
    /// The socket of those who tell what the vehicle's own network says; `nil` for none.
    package var busSocketPath: String?

    package init(vehicle: Vehicle, centers: [Center]) {
        self.vehicle = vehicle
        self.centers = centers
    }

    /// Whether the connections to the centers stand without a call; never to a 112 hop.
    package var isConnectedWithoutCall: Bool { self.profile == .privateCenter && !self.isECallOnly }

    /// The service that a call goes to at one of the centers.
    package func profile(of center: Int) -> Profile {
        self.centers[center].isFallback ? .emergency112 : self.profile
    }

    /// Who we are at one of the centers; nothing of the private service goes to the emergency service behind it.
    package func identity(at center: Int) -> String {
        self.centers[center].isFallback ? self.fallbackIdentity : self.identity
    }

    /// How each line is to be requested.
    package var lineSpecifications: [LineSpecification] {
        let others = [self.lines.cover, self.lines.powerFail].compactMap(\.self)
        let inputs =
            [self.lines.button] + others + self.lines.crash.keys.sorted() + (self.ring?.lines ?? [])
            + self.selfTest.lines
        let outputs =
            [self.lines.led] + [self.lines.chime].compactMap(\.self) + self.actions.lines
            + (self.ring?.dimmers ?? [])
        // Fail-lit: the lamp burns until the daemon drives it off.
        return inputs.map { self.specification($0, .input) } + outputs.map { self.specification($0, .output) }
            + [self.specification(self.lines.lamp, .output, initial: .active)]
    }

    private func specification(
        _ name: LineName,
        _ direction: LineSpecification.Direction,
        initial: Level = .inactive
    ) -> LineSpecification {
        LineSpecification(
            name: name,
            direction: direction,
            isActiveLow: self.activeLow.contains(name),
            initial: initial
        )
    }
}
