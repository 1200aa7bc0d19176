package import CallControl
package import ControlSocket
package import CrashSensing
package import Diagnosis
package import GPIO
package import GPSD
package import Net
package import SIP
package import Store
package import Timeline

/// What comes into the vehicle's loop.
package enum VehicleInput: Sendable {
    /// The daemon has started.
    case started
    /// The service manager wants to hear that the loop turns.
    case heartbeat
    /// The record is open; the incidents that an earlier run did not finish, the emergency that it ended last if it began
    /// no other, and what happened to a damaged file.
    /// `lastTest` is when the last test call began that a center acknowledged, `troubles` the fault memory, `runs`
    /// how earlier runs have ended, the latest first.
    case storeOpened(
        unfinished: [StoredIncident],
        ended: StoredIncident?,
        recovery: String?,
        lastTest: Stamp? = nil,
        troubles: [TroubleRecord] = [],
        runs: [RunRecord] = []
    )
    case storeFailed(StoreError)
    case controlSocketOpened
    /// The control socket could not be opened; calls go on without it.
    case controlSocketFailed(String)
    /// What is wrong with the files of TLS to a center has changed.
    case protection(TLSStanding)
    case line(LineEvent)
    /// The answer to `VehicleOutput.readLines`: every edge before the instant has come as an event.
    case linesRead(through: Instant)
    case net(NetEvent)
    case control(ControlEvent)
    /// What the accelerometer, or what is made of its samples, has to say.
    case sensor(SensorNews)
    /// What the receiver, or gpsd in front of it, has to say.
    case receiver(GPSDEvent)
    /// What the power supplies say, from time to time.
    case power(PowerState.Reading)
    /// What the machine says of itself, and when that was handed over.
    case host(HostReading, askedAt: Instant)
    /// What the Bluetooth adapter says of itself and the phone.
    case bluetooth(BluetoothReading)
    /// The answer to `VehicleOutput.write`, and to `failWrite`.
    case written(batch: Int, StoreError?)
    /// The answer to `VehicleOutput.purge`.
    case purged(Result<PurgeReport, StoreError>)
    /// The answer to `VehicleOutput.readLateData`.
    case lateDataRead(Result<LateData?, StoreError>)
    /// So many events found the mailbox full and are lost.
    case overflow(Int)
    /// The daemon is to stop in order; `VehicleOutput.left` answers.
    case stopping
}

/// What the vehicle's loop wants done, in this order; none of it waits.
package enum VehicleOutput: Sendable {
    case drive(LineName, Level)
    /// Hand over every edge that has happened so far, and say when that is done.
    case readLines
    /// Report the level of every input anew: what was told of them is lost.
    case reportLevels
    /// Keep this for the next run, in memory: what the inputs mean so far.
    case keepInputs(String)
    /// Connect to a center; over TLS without a check of who answers when that is said.
    case open(Flow, Endpoint, center: Int, isChecked: Bool)
    case send([UInt8], over: Flow)
    case close(Flow)
    case write(batch: Int, [VehicleRecord])
    /// Answer a batch as a full disk does: a simulated rig has one.
    case failWrite(batch: Int)
    /// Answer the opening of a connection as a pulled cable does: a simulated rig has one.
    case refuse(Flow, Endpoint)
    /// Look at the machine, and at Bluetooth, now.
    case readHost
    /// Keep what the call machine was told and wants done in the flight recorder, for as long as what began at a stamp.
    case recordDecision(FlightEntry, since: Stamp)
    /// Delete what is kept no longer.
    case purge(PurgeRule)
    /// Read the oldest data that is to be offered late, of incidents with simulated lines or with real ones.
    case readLateData(isSimulated: Bool)
    case reply(ControlCall.ID, JSONValue, continues: Bool)
    case fail(ControlCall.ID, error: String, JSONValue)
    /// Something done to a simulated line, for the call that asked for it.
    case simulate(ControlCall.ID, LineCommand)
    /// Move simulated lines, for nobody who waits.
    case moveLines([LineCommand])
    /// Answer with the newest incidents of the store, which is read off the loop.
    case readIncidents(ControlCall.ID, limit: Int)
    /// Answer with what a trace has behind a message: of an incident, or of the latest one.
    case readTrace(ControlCall.ID, incident: String?, after: Int)
    /// Every line has been heard of and the control socket was tried: the daemon serves.
    case ready
    /// What the service manager shows of the daemon.
    case showStatus(String)
    /// The loop has turned.
    case feedWatchdog
    /// Nothing more is to be said to the centers before the daemon stops.
    case left
    /// Play a recording in place of the accelerometer, for the call that asked for it; `nil` for the configured one.
    case playTrace(ControlCall.ID, path: String?)
    /// Answer with everything that is on record of an incident.
    case readIncident(ControlCall.ID, incident: String)
    case log(VehicleEvent)
}

/// What comes of the accelerometer.
package enum SensorNews: Hashable, Sendable {
    /// Samples come, so many a second.
    case working(rate: Double)
    /// They do not, and why.
    case failed(String)
    /// Roll rates come, from a gyro of its own.
    case rollWorking
    /// They do not, and why; accelerations do all the same.
    case rollFailed(String)
    case sign(CrashDetector.Sign)
}

/// What an engineer does to a simulated line.
package enum LineCommand: Hashable, Sendable {
    case set(LineName, Level)
    case pulse(LineName, Duration)
    case bounce(LineName, times: Int, period: Duration)
    case play(LineName, LineSignal)
    case stick(LineName, Level)
    case vanish(LineName)
    case restore(LineName)
}
