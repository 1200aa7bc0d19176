internal import ControlSocket
internal import CrashSensing
internal import NIOPosix
internal import Sensors
internal import Store
internal import Timeline

// The recordings that are played in place of a sensor, and what is on record of a crash.
extension VehicleBody {
    /// Reads the file off the loop.
    func playTrace(_ id: ControlCall.ID, path: String?) {
        let (server, sensor) = (self.ports.server(of: id), self.ports.sensor)
        NIOThreadPool.singleton.submit { _ in
            do throws(TraceMistake) {
                try sensor.play(path: path)
                server.reply(id, [:])
            } catch {
                let reason: JSONValue = ["reason": .string(error.description)]
                server.fail(id, error: "\(ControlMethod.interface).TraceUnusable", parameters: reason)
            }
        }
    }

    /// Octets of samples in one reply, well below what one holds.
    private static let maximumSampleOctets = 700_000

    /// The events as the interface has them; samples that would not fit into one reply are left out.
    private static func fitting(_ crashes: [CrashEventRecord]) -> [JSONValue] {
        var left = Self.maximumSampleOctets
        return crashes.map { crash in
            let fits = crash.samples.utf8.count <= left
            if fits { left -= crash.samples.utf8.count }
            return crash.json(withSamples: fits)
        }
    }

    func readIncident(_ id: ControlCall.ID, incident: String) {
        let server = self.ports.server(of: id)
        self.ports.store.incident(incident) { result in
            switch result {
            case .success((let incident, let crashes)?):
                let crash = incident.crash.flatMap { CrashAccount(text: $0, at: .boot) }
                let members: JSONValue = [
                    "incident": incident.json, "crash": crash?.summary ?? .null,
                    "crashes": .array(Self.fitting(crashes)),
                ]
                server.reply(id, members)
            case .success(nil):
                server.fail(id, error: ControlMethod.unknownIncident, parameters: ["incident": .string(incident)])
            case .failure(let error):
                let reason: JSONValue = ["reason": .string(error.description)]
                server.fail(id, error: "\(ControlMethod.interface).StoreUnavailable", parameters: reason)
            }
        }
    }
}

extension CrashEventRecord {
    /// The event as the interface has it; what the store cannot have changed is ours and can be read.
    func json(withSamples: Bool) -> JSONValue {
        guard let summary = try? JSONValue(decoding: self.summary.utf8, maximumValues: Self.maximumValues),
            let samples = try? JSONValue(decoding: self.samples.utf8, maximumValues: Self.maximumValues),
            case .object(var members) = summary
        else { return .null }
        members["boot"] = .string(self.began.boot)
        members["time"] = self.began.timeText
        members["samples"] = withSamples ? samples : []
        return .object(members)
    }

    /// As many samples as are kept, each with its members.
    private static let maximumValues = 20_000
}
