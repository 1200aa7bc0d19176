import FuzzHarness
import MSD

/// What must hold for the MSD codec, whatever the octets.
enum MSDProbe {
    /// A whole MSD survives encoding and decoding, a damaged one says where the damage is.
    static func wholeOrDamaged(_ input: [UInt8]) {
        let salvage = MSD.salvage(input)
        do throws(MSDDecodingError) {
            let msd = try MSD(decoding: input)
            require(salvage.error == nil, "an MSD was decoded that salvage calls damaged: \(salvage)")
            require(salvage.msd == msd, "decode and salvage read different MSDs: \(msd), \(salvage)")
            self.reencoded(msd, salvage, from: input)
        } catch {
            require(salvage.error == error, "decode says \(error), salvage says \(salvage)")
            require(salvage.msd == nil, "salvage gives an MSD and \(error)")
            require((0...input.count * 8).contains(error.bitOffset), "\(error) lies outside \(input.count) octets")
            require(!error.description.isEmpty, "an error says nothing")
        }
        require(!salvage.fields.texts.contains { $0.text.isEmpty && $0.field != .additionalData }, "an empty text")
    }

    private static func reencoded(_ msd: MSD, _ salvage: MSD.Salvage, from input: [UInt8]) {
        let octets: [UInt8]
        do throws(MSDEncodingError) {
            octets = try msd.encoded()
        } catch {
            guard case .tooLong = error.reason else {
                return require(false, "\(msd) was decoded and cannot be encoded: \(error)")
            }
            let used = input.count - salvage.trailingOctets
            return require(used > MSD.maximumOctets, "\(used) octets are refused as too long: \(error)")
        }
        let again = MSD.salvage(octets)
        require(again.msd == msd, "\(msd) became \(again)")
        require(again.trailingOctets == 0 && !again.hasNonzeroPadding, "our own MSD is sloppy: \(again)")
        require(msd.differences(from: msd).isEmpty, "an MSD differs from itself")
        let isOurs =
            salvage.trailingOctets == 0 && !salvage.hasNonzeroPadding && salvage.unknownExtensionAdditions == 0
        require(!isOurs || octets == input, "the octets have two forms: \(octets) and \(input)")
    }

    /// Of a prefix, salvage reads what it reads of the whole, up to the cut.
    static func prefix(of input: [UInt8]) {
        guard let last = input.last else { return }
        let prefix = MSD.salvage(Array(input.prefix(Int(last) % input.count)))
        let whole = Set(MSD.salvage(input).fields.texts.map { "\($0.field): \($0.text)" })
        let strangers = prefix.fields.texts.filter { !whole.contains("\($0.field): \($0.text)") }
        require(strangers.isEmpty, "read of a prefix only: \(strangers)")
    }

    /// Additional data that can be read are the same after encoding and decoding.
    static func additionalData(_ input: [UInt8]) {
        for oid in [EuroNCAPData.oid] + ERAGLONASSData.Form.allCases.map(\.oid) {
            let data = OptionalAdditionalData(oid: oid, data: input)
            do throws(MSDEncodingError) {
                switch data.content {
                case .euroNCAP(let content):
                    let again = try OptionalAdditionalData(content)
                    require(again.content == data.content, "\(data.content) became \(again.content)")
                case .eraGlonass(let content):
                    let again = try OptionalAdditionalData(content)
                    require(again.content == data.content, "\(data.content) became \(again.content)")
                case .unknown:
                    require(false, "\(oid) is unknown")
                case .damaged(let error):
                    require((0...input.count * 8).contains(error.bitOffset), "\(error) lies outside the data")
                }
            } catch {
                require(false, "additional data were decoded and cannot be encoded: \(error)")
            }
        }
    }
}
