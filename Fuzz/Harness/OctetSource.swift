/// Takes decisions and stretches of octets from an input, from its beginning on.
package struct OctetSource {
    private var rest: ArraySlice<UInt8>

    package init(_ input: [UInt8]) {
        self.rest = input[...]
    }

    package var isEmpty: Bool { self.rest.isEmpty }

    /// The next octet; 0 behind the end.
    package mutating func octet() -> UInt8 {
        self.rest.popFirst() ?? 0
    }

    /// A number of 0..<`bound`, from one octet.
    package mutating func number(below bound: Int) -> Int {
        Int(self.octet()) % bound
    }

    /// One of `choices`, from one octet.
    package mutating func choice<Element>(_ choices: [Element]) -> Element {
        choices[self.number(below: choices.count)]
    }

    /// The next octets, as many as the two octets before them say or as there are.
    package mutating func stretch() -> [UInt8] {
        let count = Int(self.octet()) << 8 | Int(self.octet())
        defer { self.rest = self.rest.dropFirst(count) }
        return Array(self.rest.prefix(count))
    }

    /// All that is left.
    package mutating func remainder() -> [UInt8] {
        defer { self.rest = [] }
        return Array(self.rest)
    }
}
