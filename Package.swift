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

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    let dependencies = ["FuzzHarness"] + dependencies
    return .executableTarget(name: name, dependencies: dependencies, path: "Fuzz/\(name)", swiftSettings: settings)
}

func benchmark(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        path: "Benchmarks/\(name)",
        exclude: exclude,
        swiftSettings: settings
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

extension Target.Dependency {
    static let argumentParser = Self.product(name: "ArgumentParser", package: "swift-argument-parser")
    static let crypto = Self.product(name: "Crypto", package: "swift-crypto")
    static let grdb = Self.product(name: "GRDB", package: "GRDB.swift")
    static let httpTypes = Self.product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = Self.product(
        name: "Hummingbird",
        package: "hummingbird"
    )
    static let hummingbirdCore = Self.product(name: "HummingbirdCore", package: "hummingbird")
    static let logging = Self.product(name: "Logging", package: "swift-log")
    static let nioConcurrencyHelpers = Self.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
    static let nioCore = Self.product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = Self.product(name: "NIOEmbedded", package: "swift-nio")
    static let nioPosix = Self.product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = Self.product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioTLS = Self.product(name: "NIOTLS", package: "swift-nio")
    static let swiftASN1 = Self.product(name: "SwiftASN1", package: "swift-asn1")
    static let x509 = Self.product(name: "X509", package: "swift-certificates")
    static let yams = Self.product(name: "Yams", package: "Yams")
}

let package = Package(
    name: "ecall",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // C, no Swift.
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CGPIOD", pkgConfig: "libgpiod", providers: [.apt(["libgpiod-dev"])]),
        .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
        .systemLibrary(name: "CNotify"),
        .systemLibrary(name: "CSDBus", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CTimex"),
        // C of our own: a disk for tests and simulations.
        .target(name: "CSimulatedDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        // Pure: values in, values out.
        target("Timeline"),
        target("CallControl", ["Timeline"]),
        target("CrashSensing", ["Timeline"]),
        target("Diagnosis", ["Timeline"]),
        target("UPER"),
        target("MSD", ["UPER"]),
        target("Positioning", ["MSD", "Timeline"]),
        target("SIP", ["Timeline"]),
        target("NGECall", ["CExpat", "SIP"]),
        target("SIPTrace", ["SIP", "Timeline"]),
        // Edges: one kernel facility, library or protocol each.
        target("BlueZ", ["CSDBus"]),
        target("Authority", [.crypto, .swiftASN1, .x509]),
        target("ConfigurationFile", [.yams]),
        target("ControlSocket", [.nioConcurrencyHelpers, .nioCore, .nioPosix]),
        target("Digests", ["SIP", .crypto]),
        target("GPIO", ["CGPIOD", "Timeline", .nioConcurrencyHelpers]),
        target("Host", [.crypto]),
        target("GPSD", ["Positioning", "Timeline", .nioCore, .nioPosix]),
        target(
            "Net",
            [
                "CEpoll", "SIP", "Timeline", .nioConcurrencyHelpers, .nioCore, .nioPosix, .nioSSL, .nioTLS, .swiftASN1,
                .x509,
            ]
        ),
        target("Sensors", ["CrashSensing", "Timeline", .nioConcurrencyHelpers]),
        target("Store", ["SIP", "SIPTrace", "Timeline", .grdb, .nioConcurrencyHelpers]),
        target("Supervision", ["CNotify", "CTimex", "Timeline", .logging, .nioConcurrencyHelpers, .nioCore]),
        // Assembly: edges and machines put together.
        target(
            "IVS",
            [
                "CallControl", "ConfigurationFile", "ControlSocket", "CrashSensing", "Diagnosis", "Digests", "GPIO",
                "GPSD",
                "Host", "MSD",
                "NGECall", "Net", "Positioning", "SIP", "SIPTrace", "Sensors", "Store", "Supervision", "Timeline",
                .logging, .nioConcurrencyHelpers, .nioCore, .nioPosix,
            ]
        ),
        target(
            "Center",
            [
                "ControlSocket", "Digests", "MSD", "NGECall", "Net", "SIP", "Store", "Supervision", "Timeline",
                .nioCore, .nioPosix,
            ]
        ),
        // Pages: the only targets with a web server.
        .target(
            name: "Panel",
            dependencies: [
                "CallControl", "ControlSocket", "IVS", .httpTypes, .hummingbird, .hummingbirdCore, .logging, .nioCore,
                .nioPosix,
            ],
            resources: [.embedInCode("Pages")],
            swiftSettings: settings
        ),
        // Programs.
        program("ecalld", ["ConfigurationFile", "IVS", "Supervision", .argumentParser, .logging]),
        program(
            "ecall-bluetooth",
            ["BlueZ", "ControlSocket", "IVS", "Supervision", .argumentParser, .logging, .nioPosix]
        ),
        program("ecall-lamp", ["GPIO", "IVS", "Supervision", "Timeline", .argumentParser, .logging]),
        program(
            "ecallctl",
            [
                "Authority", "CallControl", "ControlSocket", "IVS", "MSD", "Net", "SIP", "SIPTrace", "Supervision",
                "Timeline", .argumentParser, .nioCore, .nioPosix,
            ]
        ),
        program("ecallpanel", ["Digests", "Panel", "Supervision", .argumentParser, .logging]),
        program("ecallcenter", ["Center", "Net", "SIP", "Supervision", .argumentParser]),
        // Fuzz targets: under libFuzzer by `Fuzz/run`, else programs that replay inputs.
        .target(name: "FuzzHarness", dependencies: ["CLibFuzzer"], path: "Fuzz/Harness", swiftSettings: settings),
        fuzzer("FuzzECall", ["NGECall", "SIP"]),
        fuzzer("FuzzMSD", ["MSD"]),
        fuzzer("FuzzSensors", ["CrashSensing", "GPSD", "MSD", "Positioning", "Sensors", "Timeline"]),
        fuzzer("FuzzSIP", ["Digests", "SIP", "SIPTrace", "Timeline"]),
        fuzzer("FuzzText", ["ConfigurationFile", "ControlSocket", "MSD"]),
        // Benchmarks: the figures of docs/performance.md.
        benchmark(
            "CallLatency",
            [
                "Center", "CallControl", "CrashSensing", "GPIO", "IVS", "MSD", "Net", "Positioning", "SIP",
                "Supervision", "Timeline",
                .argumentParser, .logging, .nioCore, .nioPosix,
            ]
        ),
        benchmark(
            "SensorCost",
            ["CrashSensing", "Sensors", "Supervision", "Timeline", .argumentParser, .nioConcurrencyHelpers]
        ),
        benchmark("LineLatency", ["GPIO", "Supervision", "Timeline", .argumentParser]),
        benchmark(
            "MSDCodec",
            ["MSD", "Supervision", "Timeline", .argumentParser],
            exclude: ["generated.c", "msd.asn1"]
        ),
        // Random numbers that come back, for tests.
        .target(name: "Seeds", path: "Tests/Seeds", swiftSettings: settings),
        // Tests mirror the targets.
        tests("CallControlTests", ["CallControl", "Seeds", "Timeline"]),
        tests(
            "CenterTests",
            ["Center", "Digests", "MSD", "Net", "NGECall", "Seeds", "SIP", "Store", "Supervision", "Timeline"]
        ),
        tests("ConfigurationFileTests", ["ConfigurationFile"]),
        tests("DiagnosisTests", ["Diagnosis", "Seeds", "Timeline"]),
        tests(
            "ControlSocketTests",
            ["ControlSocket", .nioConcurrencyHelpers, .nioCore, .nioEmbedded, .nioPosix]
        ),
        tests("CrashSensingTests", ["CrashSensing", "Seeds", "Timeline"]),
        tests("DigestsTests", ["Digests", "SIP", "Timeline"]),
        tests("GPIOTests", ["GPIO", "Timeline", .nioConcurrencyHelpers]),
        tests("GPSDTests", ["GPSD", "Positioning", "Seeds", "Timeline", .nioCore, .nioPosix]),
        tests("HostTests", ["Host"]),
        tests(
            "IVSTests",
            [
                "Authority", "CallControl", "ConfigurationFile", "ControlSocket", "CrashSensing", "Digests", "GPIO",
                "GPSD",
                "IVS", "MSD", "Net", "NGECall", "Positioning", "Seeds", "Sensors", "SIP", "SIPTrace", "Store",
                "Supervision", "Timeline", .nioConcurrencyHelpers,
            ]
        ),
        tests("MSDTests", ["MSD", "Seeds", "UPER"], exclude: ["msd.json"]),
        tests(
            "NetTests",
            [
                "Authority", "Net", "SIP", .crypto, .nioConcurrencyHelpers, .nioCore, .nioEmbedded, .nioPosix, .nioSSL,
                .swiftASN1, .x509,
            ]
        ),
        tests("NGECallTests", ["NGECall", "Seeds", "SIP"]),
        tests("PanelTests", ["Panel"]),
        tests("PositioningTests", ["MSD", "Positioning", "Seeds", "Timeline"]),
        tests("SensorsTests", ["CrashSensing", "Sensors", "Timeline", .nioConcurrencyHelpers]),
        tests("SIPTests", ["Digests", "Seeds", "SIP", "Timeline"]),
        tests("SIPTraceTests", ["SIP", "SIPTrace", "Timeline"]),
        tests(
            "SimulationTests",
            [
                "Authority", "CallControl", "Center", "ControlSocket", "CrashSensing", "CSimulatedDisk", "Diagnosis",
                "Digests",
                "GPIO", "IVS", "MSD", "Net", "NGECall", "Positioning", "Seeds", "SIP", "Store", "Supervision",
                "Timeline", .logging, .nioConcurrencyHelpers,
            ]
        ),
        tests("StoreTests", ["CSimulatedDisk", "SIP", "SIPTrace", "Store", "Timeline", .grdb, .nioConcurrencyHelpers]),
        tests(
            "SupervisionTests",
            ["Supervision", "Timeline", .logging, .nioConcurrencyHelpers, .nioCore, .nioEmbedded, .nioPosix]
        ),
        tests("TidyTests", exclude: ["words.tsv"]),
        tests("TimelineTests", ["Timeline"]),
        tests("UPERTests", ["Seeds", "UPER"]),
    ]
)
