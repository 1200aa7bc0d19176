private import CSDBus
private import Glibc

/// What BlueZ says of one adapter and one phone, over the system's D-Bus.
///
/// Waits for the bus, a second at the most for each answer. One value belongs to one thread.
@safe package struct BlueZ: ~Copyable {
    /// What was read; `nil` where BlueZ does not tell.
    package struct Reading: Hashable, Sendable {
        /// Whether the adapter is there and switched on.
        package var isAdapterThere: Bool
        package var isPhonePaired: Bool?
        /// Whether the keys of the pairing are kept: BlueZ tells that from 5.66 on.
        package var isPairingWhole: Bool?
        package var isPhoneConnected: Bool?
    }

    /// Why the bus cannot be asked at all.
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    private let bus: OpaquePointer
    private let adapter: String
    private let phone: String?

    /// Longer than a daemon that lives takes.
    private static let answerWaitMicroseconds: UInt64 = 1_000_000

    /// Opens the system's bus; `phone` is an address such as 00:1B:44:11:3A:B7.
    package init(adapter: String, phone: String?) throws(Failure) {
        var opened: OpaquePointer?
        let answer = unsafe sd_bus_open_system(&opened)
        guard answer >= 0, let bus = unsafe opened else {
            throw Failure(description: "the system's D-Bus cannot be opened: \(Self.text(-answer))")
        }
        // A bus that cannot be given a limit keeps the library's own of 25 s.
        _ = unsafe sd_bus_set_method_call_timeout(bus, Self.answerWaitMicroseconds)
        unsafe self.bus = bus
        self.adapter = "/org/bluez/\(adapter)"
        self.phone = phone.map { "/org/bluez/\(adapter)/dev_" + $0.map { $0 == ":" ? "_" : String($0) }.joined() }
    }

    deinit {
        unsafe sd_bus_flush_close_unref(self.bus)
    }

    /// What is so now; throws when the bus itself has gone.
    package func read() throws(Failure) -> Reading {
        guard try self.flag("Powered", "org.bluez.Adapter1", self.adapter) == true else {
            return Reading(isAdapterThere: false)
        }
        guard let phone = self.phone else { return Reading(isAdapterThere: true) }
        let isPaired = try self.flag("Paired", "org.bluez.Device1", phone) ?? false
        return Reading(
            isAdapterThere: true,
            isPhonePaired: isPaired,
            isPairingWhole: isPaired ? try self.flag("Bonded", "org.bluez.Device1", phone) : nil,
            isPhoneConnected: try self.flag("Connected", "org.bluez.Device1", phone)
        )
    }

    /// A property that is yes or no; `nil` where there is no such object or property.
    private func flag(_ name: String, _ interface: String, _ path: String) throws(Failure) -> Bool? {
        var value: Int32 = 0
        var error = unsafe sd_bus_error()
        defer { unsafe sd_bus_error_free(&error) }
        let answer = unsafe sd_bus_get_property_trivial(
            self.bus,
            "org.bluez",
            path,
            interface,
            name,
            &error,
            CChar(UInt8(ascii: "b")),
            &value
        )
        if answer >= 0 { return value != 0 }
        guard [ENOTCONN, ECONNRESET, EPIPE, EBADF].contains(-answer) else { return nil }
        throw Failure(description: "the system's D-Bus is gone: \(Self.text(-answer))")
    }

    private static func text(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
