internal import Glibc

/// The file by which an engineer opens the 112 gate until the next boot.
///
/// It counts only when it is root's, nobody else may write it, and it was made in this boot; its folder is emptied by
/// a reboot, and its time is compared with the boot's in case it is not.
struct UnlockFile: Sendable {
    let path: String

    /// Reads the file now: unlocking and locking again take effect at the next request.
    @Sendable func isUnlocked() -> Bool {
        var status = stat()
        guard unsafe lstat(self.path, &status) == 0 else { return false }
        let isPlain = status.st_mode & S_IFMT == S_IFREG
        let isRoots = status.st_uid == 0 && status.st_mode & (S_IWGRP | S_IWOTH) == 0
        return isPlain && isRoots && Int64(status.st_ctim.tv_sec) >= Self.bootSeconds
    }

    /// When this boot began by the present wall clock, in seconds since 1970.
    private static var bootSeconds: Int64 {
        var wall = timespec()
        var sinceBoot = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &wall) == 0, unsafe clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0
        else { return Int64.max }
        return Int64(wall.tv_sec) - Int64(sinceBoot.tv_sec)
    }
}
