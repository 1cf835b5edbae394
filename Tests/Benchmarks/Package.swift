// swift-tools-version: 6.2
import PackageDescription

let peers: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["NIOSSL"])),
  .product(name: "NIOEmbedded", package: "swift-nio", condition: .when(traits: ["NIOSSL"])),
  .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["NIOSSL"])),
]

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  traits: [
    .default(enabledTraits: ["NIOSSL"]),
    // Building it takes minutes: --disable-default-traits goes without.
    .trait(name: "NIOSSL", description: "Measures swift-nio-ssl too."),
  ],
  dependencies: [
    .package(name: "swift-memory-tls", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
  ],
  targets: [
    // Tells where OpenSSL is; the library's own module is no product.
    .systemLibrary(
      name: "CLibSSL",
      pkgConfig: "openssl",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .target(name: "CBaseline", dependencies: ["CLibSSL"]),
    .target(name: "CProbes"),
    .executableTarget(
      name: "memtls-bench",
      dependencies: [
        "CBaseline", "CProbes",
        .product(name: "MemoryTLS", package: "swift-memory-tls"),
        .product(name: "MemoryTLSTesting", package: "swift-memory-tls"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ] + peers,
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ]
)
