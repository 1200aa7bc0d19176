import Foundation

#if FUZZING
internal import CLibFuzzer
#endif

/// Runs one target: under libFuzzer in a build with `FUZZING`, else over the inputs named on the command line.
package enum FuzzRun {
    // Set once before the first input; inputs come one after the other on the thread that set it.
    nonisolated(unsafe) private static var target: ([UInt8]) -> Void = { _ in }

    /// The probe that the environment's `PROBE` names; `nil` without one, which leaves the choice to the input.
    package static func probe<Probe>(among _: Probe.Type) -> Probe?
    where Probe: RawRepresentable & CaseIterable, Probe.RawValue == String {
        guard let name = ProcessInfo.processInfo.environment["PROBE"], !name.isEmpty else { return nil }
        guard let probe = Probe(rawValue: name) else {
            let names = Probe.allCases.map(\.rawValue).joined(separator: ", ")
            self.say("PROBE is \"\(name)\", expected one of \(names)")
            exit(EX_USAGE)
        }
        return probe
    }

    /// Gives inputs to `target` and leaves the process; a promise that `target` finds broken ends it at once.
    package static func start(_ target: @escaping ([UInt8]) -> Void) -> Never {
        unsafe self.target = target
        #if FUZZING
        var count = CommandLine.argc
        var arguments = unsafe Optional(CommandLine.unsafeArgv)
        let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { start, count in
            let octets = unsafe UnsafeBufferPointer(start: start, count: count)
            unsafe FuzzRun.target([UInt8](octets))
            return 0
        }
        exit(status)
        #else
        exit(self.replay(CommandLine.arguments.dropFirst()))
        #endif
    }

    /// Gives each file to the target, those of a folder in the order of their names, and returns the exit status.
    private static func replay(_ paths: some Sequence<String>) -> Int32 {
        var count = 0
        for path in paths.flatMap(self.files) {
            guard let data = FileManager.default.contents(atPath: path) else {
                self.say("\(path): not readable")
                return EXIT_FAILURE
            }
            // The last name is the one of the input that ended the process.
            self.say(path)
            unsafe self.target([UInt8](data))
            count += 1
        }
        self.say("\(count) inputs")
        return EXIT_SUCCESS
    }

    private static func files(_ path: String) -> [String] {
        // What cannot be listed is a file, or is found unreadable when it is opened.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [path] }
        return names.sorted().map { "\(path)/\($0)" }
    }

    fileprivate static func say(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}

/// Ends the process when a promise does not hold; `sentence` says which, and what was found.
package func require(_ promise: Bool, _ sentence: @autoclosure () -> String) {
    guard !promise else { return }
    // A release build keeps the sentence of a trap to itself.
    FuzzRun.say("broken promise: \(sentence())")
    preconditionFailure("A promise is broken; the line above says which.")
}
