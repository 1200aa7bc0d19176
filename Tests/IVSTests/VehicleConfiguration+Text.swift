import Configuration

@testable import IVS

extension VehicleConfiguration {
    /// What a text says that stands in the place of `ecalld.yaml`.
    init(text: String) throws {
        let settings = try ConfigurationReader.read(text: text, file: "ecalld.yaml", schema: VehicleSchema.schema)
        try self.init(settings)
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
