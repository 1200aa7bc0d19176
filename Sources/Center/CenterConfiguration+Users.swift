internal import Digests
internal import SIP

extension CenterConfiguration.Authentication {
    /// Why a file of users is not taken; no secret is in it.
    package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Reads the users of a realm from a file that others cannot read.
    package init(_ policy: Policy, usersIn path: String, realm: String) throws(Mistake) {
        let text: String
        do throws(SecretFile.Mistake) {
            text = try SecretFile.text(of: path, upTo: SecretFile.maximumUsers)
        } catch {
            throw Mistake(description: "\(error)")
        }
        do throws(AuthenticatorUsers.Mistake) {
            self.init(policy, users: try AuthenticatorUsers(lines: text, realm: realm, .crypto))
        } catch {
            throw Mistake(description: "\(path), \(error)")
        }
    }
}
