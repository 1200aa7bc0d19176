private import Glibc
internal import NIOSSL

/// Where a certificate chain and its key lie.
package struct TLSIdentity: Hashable, Sendable {
    /// The path of a PEM file with the certificate first and what signed it behind.
    package let certificate: String
    /// The path of the PEM file of its key; nobody else may read it.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// A certificate chain and its key, read from their files and found to belong together.
package struct LoadedIdentity: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    /// The chain in the shape that the library takes.
    var sources: [NIOSSLCertificateSource] { self.chain.map(NIOSSLCertificateSource.certificate) }
}

/// Why the files of TLS cannot be used: which file, and what is wrong with it.
package struct TLSFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package init(_ path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { "\(self.path): \(self.problem)" }
}

extension TLSIdentity {
    /// Reads the files.
    package func load() throws(TLSFault) -> LoadedIdentity {
        let identity = LoadedIdentity(chain: try self.readChain(), key: try self.readKey())
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.sources,
            privateKey: .privateKey(identity.key)
        )
        configuration.trustRoots = .certificates([])
        do { _ = try NIOSSLContext(configuration: configuration) } catch {  // Made for what it refuses.
            throw TLSFault(
                self.key,
                "the key does not belong to the certificate, or is of no kind that can be used: \(TLSText.of(error))"
            )
        }
        return identity
    }

    private func readChain() throws(TLSFault) -> [NIOSSLCertificate] {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(self.certificate)
            guard !chain.isEmpty else { throw TLSFault(self.certificate, "expected a PEM file with a certificate") }
            return chain
        } catch let fault as TLSFault {
            throw fault
        } catch {
            throw TLSFault(self.certificate, "expected a PEM file with a certificate: \(TLSText.of(error))")
        }
    }

    private func readKey() throws(TLSFault) -> NIOSSLPrivateKey {
        try Self.checkMode(self.key)
        do {
            return try NIOSSLPrivateKey(file: self.key, format: .pem)
        } catch {
            throw TLSFault(self.key, "expected a PEM file with a private key: \(TLSText.of(error))")
        }
    }

    /// A key that others can read is no secret any more, and is not used.
    private static func checkMode(_ path: String) throws(TLSFault) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw TLSFault(path, unsafe String(cString: strerror(errno)))
        }
        guard status.st_mode & 0o007 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw TLSFault(path, "others can use this private key (mode \(mode)); chmod 600 it, and replace it")
        }
    }
}
