import Glibc

/// What a failed `connect` on a Unix socket means, by unix(7) and connect(2).
enum SystemRefusal {
    case missing
    case denied
    case unanswered
    case other

    init(_ errnoCode: CInt) {
        switch errnoCode {
        case ENOENT, ENOTDIR: self = .missing
        case EACCES, EPERM: self = .denied
        case ECONNREFUSED: self = .unanswered
        default: self = .other
        }
    }
}
