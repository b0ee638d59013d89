// swift-tools-version: 6.2
import PackageDescription

/// Language rules that hold in every target of ours. Warnings are errors only where
/// `CARILLON_STRICT` is set (`make check`): a newer compiler must not break a user's build.
let common: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["CARILLON_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// Pure targets touch no pointer without saying so.
let pure: [SwiftSetting] = common + [.strictMemorySafety()]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "carillon",
    products: [
        .executable(name: "carillond", targets: ["carillond"]),
        .executable(name: "carillonctl", targets: ["carillonctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        // The middle: every rule, no I/O.
        .target(name: "EventCore", swiftSettings: pure),
        .target(name: "WireFormats", dependencies: ["EventCore"], swiftSettings: pure),
        .target(
            name: "RouteScript", dependencies: ["EventCore", "WireFormats"], swiftSettings: pure),

        // What owns descriptors, links C, or keeps things on disk.
        .target(
            name: "Net", dependencies: ["EventCore", "WireFormats", "Cepoll"],
            swiftSettings: common),
        .target(
            name: "Transports",
            dependencies: [
                "EventCore", "WireFormats", "Net", "Ccurl", "Cepoll", "Cexpat", "Crabbitmq",
            ],
            swiftSettings: common),
        .target(name: "Store", dependencies: ["EventCore", "Csqlite"], swiftSettings: common),

        // The assembly and the programs.
        .target(
            name: "Server",
            dependencies: [
                "EventCore", "WireFormats", "RouteScript", "Net", "Transports", "Store", "Cassets",
                log,
            ],
            swiftSettings: common),
        .executableTarget(
            name: "carillond", dependencies: ["Server", arguments, log], exclude: ["Resources"],
            swiftSettings: common),
        .executableTarget(
            name: "carillonctl",
            dependencies: ["EventCore", "WireFormats", "RouteScript", "Net", "Ccurl", arguments],
            swiftSettings: common),
        .executableTarget(
            name: "httpecho", dependencies: ["WireFormats", "Net"], swiftSettings: common),

        // C, as far as Swift cannot say it.
        .systemLibrary(
            name: "Ccurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "Csqlite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "Crabbitmq", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(
            name: "Cexpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "Cepoll"),
        .target(name: "Cassets"),

        // Tests mirror the sources.
        .target(
            name: "TestSupport", dependencies: ["EventCore", "WireFormats", "Net"],
            path: "Tests/TestSupport", swiftSettings: common),
        .target(
            name: "BrokerSupport", dependencies: ["TestSupport", "Crabbitmq"],
            path: "Tests/BrokerSupport", swiftSettings: common),
        .testTarget(
            name: "EventCoreTests", dependencies: ["EventCore", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "WireFormatsTests", dependencies: ["WireFormats", "EventCore", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "RouteScriptTests",
            dependencies: ["RouteScript", "EventCore", "WireFormats", "TestSupport"],
            exclude: ["Scripts"], swiftSettings: common),
        .testTarget(
            name: "NetTests", dependencies: ["Net", "WireFormats", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "TransportsTests",
            dependencies: [
                "Transports", "EventCore", "WireFormats", "Net", "TestSupport", "BrokerSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "EventCore", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "CarillonctlTests",
            dependencies: ["carillonctl", "carillond", "WireFormats", "Net", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "EventCore", "WireFormats", "Net", "TestSupport", "BrokerSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "CarillondTests",
            dependencies: ["carillond", "Csqlite", "EventCore", "Net", "TestSupport"],
            swiftSettings: common),
    ]
)

// What only `make bench` needs; no part of a user's build.
if Context.environment["CARILLON_BENCH"] != nil {
    package.targets += [
        .executableTarget(
            name: "bench-micro",
            dependencies: ["EventCore", "WireFormats", "RouteScript", "Net", "Transports"],
            path: "Tests/Bench/Micro", swiftSettings: common),
        .executableTarget(
            name: "bench-hello", dependencies: ["Ccurl", "Csqlite", arguments, log],
            path: "Tests/Bench/Hello", swiftSettings: common),
    ]
}
