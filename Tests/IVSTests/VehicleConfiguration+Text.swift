import ConfigurationFile

@testable import IVS

extension VehicleConfiguration {
    /// What a text says that stands in the place of `ecalld.yaml`.
    init(text: String) throws {
        let settings = try ConfigurationReader.read(text: text, file: "ecalld.yaml", schema: VehicleSchema.schema)
        try self.init(settings)
    }

    /// The least file of a rig whose lines are the kernel's, and what else it is to say.
    static func ofKernelLines(_ more: String) -> String {
        """
        vehicle: {vin: ECALLEXAMPLE02026}
        centers: [{name: a, host: 127.0.0.1, uri: "sip:a@a.invalid"}]
        lines:
          backend: gpiod
          cover: false
          pins: {button: {line: A}, crash: {line: B}, led: {line: C}, lamp: {line: D}}

        """ + more
    }

    /// Every mistake of such a text, a line each.
    static func mistakes(_ text: String) -> [String] {
        do {
            _ = try VehicleConfiguration(text: text)
            return []
        } catch {
            return (error as? ConfigurationMistakes)?.mistakes.map(\.description) ?? ["\(error)"]
        }
    }
}
