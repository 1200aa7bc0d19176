/// Where one line is found in the kernel, and what is asked of it there.
package struct LineWiring: Hashable, Sendable {
    /// A line of a chip, by the name the kernel gives it or by its number.
    package enum Address: Hashable, Sendable, CustomStringConvertible {
        case name(String)
        case offset(UInt32)

        /// `GPIO17` is a name, `17` a number.
        package init(_ text: String) {
            self = UInt32(text).map(Self.offset) ?? .name(text)
        }

        package var description: String {
            switch self {
            case .name(let name): name
            case .offset(let offset): String(offset)
            }
        }
    }

    /// The resistor inside the chip.
    package enum Bias: String, Hashable, Sendable, CaseIterable {
        /// As the chip has it: from the last user, or from reset.
        case asIs
        case disabled
        case pullUp
        case pullDown
    }

    /// Labels, names or paths of chips in order of preference; the first that is there has the line.
    package let chips: [String]
    package let address: Address
    package let bias: Bias
    /// How long the kernel, where it can, waits for a contact to be quiet; zero for not at all.
    package let kernelDebounce: Duration

    var kernelDebounceMicroseconds: UInt32 {
        let (seconds, attoseconds) = self.kernelDebounce.components
        return UInt32(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    package init(
        chips: [String],
        address: Address,
        bias: Bias = .asIs,
        kernelDebounce: Duration = .zero
    ) {
        self.chips = chips
        self.address = address
        self.bias = bias
        self.kernelDebounce = kernelDebounce
    }
}
