import Digests
import SIP
import Testing

@Suite struct HashFunctionsTests {
    private func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The test suite of RFC 1321 A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ])
    func md5GivesTheValuesOfItsRFC(text: String, digest: String) {
        #expect(self.hexadecimal(HashFunctions.crypto.md5(Array(text.utf8))) == digest)
    }

    /// The examples of FIPS 180-4.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func sha256GivesTheValuesOfItsStandard(text: String, digest: String) {
        #expect(self.hexadecimal(HashFunctions.crypto.sha256(Array(text.utf8))) == digest)
    }
}
