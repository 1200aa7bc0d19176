package import Timeline

/// The lines of one rig: the port between the daemon and a GPIO backend.
///
/// Events come in order, one at a time, from whatever thread met them; the receiver must not block.
package protocol LineBank: AnyObject, Sendable {
    var specifications: [LineSpecification] { get }

    /// Starts reporting: first the level of every usable line and the health of every other, then what happens.
    ///
    /// To be called once.
    func start(_ deliver: @escaping @Sendable (LineEvent) -> Void)

    /// The level of an input as it is now, or the level an output has.
    func level(of name: LineName) throws(LineError) -> Level

    func health(of name: LineName) throws(LineError) -> LineHealth

    /// Gives an output a level; one that has it already is left alone.
    func drive(_ name: LineName, _ level: Level) throws(LineError)

    /// Reports every edge that has happened before the call, then calls `done` with an instant of which that is true.
    ///
    /// Any thread may call; `done` comes from whatever thread reports.
    func read(_ done: @escaping @Sendable (Instant) -> Void)

    /// Says that one event has been handled; edges wait in the kernel while too many have not.
    func handled()

    /// Reports the level of every usable line and the health of every other anew, after events were lost on their way.
    func report()

    /// Ends the reports and leaves every output as it is to be without the daemon.
    func stop() async
}
