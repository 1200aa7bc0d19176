import UPER

/// The additional data of ERA-GLONASS (GOST 33464), 1.4.1 for v1 and 1.4.2 for v2 of the MSD.
package struct ERAGLONASSData: Hashable, Sendable {
    /// The two forms of the data, which differ in the coordinate system.
    package enum Form: Hashable, Sendable, CaseIterable {
        /// 1.4.1, without a coordinate system.
        case v1
        /// 1.4.2.
        case v2

        package var oid: [UInt32] {
            switch self {
            case .v1: [1, 4, 1]
            case .v2: [1, 4, 2]
            }
        }
    }

    /// The self-test results: TRUE failed, FALSE good, left out not tested.
    package enum DiagnosticName: String, OptionalBooleanName {
        case micConnectionFailure, micFailure, rightSpeakerFailure, leftSpeakerFailure, speakersFailure
        case ignitionLineFailure, uimFailure, statusIndicatorFailure, batteryFailure, batteryVoltageLow
        case crashSensorFailure, firmwareImageCorruption, commModuleInterfaceFailure, gnssReceiverFailure
        case raimProblem, gnssAntennaFailure, commModuleFailure, eventsMemoryOverflow, crashProfileMemoryOverflow
        case otherCriticalFailures, otherNotCriticalFailures
    }

    /// What kind of crash was detected; left out means that nothing is known of it.
    package enum CrashName: String, OptionalBooleanName {
        case crashFront, crashLeft, crashRight, crashRear, crashRollover, crashSide, crashFrontOrSide
        case crashAnotherType
    }

    /// The system of the coordinates; the schema numbers them from 1.
    package enum CoordinateSystem: String, CaseIterable, Sendable {
        case wgs84, pz90
    }

    /// What `crashSeverity` may be.
    package static let severities = 0...2047

    package var form: Form
    /// The acceleration severity index ASI15, without a published scale.
    package var crashSeverity: Int?
    package var diagnosticResult: OptionalBooleans<DiagnosticName>?
    package var crashInfo: OptionalBooleans<CrashName>?
    /// `nil` when left out, which means `wgs84`; the v1 form has none.
    package var coordinateSystemType: CoordinateSystem?

    package init(
        form: Form = .v2,
        crashSeverity: Int? = nil,
        diagnosticResult: OptionalBooleans<DiagnosticName>? = nil,
        crashInfo: OptionalBooleans<CrashName>? = nil,
        coordinateSystemType: CoordinateSystem? = nil
    ) {
        self.form = form
        self.crashSeverity = crashSeverity
        self.diagnosticResult = diagnosticResult
        self.crashInfo = crashInfo
        self.coordinateSystemType = coordinateSystemType
    }

    /// The data that begin `octets`; additions of a later schema and what follows are ignored.
    package init(decoding octets: [UInt8], form: Form) throws(MSDDecodingError) {
        var reader = FieldReader(octets)
        let isExtended = try reader.boolean(.eraGlonass)
        let hasSeverity = try reader.boolean(.eraGlonass)
        let hasDiagnostic = try reader.boolean(.eraGlonass)
        let hasCrashInfo = try reader.boolean(.eraGlonass)
        let hasSystem = form == .v2 ? try reader.boolean(.eraGlonass) : false
        self.form = form
        self.crashSeverity = hasSeverity ? try reader.integer(in: Self.severities, .crashSeverity) : nil
        self.diagnosticResult =
            hasDiagnostic ? try reader.booleans(count: DiagnosticName.allCases.count, .diagnosticResult) : nil
        self.crashInfo = hasCrashInfo ? try reader.booleans(count: CrashName.allCases.count, .crashInfo) : nil
        if hasSystem {
            self.coordinateSystemType = try reader.boolean(.coordinateSystemType) ? .pz90 : .wgs84
        }
        // Additions are read only to learn that they are whole.
        if isExtended { _ = try reader.skipExtensionAdditions(.eraGlonassExtension) }
    }

    package func encoded() throws(MSDEncodingError) -> [UInt8] {
        if let severity = self.crashSeverity, !Self.severities.contains(severity) {
            throw MSDEncodingError(.crashSeverity, .outOfRange(found: severity, allowed: Self.severities))
        }
        if self.form == .v1, self.coordinateSystemType == .pz90 {
            throw MSDEncodingError(.coordinateSystemType, .notIn(.v1))
        }
        var writer = BitWriter(capacity: 12)
        writer.append(false)
        writer.append(self.crashSeverity != nil)
        writer.append(self.diagnosticResult != nil)
        writer.append(self.crashInfo != nil)
        if self.form == .v2 { writer.append(self.coordinateSystemType != nil) }
        if let severity = self.crashSeverity { writer.append(severity, in: Self.severities) }
        self.diagnosticResult?.write(to: &writer, count: DiagnosticName.allCases.count)
        self.crashInfo?.write(to: &writer, count: CrashName.allCases.count)
        if self.form == .v2, let system = self.coordinateSystemType { writer.append(system == .pz90) }
        return writer.finish()
    }
}
