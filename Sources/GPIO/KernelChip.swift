private import CGPIOD
private import Glibc

/// A GPIO chip of the kernel, as it was when it was looked at.
struct KernelChip: Hashable, Sendable, CustomStringConvertible {
    /// Where the kernel's device files are.
    static let folder = "/dev"
    /// Longer than any label of the kernel (`GPIO_MAX_NAME_SIZE`, 32 octets).
    private static let labelCapacity = 64

    let path: String
    let label: String
    let lineCount: Int

    /// The device file's name, `gpiochip0`.
    var name: String { self.path.split(separator: "/").last.map(String.init) ?? self.path }

    /// `gpiochip0 [pinctrl-bcm2711]`, as the tools write it.
    var description: String { "\(self.name) [\(self.label)]" }

    init(path: String, label: String, lineCount: Int) {
        self.path = path
        self.label = label
        self.lineCount = lineCount
    }

    /// Looks at the chip of a device file.
    init(path: String) throws(GPIOError) {
        let (label, count) = try unsafe Self.opened(path) { chip throws(GPIOError) in
            var octets = [CChar](repeating: 0, count: Self.labelCapacity)
            let count = unsafe cgpiod_chip_label(chip, &octets, octets.count)
            guard count >= 0 else { throw .last(.readChip) }
            return (Self.text(octets), Int(count))
        }
        self.init(path: path, label: label, lineCount: count)
    }

    /// Whether the configuration means this chip: by its path, its name or its label.
    func isMeant(by word: String) -> Bool {
        word == self.path || word == self.name || word == self.label
    }

    /// The number of the line at an address; `nil` when the chip has none.
    func offset(of address: LineWiring.Address) throws(GPIOError) -> UInt32? {
        switch address {
        case .offset(let offset): return Int(offset) < self.lineCount ? offset : nil
        case .name(let name):
            let offset = try unsafe Self.opened(self.path) { chip throws(GPIOError) in
                unsafe cgpiod_chip_offset(chip, name)
            }
            return offset < 0 ? nil : UInt32(offset)
        }
    }

    /// The program that holds a line, an empty text when it did not give its name, `nil` when nobody holds it.
    func holder(of offset: UInt32) throws(GPIOError) -> String? {
        try unsafe Self.opened(self.path) { chip throws(GPIOError) in
            var octets = [CChar](repeating: 0, count: Self.labelCapacity)
            switch unsafe cgpiod_chip_holder(chip, offset, &octets, octets.count) {
            case 1: return Self.text(octets)
            case 0: return nil
            default: throw .last(.readChip)
            }
        }
    }

    /// Whether the kernel debounces a line that is held.
    func debounces(_ offset: UInt32) throws(GPIOError) -> Bool {
        try unsafe Self.opened(self.path) { chip throws(GPIOError) in unsafe cgpiod_chip_debounces(chip, offset) }
    }

    /// Device files of chips, `gpiochip0` before `gpiochip10`; empty when the folder cannot be read.
    static func paths(in folder: String = Self.folder) -> [String] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var numbers: [Int] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard name.hasPrefix("gpiochip"), let number = Int(name.dropFirst("gpiochip".count)) else { continue }
            numbers.append(number)
        }
        return numbers.sorted().map { "\(folder)/gpiochip\($0)" }
    }

    private static func opened<Result>(
        _ path: String,
        _ body: (OpaquePointer) throws(GPIOError) -> Result
    ) throws(GPIOError) -> Result {
        guard let chip = unsafe gpiod_chip_open(path) else { throw .last(.openChip) }
        defer { unsafe gpiod_chip_close(chip) }
        return try unsafe body(chip)
    }

    private static func text(_ octets: [CChar]) -> String {
        String(decoding: octets.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
