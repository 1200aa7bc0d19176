internal import Digests
package import SIP

/// The credentials of each center that has some, read from their files at the start.
package struct CenterSecrets: Hashable, Sendable {
    /// By the index of the center.
    package var credentials: [Int: Credentials] = [:]
    /// What is wrong with the files, in one sentence; `nil` when nothing is.
    ///
    /// The calls go on without them.
    package var problem: String?

    package init() {}

    /// Reads every password file that the configuration names.
    package init(reading configuration: VehicleConfiguration) {
        var problems: [String] = []
        for (index, center) in configuration.centers.enumerated() {
            guard let place = center.credentials else { continue }
            do throws(SecretFile.Mistake) {
                self.credentials[index] = Credentials(
                    realm: place.realm,
                    user: place.user,
                    password: try SecretFile.password(of: place.passwordFile)
                )
            } catch {
                problems.append("\(center.name) is called without credentials: \(error)")
            }
        }
        if !problems.isEmpty { self.problem = problems.joined(separator: "; ") }
    }
}
