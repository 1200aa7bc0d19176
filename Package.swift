// swift-tools-version: 6.2

import PackageDescription

/// The language switches of every Swift target.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "ecall",
    targets: [
        // Pure: values in, values out.
        target("Timeline"),
        target("CallControl", ["Timeline"]),
        target("SIP", ["Timeline"]),
        // Tests mirror the targets.
        tests("TimelineTests", ["Timeline"]),
        tests("CallControlTests", ["CallControl", "Timeline"]),
    ]
)
