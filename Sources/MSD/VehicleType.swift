package import UPER

/// The category of the vehicle; values that a later schema added survive as their number.
package struct VehicleType: Hashable, Sendable, CustomStringConvertible {
    /// Where the value lies in the schema's enumeration, which numbers its root from 1.
    package let index: EnumerationIndex

    package init(_ index: EnumerationIndex) {
        self.index = index
    }

    /// The names of EN 15722:2020 in order; v1 and v2 know the first 13, with `Class` for `Category`.
    package static let names = [
        "passengerVehicleCategoryM1", "busesAndCoachesCategoryM2", "busesAndCoachesCategoryM3",
        "lightCommercialVehiclesCategoryN1", "heavyDutyVehiclesCategoryN2", "heavyDutyVehiclesCategoryN3",
        "motorcyclesCategoryL1e", "motorcyclesCategoryL2e", "motorcyclesCategoryL3e", "motorcyclesCategoryL4e",
        "motorcyclesCategoryL5e", "motorcyclesCategoryL6e", "motorcyclesCategoryL7e", "trailersCategoryO",
        "agriVehiclesCategoryR", "agriVehiclesCategoryS", "agriVehiclesCategoryT", "offRoadVehiclesCategoryG",
        "specialPurposeMotorCaravanCategorySA", "specialPurposeArmouredVehicleCategorySB",
        "specialPurposeAmbulanceCategorySC", "specialPurposeHearseCategorySD", "otherVehicleCategory",
    ]

    package static let passengerVehicleCategoryM1 = VehicleType(.root(0))
    package static let lightCommercialVehiclesCategoryN1 = VehicleType(.root(3))
    package static let otherVehicleCategory = VehicleType(.root(22))

    /// How many values the schema of a version lists before its extension marker.
    package static func rootCount(in version: MSD.Version) -> Int {
        switch version {
        case .v1, .v2: 13
        case .v3: Self.names.count
        }
    }

    /// The value with a name of the schema, in its v1 and v2 spelling too, or `extension` and a number.
    package init?(name: String) {
        if let position = Self.names.firstIndex(where: { $0 == name || Self.olderName($0) == name }) {
            self.index = .root(position)
        } else if name == "lightCommercialVehiclesN1" {
            // Some copies of the schema leave the word out here.
            self = .lightCommercialVehiclesCategoryN1
        } else if let number = ExtensionName.number(in: name) {
            self.index = .addition(number)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self.index {
        case .root(let position) where Self.names.indices.contains(position): Self.names[position]
        case .root(let position): "reserved\(position)"
        case .addition(let number): ExtensionName.text(number)
        }
    }

    /// The v1 and v2 spelling of a name, which says `Class` where v3 says `Category`.
    private static func olderName(_ name: String) -> String {
        let word = Array("Category")
        let letters = Array(name)
        for start in letters.indices.dropLast(word.count - 1) where letters[start...].starts(with: word) {
            return String(letters[..<start] + Array("Class") + letters[(start + word.count)...])
        }
        return name
    }
}

/// How a value that a later schema added is written: `extension` and its number in the order of the additions, from 0.
enum ExtensionName {
    static func text(_ number: Int) -> String { "extension\(number)" }

    static func number(in name: String) -> Int? {
        guard name.hasPrefix("extension"), let number = Int(name.dropFirst("extension".count)),
            (0...BitReader.maximumNormallySmallNumber).contains(number)
        else { return nil }
        return number
    }
}
