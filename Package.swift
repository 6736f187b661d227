// swift-tools-version: 6.2
import PackageDescription

/// One list for every Swift target of ours, so that no module compiles under weaker rules.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// Work goes on where its caller stands: what answers an actor on a socket's loop does not change threads for it.
let callersActor: [SwiftSetting] = [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

func cLibrary(_ name: String, pkgConfig: String? = nil, apt: String? = nil) -> Target {
  .systemLibrary(
    name: name, path: "Shared/C/\(name)", pkgConfig: pkgConfig, providers: apt.map { [.apt([$0])] })
}

func shared(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Shared/\(name)", resources: resources,
    swiftSettings: strict + callersActor)
}

func service(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Services/\(name)", resources: resources,
    swiftSettings: strict + callersActor)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
  name: "martlet",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "ingress", targets: ["Ingress"]),
    .executable(name: "nlu", targets: ["NLU"]),
    .executable(name: "identity", targets: ["Identity"]),
    .executable(name: "outbound", targets: ["Outbound"]),
    .executable(name: "martlet", targets: ["CLI"]),
    .executable(name: "simulator", targets: ["Simulator"]),
  ],
  dependencies: [
    .package(
      url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1",
      traits: ["ConfigurationSupport"]),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["CommandLineArguments"]),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.1"),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.45.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.2"),
  ],
  targets: [
    // C: headers and link flags come from pkg-config.
    cLibrary("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
    cLibrary("CLibCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    cLibrary("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    cLibrary("CEpoll"),
    .target(name: "CurlShims", dependencies: ["CLibCurl"], path: "Shared/C/CurlShims"),

    // Values: no I/O.
    shared("JSON"),
    shared("Messenger", ["JSON"]),
    shared("Contracts", ["JSON", "Messenger"]),
    shared("Scripting"),

    // Mechanisms.
    shared("SocketLoop", ["CEpoll"]),
    shared("Postgres", ["SocketLoop", "CLibPQ", logging, lifecycle]),
    shared("HTTPClient", ["SocketLoop", "CLibCurl", "CurlShims"]),
    shared("Cryptography", ["COpenSSL", "JSON"]),
    shared("ChildProcesses"),
    shared("LocalCluster", ["ChildProcesses"]),
    shared("LocalFleet", ["ChildProcesses", "LocalCluster", "HTTPClient", "SocketLoop", "JSON"]),

    // Features.
    shared("Migrations", ["Postgres", "Cryptography"], resources: [.embedInCode("SQL")]),
    shared("JobQueue", ["Postgres", logging, lifecycle, metrics]),
    shared("Pages", ["Postgres", "JobQueue", "Cryptography"]),
    shared("Access", ["Postgres", "JSON", "Messenger", "Cryptography"]),
    shared("GraphAPI", ["HTTPClient", "JSON", "Messenger"]),
    shared("Bots", ["Scripting", "Cryptography"]),
    shared("PageProfile", ["JSON", yams]),

    // Wiring.
    shared(
      "ServiceKit",
      [
        "Postgres", "JobQueue", "Migrations", "SocketLoop", "JSON", configuration, hummingbird, hummingbirdCore,
        httpTypes, lifecycle, logging, metrics, nio, nioHTTPTypes, unixSignals,
      ]),

    // Executables.
    service(
      "Ingress",
      [
        "ServiceKit", "Postgres", "JobQueue", "JSON", "Messenger", "Contracts", "Cryptography", hummingbird, httpTypes,
        lifecycle, logging, metrics, nio, configuration,
      ]),
    service(
      "NLU",
      [
        "ServiceKit", "Postgres", "JobQueue", "JSON", "Messenger", "Contracts", "Cryptography", "Scripting", "Bots",
        lifecycle, logging, metrics, configuration,
      ]),
    service(
      "Identity",
      [
        "ServiceKit", "Postgres", "JobQueue", "JSON", "Messenger", "Contracts", "Cryptography", "HTTPClient",
        "GraphAPI", "Pages", "SocketLoop", hummingbird, httpTypes, lifecycle, logging, metrics, nio, configuration,
      ]),
    service(
      "Outbound",
      [
        "ServiceKit", "Postgres", "JobQueue", "JSON", "Messenger", "Contracts", "Cryptography", "HTTPClient",
        "GraphAPI", "Pages", "SocketLoop", "Access", hummingbird, httpTypes, lifecycle, logging, metrics, nio,
        configuration,
      ], resources: [.embedInCode("API/openapi.json")]),
    service(
      "CLI",
      [
        "Access", "ServiceKit", "Postgres", "JobQueue", "JSON", "Messenger", "Migrations", "Cryptography",
        "HTTPClient", "SocketLoop", "ChildProcesses", "LocalCluster", "LocalFleet", "GraphAPI", "Pages", "PageProfile",
        "Contracts",
        argumentParser, hummingbird, httpTypes, lifecycle, logging, nio, nioHTTP1, nioHTTP2, nioPosix, nioSSL,
        unixSignals,
      ], resources: [.embedInCode("Conformance/Vectors")]),
    service(
      "Simulator",
      [
        "ServiceKit", "JSON", "Cryptography", "HTTPClient", "SocketLoop", hummingbird, hummingbirdHTTP2,
        httpTypes, lifecycle, logging, nio, nioSSL, configuration,
      ], resources: [.embedInCode("Page")]),

    // Tests: pure ones beside those that need a real PostgreSQL (TestKit starts it) or the real executables.
    .target(
      name: "TestKit", dependencies: ["LocalCluster", "Migrations", "Postgres", "SocketLoop"], path: "Tests/TestKit",
      swiftSettings: strict),
    tests("JSONTests", ["JSON"]),
    .target(
      name: "MessageSamples", dependencies: ["Messenger"], path: "Tests/MessageSamples", swiftSettings: strict),
    tests("MessengerTests", ["Messenger", "MessageSamples", "JSON", "Cryptography", "ChildProcesses"]),
    tests("SendLawTests", ["Messenger", "MessageSamples", "JSON", "Simulator"]),
    tests("CryptographyTests", ["Cryptography"]),
    tests("ScriptingTests", ["Scripting"]),
    tests("BotsTests", ["Bots", "Scripting"]),
    tests("PageProfileTests", ["PageProfile", "JSON"]),
    tests("ContractsTests", ["Contracts", "Messenger", "JSON"]),
    tests("SocketLoopTests", ["SocketLoop"]),
    tests("PostgresTests", ["Postgres"]),
    tests("JobQueueTests", ["JobQueue"]),
    tests(
      "OutboundTests",
      [
        "Outbound", "Access", "GraphAPI", "Pages", "ServiceKit", "TestKit", "HTTPClient", "JSON", "JobQueue",
        "Messenger", "Postgres", "SocketLoop", hummingbird, lifecycle, logging, configuration,
      ]),
    tests("AccessTests", ["Access", "Cryptography", "Messenger"]),
    tests(
      "IngressTests",
      [
        "Ingress", "ServiceKit", "Messenger", "JSON", "Cryptography", "JobQueue", "LocalCluster", "Migrations",
        "Postgres", "SocketLoop", "TestKit", hummingbird, lifecycle, logging, configuration,
      ]),
    tests(
      "IdentityTests",
      ["Identity", "ServiceKit", "TestKit", "Postgres", "SocketLoop", "HTTPClient", "Cryptography", logging]),
    tests("HTTPClientTests", ["HTTPClient", "SocketLoop", "TestKit"]),
    tests("GraphAPITests", ["GraphAPI", "HTTPClient", "SocketLoop", "JSON", "Messenger"]),
    tests(
      "ServiceKitTests",
      [
        "ServiceKit", "JSON", "HTTPClient", "SocketLoop", "JobQueue", "Postgres", "TestKit", metrics, logging,
        configuration, hummingbird, lifecycle,
        unixSignals,
      ]),
    tests(
      "SimulatorTests",
      [
        "Simulator", "ServiceKit", "HTTPClient", "SocketLoop", "JSON", "Cryptography", "PageProfile", "TestKit",
        hummingbird,
        httpTypes, lifecycle, logging, nio,
      ]),
    tests(
      "IntegrationTests",
      [
        "TestKit", "Postgres", "SocketLoop", "Migrations", "JobQueue", "ChildProcesses", "LocalCluster", "JSON",
        "Messenger", "Contracts", "Pages", "Cryptography", logging, lifecycle,
      ]),
    tests(
      "CLITests",
      [
        "Access", "CLI", "Cryptography", "HTTPClient", "LocalFleet", "Messenger", "Pages", "Migrations", "Postgres",
        "JSON",
        "JobQueue",
        "ChildProcesses", "SocketLoop", "TestKit", argumentParser,
      ]),
    tests(
      "SystemTests",
      [
        "CLI", "ChildProcesses", "Cryptography", "LocalFleet", "LocalCluster", "Postgres", "SocketLoop", "HTTPClient",
        "JSON", "TestKit",
      ]),
  ]
)
