internal import ControlSocket
internal import Foundation
package import GPIO

/// Where the malfunction lamp is, written down by `ecalld` for the program that lights it when `ecalld` cannot.
///
/// That program needs it when the configuration cannot be read any more, which is one of the reasons why `ecalld` is
/// dead.
package struct LampNote: Hashable, Sendable {
    /// In the folder of the service's state, wherever the record is: the reader may have no configuration.
    package static let defaultPath = "/var/lib/ecall/lamp.json"
    /// Far above what a note takes; a larger file is none.
    private static let maximumOctets = 4_096

    package let specification: LineSpecification
    package let wiring: LineWiring

    /// The lamp of a rig with real lines; `nil` for a simulated one, which has no lamp that could be lit.
    package init?(_ configuration: VehicleConfiguration) {
        let lamp = configuration.lines.lamp
        guard let specification = configuration.lineSpecifications.first(where: { $0.name == lamp }),
            let wiring = configuration.wiring[lamp]
        else { return nil }
        self.specification = specification
        self.wiring = wiring
    }

    /// The note of a file; `nil` when there is none that can be read.
    package init?(path: String) {
        // Why it cannot be read changes nothing: there is no lamp to be lit then.
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= Self.maximumOctets,
            let note = try? JSONDecoder().decode(JSONValue.self, from: data),
            let name = note["name"]?.asString, let line = note["line"]?.asString,
            let chips = note["chips"]?.asArray?.compactMap(\.asString), !chips.isEmpty,
            let isActiveLow = note["activeLow"]?.asBool
        else { return nil }
        self.specification = LineSpecification(
            name: LineName(name),
            direction: .output,
            isActiveLow: isActiveLow,
            initial: .active
        )
        self.wiring = LineWiring(
            chips: chips,
            address: LineWiring.Address(line),
            bias: note["bias"]?.asString.flatMap(LineWiring.Bias.init) ?? .asIs
        )
    }

    /// Writes the note, whole or not at all.
    package func write(to path: String) throws {
        try Data(self.json.text.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    private var json: JSONValue {
        [
            "name": .string(self.specification.name.text), "line": .string(self.wiring.address.description),
            "chips": .array(self.wiring.chips.map(JSONValue.string)),
            "activeLow": .bool(self.specification.isActiveLow), "bias": .string(self.wiring.bias.rawValue),
        ]
    }
}
