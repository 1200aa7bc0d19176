import CSimulatedDisk
import Store

/// The vehicle's disk: its store, by the code that writes it in the field, on a medium that a seed makes fail.
@safe final class Medium {
    /// What becomes of a write.
    enum Fate {
        case done
        /// Refused by the store itself, which changes nothing.
        case refused(StoreError)
        /// The disk fails or is full from one change of the write on, for so many changes.
        case fails(at: Int64, count: Int64, code: Int32)
    }

    // Given back with the last reference to this object, and used by nobody else.
    private let disk: OpaquePointer
    private(set) var store: VehicleStore

    /// The address of a disk with an empty store, which every walk begins with a copy of; kept to the end of the process.
    ///
    /// It is only copied, and the disk has a lock of its own; 0 without memory, and then there is no walk either.
    private static let blank: UInt = {
        guard let disk = unsafe simulated_disk_make() else { return 0 }
        do { try unsafe Medium.open(disk).close() } catch { return 0 }
        return UInt(bitPattern: disk)
    }()

    /// An empty store on a disk of its own.
    convenience init() throws {
        guard let blank = unsafe OpaquePointer(bitPattern: Self.blank) else {
            throw StoreError.failed(reason: "out of memory", code: 7)
        }
        try unsafe self.init(simulated_disk_copy(blank))
    }

    private init(_ disk: OpaquePointer?) throws {
        guard let disk = unsafe disk else { throw StoreError.failed(reason: "out of memory", code: 7) }
        unsafe self.disk = disk
        self.store = try unsafe Self.open(disk)
    }

    deinit {
        self.store.close()
        unsafe simulated_disk_free(self.disk)
    }

    private static func open(_ disk: OpaquePointer) throws(StoreError) -> VehicleStore {
        // The folder's name is the disk's own, which outlives the call.
        let folder = unsafe String(cString: simulated_disk_folder(disk))
        return try VehicleStore.virtual(path: folder + "vehicle.sqlite")
    }

    private var changes: Int64 { unsafe simulated_disk_changes(self.disk) }

    /// Writes and waits, since here the disk takes no time of its own; what the store says of it.
    func write(_ records: [VehicleRecord], _ fate: Fate) -> StoreError? {
        switch fate {
        case .done: return self.store.writeNow(records)
        case .refused(let error): return error
        case .fails(let at, let count, let code):
            unsafe simulated_disk_fail(self.disk, self.changes + at, count, code)
            defer { unsafe simulated_disk_fail(self.disk, 0, 0, 0) }
            return self.store.writeNow(records)
        }
    }

    /// The disk takes no more than so many octets, or what there is room for when that is 0.
    func limit(_ octets: Int64) {
        unsafe simulated_disk_limit(self.disk, octets)
    }

    /// The process is killed: what it wrote stays.
    func abandon() throws(StoreError) {
        unsafe simulated_disk_abandon(self.disk)
        try self.reopen()
    }

    /// The power is cut in the middle of a write, at its change `at`, or behind it.
    func cut(during records: [VehicleRecord], at: Int64, seed: UInt64) throws(StoreError) {
        unsafe simulated_disk_freeze(self.disk, self.changes + at)
        if !records.isEmpty { _ = self.store.writeNow(records) }  // Nobody is there to hear of it.
        unsafe simulated_disk_cut(self.disk, seed)
        try self.reopen()
    }

    private func reopen() throws(StoreError) {
        self.store.close()
        self.store = try unsafe Self.open(self.disk)
    }
}
