package import Positioning

extension GPSDTPV {
    /// The report for the filter, with the dilution of the last `SKY`, which gpsd tells apart from the position.
    package func receiverReport(hdop: Double? = nil) -> ReceiverReport {
        ReceiverReport(
            mode: self.receiverMode,
            latitudeDegrees: self.lat,
            longitudeDegrees: self.lon,
            heightMeters: self.altHAE,
            trackDegrees: self.track,
            speedMetersPerSecond: self.speed,
            horizontalErrorMeters: self.eph,
            longitudeErrorMeters: self.epx,
            latitudeErrorMeters: self.epy,
            verticalErrorMeters: self.epv,
            hdop: hdop,
            time: self.time
        )
    }

    private var receiverMode: ReceiverReport.Mode {
        switch self.mode {
        case 1: .none
        case 2: .twoD
        case 3: .threeD
        default: .unknown
        }
    }
}
