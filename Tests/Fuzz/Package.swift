// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-memory-tls", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .target(name: "Landmarks", path: "Sources/Landmarks"),
    // Parsers of the command cannot be imported: an executable is no product to depend on. `Command`
    // holds symbolic links to their files.
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Landmarks",
        .product(name: "MemoryTLS", package: "swift-memory-tls"),
        .product(name: "MemoryTLSFlights", package: "swift-memory-tls"),
        .product(name: "MemoryTLSTesting", package: "swift-memory-tls"),
        .product(name: "MemoryTLSTransport", package: "swift-memory-tls"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Sources",
      exclude: ["Landmarks", "Replays"],
      sources: ["Command", "Drivers", "LibFuzzer"],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ]
)
