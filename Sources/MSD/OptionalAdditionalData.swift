/// What an MSD may carry beyond its own fields: octets whose meaning a relative object identifier names.
package struct OptionalAdditionalData: Hashable, Sendable {
    /// The arcs of the identifier, such as 8 and 1.
    package var oid: [UInt32]
    package var data: [UInt8]

    package init(oid: [UInt32], data: [UInt8]) {
        self.oid = oid
        self.data = data
    }

    package init(_ content: EuroNCAPData) throws(MSDEncodingError) {
        self.init(oid: EuroNCAPData.oid, data: try content.encoded())
    }

    package init(_ content: ERAGLONASSData) throws(MSDEncodingError) {
        self.init(oid: content.form.oid, data: try content.encoded())
    }

    /// The data read as what its identifier names.
    package enum Content: Hashable, Sendable {
        case euroNCAP(EuroNCAPData)
        case eraGlonass(ERAGLONASSData)
        /// An identifier that this system does not know.
        case unknown
        /// A known identifier, but the data are not what it names.
        case damaged(MSDDecodingError)
    }

    package var content: Content {
        do {
            if self.oid == EuroNCAPData.oid {
                return .euroNCAP(try EuroNCAPData(decoding: self.data))
            }
            if let form = ERAGLONASSData.Form.allCases.first(where: { $0.oid == self.oid }) {
                return .eraGlonass(try ERAGLONASSData(decoding: self.data, form: form))
            }
            return .unknown
        } catch {
            return .damaged(error)
        }
    }

    /// The arcs with dots between them.
    package var oidText: String { self.oid.map(String.init).joined(separator: ".") }
}
