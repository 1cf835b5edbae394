// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let tests: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let certificates: [Target.Dependency] = [
  .product(name: "SwiftASN1", package: "swift-asn1", condition: .when(traits: ["Certificates"])),
  .product(name: "X509", package: "swift-certificates", condition: .when(traits: ["Certificates"])),
]

let package = Package(
  name: "swift-memory-tls",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "MemoryTLS", targets: ["MemoryTLS"]),
    .library(name: "MemoryTLSTransport", targets: ["MemoryTLSTransport"]),
    .library(name: "MemoryTLSFlights", targets: ["MemoryTLSFlights"]),
    .library(name: "MemoryTLSTesting", targets: ["MemoryTLSTesting"]),
    // Empty without the trait of its name.
    .library(name: "MemoryTLSCertificates", targets: ["MemoryTLSCertificates"]),
    .executable(name: "memtls", targets: ["memtls"]),
  ],
  traits: [
    .trait(
      name: "Certificates",
      description: "MemoryTLSCertificates: certificates as those of swift-certificates.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenSSL",
      pkgConfig: "openssl",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .target(name: "CProviders", dependencies: ["COpenSSL"]),
    .target(name: "MemoryTLS", dependencies: ["COpenSSL", "CProviders"], swiftSettings: strict),
    .target(
      name: "MemoryTLSTransport", dependencies: ["MemoryTLS", system], swiftSettings: strict),
    .target(name: "MemoryTLSFlights", dependencies: ["MemoryTLS"], swiftSettings: strict),
    .target(name: "CSeededRandom", dependencies: ["COpenSSL"]),
    .target(
      name: "MemoryTLSTesting", dependencies: ["MemoryTLS", "MemoryTLSFlights", "CSeededRandom"],
      swiftSettings: strict),
    .target(
      name: "MemoryTLSCertificates", dependencies: ["MemoryTLS"] + certificates,
      swiftSettings: strict),
    .executableTarget(
      name: "memtls",
      dependencies: [
        "MemoryTLS", "MemoryTLSTransport", "MemoryTLSFlights", "MemoryTLSTesting", arguments,
        system,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MemoryTLSTests",
      dependencies: ["MemoryTLS", "MemoryTLSTesting", "MemoryTLSFlights", "COpenSSL"],
      swiftSettings: tests),
    .testTarget(
      name: "MemoryTLSCertificatesTests",
      dependencies: ["MemoryTLS", "MemoryTLSCertificates", "MemoryTLSTesting"] + certificates,
      swiftSettings: tests),
    .testTarget(
      name: "MemoryTLSTestingTests",
      dependencies: ["MemoryTLS", "MemoryTLSTesting", "MemoryTLSFlights", "CSeededRandom"],
      swiftSettings: tests),
    .testTarget(
      name: "MemoryTLSFlightsTests",
      dependencies: ["MemoryTLS", "MemoryTLSFlights", "MemoryTLSTesting"],
      swiftSettings: tests),
    .testTarget(
      name: "MemoryTLSTransportTests",
      dependencies: ["MemoryTLS", "MemoryTLSTransport", "MemoryTLSTesting", system],
      swiftSettings: tests),
    .testTarget(
      name: "memtlsTests",
      dependencies: [
        "memtls", "MemoryTLS", "MemoryTLSFlights", "MemoryTLSTransport", "MemoryTLSTesting",
        arguments, system,
      ],
      swiftSettings: tests),
    // The drivers of the nested package, and what replays their findings.
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "memtls", "MemoryTLS", "MemoryTLSFlights", "MemoryTLSTransport", "MemoryTLSTesting",
        arguments,
      ],
      path: "Tests/Fuzz/Sources", exclude: ["Command", "Landmarks", "LibFuzzer"],
      sources: ["Drivers", "Replays"], swiftSettings: tests),
    // What the benchmarks of the nested package compute and draw, behind symbolic links.
    .testTarget(name: "BenchmarkTests", dependencies: ["MemoryTLS"], swiftSettings: tests),
  ]
)
