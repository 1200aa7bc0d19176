import Foundation
import Supervision

/// A file that the tool makes; one that exists is never overwritten.
enum NewFile {
    /// Writes a file whole, with its mode from the first moment on; what cannot be written whole is removed again.
    static func write(_ octets: [UInt8], to path: String, mode: mode_t) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            guard errno != EEXIST else { throw Complaint("\(path) exists already and is not overwritten") }
            throw Complaint(unsafe "\(path): \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(octets))
            try file.synchronize()
        } catch {
            unsafe unlink(path)
            throw Complaint("\(path) cannot be written: \(error)")
        }
    }
}
