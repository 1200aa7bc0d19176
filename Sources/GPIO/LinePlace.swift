/// Where a line was found: a chip and the number of the line on it.
struct LinePlace: Hashable, Sendable, CustomStringConvertible {
    let chip: KernelChip
    let offset: UInt32
    let address: LineWiring.Address

    /// `GPIO17, line 17 of gpiochip0 [pinctrl-bcm2711]`.
    var description: String {
        switch self.address {
        case .name(let name): "\(name), line \(self.offset) of \(self.chip)"
        case .offset: "line \(self.offset) of \(self.chip)"
        }
    }

    /// The place of a line among the chips that are there; throws why there is none.
    static func find(_ wiring: LineWiring, in folder: String = KernelChip.folder) throws(LineAbsence) -> LinePlace {
        var chips: [KernelChip] = []
        var refusal: (path: String, error: GPIOError)?
        for path in KernelChip.paths(in: folder) {
            do { chips.append(try KernelChip(path: path)) } catch { refusal = refusal ?? (path, error) }
        }
        guard let chip = Self.choose(wiring.chips, among: chips) else {
            if let (path, error) = refusal { throw .refused(path: path, error) }
            throw .noChip(wanted: wiring.chips, there: chips)
        }
        let offset: UInt32?
        do { offset = try chip.offset(of: wiring.address) } catch { throw .refused(path: chip.path, error) }
        guard let offset else { throw .noLine(wiring.address, chip) }
        return LinePlace(chip: chip, offset: offset, address: wiring.address)
    }

    /// The chip that the earliest word means; of two chips of one label the first.
    static func choose(_ words: [String], among chips: [KernelChip]) -> KernelChip? {
        for word in words {
            if let chip = chips.first(where: { $0.isMeant(by: word) }) { return chip }
        }
        return nil
    }
}

/// Why a line has no place.
enum LineAbsence: Error, Hashable, Sendable, CustomStringConvertible {
    case noChip(wanted: [String], there: [KernelChip])
    case noLine(LineWiring.Address, KernelChip)
    case refused(path: String, GPIOError)

    /// One sentence: what, the system's number, and what to do.
    var description: String {
        switch self {
        case .noChip(let wanted, let there):
            let found =
                there.isEmpty ? "no chip is there" : "there are \(there.map(\.description).joined(separator: ", "))"
            return "no GPIO chip has the label, name or path \(wanted.joined(separator: " or ")); \(found);"
                + " gpiodetect lists them"
        case .noLine(let address, let chip):
            return "\(chip) has no line \(address); gpioinfo lists its lines"
        case .refused(let path, let error) where error.isForbidden:
            return "\(error.operation.rawValue) \(path): \(error.text); the user of ecalld must be in the group that"
                + " owns it"
        case .refused(let path, let error):
            return "\(error.operation.rawValue) \(path): \(error.text)"
        }
    }
}
