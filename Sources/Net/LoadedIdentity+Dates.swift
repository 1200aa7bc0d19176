internal import NIOSSL

extension LoadedIdentity {
    /// What is wrong with the dates of the chain, a sentence; `nil` when nothing is, or no clock can tell.
    package func dateProblem(at now: TrustedTime) -> String? {
        guard now.isSynchronized else { return nil }
        for certificate in self.chain {
            let (begin, end) = (Int64(certificate.notValidBefore), Int64(certificate.notValidAfter))
            if end < now.secondsSince1970 { return "expired on \(CertificateCheck.day(of: end))" }
            if now.secondsSince1970 < begin { return "is not valid before \(CertificateCheck.day(of: begin))" }
        }
        return nil
    }
}
