import Foundation
import MemoryTLS
import MemoryTLSTesting
import MemoryTLSTransport
import SystemPackage
import Testing

/// OCSP responses between us and the openssl command.
@Suite(.needs("openssl")) struct StaplingPeerTests {
  @Test(arguments: versions, [TestIdentity.OCSPStatus.good, .revoked])
  func `a client reads what s_server staples`(
    version: ProtocolVersion, status: TestIdentity.OCSPStatus
  ) async throws {
    let files = try IdentityFiles()
    let response = try ocspResponse(status)
    try Data(response).write(to: URL(fileURLWithPath: files.path("response.der")))
    var settings = try Settings(version)
    settings.client.ocspStapling = .require
    let child = try Child(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version.flag]
        + ["-cert", files.path("server.pem"), "-key", files.path("server-key.pem")]
        + ["-status_file", files.path("response.der")])
    defer { for end in [child.input, child.output] { try? end.close() } }
    let client = settings
    let (error, stapled) = try await apart {
      let port = try child.output.readPort()
      let stream = try client.clientStream(over: DescriptorTransport(TCP.connect(to: port)))
      _ = try? stream.handshake(until: stalled)
      let error = stream.engine.terminalError
      if error == nil { try child.input.writeAll("Q\n".utf8) }
      return (error, stream.engine.stapledOCSPResponse)
    }
    #expect(stapled == response)
    #expect((error == nil) == (status == .good))
    if status == .revoked {
      #expect(error?.message.contains("revoked, as the stapled OCSP response") == true)
    }
    _ = try await child.status
    withExtendedLifetime(files) {}
  }

  @Test(arguments: versions)
  func `s_client reads what a server staples`(version: ProtocolVersion) async throws {
    let files = try IdentityFiles()
    var settings = try Settings(version)
    settings.server.identities[0].ocspResponse = .bytes(try ocspResponse(.good))
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", version.flag, "-status", "-no_ign_eof"]
        + ["-verify_return_error", "-CAfile", files.path("ca.pem")])
    defer { try? child.input.close() }
    let server = settings
    let worker = Worker {
      let stream = try server.serverStream(over: DescriptorTransport(TCP.accept(listener)))
      try stream.handshake(until: stalled)
      try stream.close(until: stalled)
    }
    let output = try await apart {
      defer { try? child.output.close() }
      return try child.output.readToEnd()
    }
    try await worker.value
    #expect(output.contains(Array("OCSP Response Status: successful".utf8)))
    #expect(output.contains(Array("Cert Status: good".utf8)))
    _ = try await child.status
    withExtendedLifetime(files) {}
  }

  private func ocspResponse(_ status: TestIdentity.OCSPStatus) throws -> [UInt8] {
    let identities = try Settings.identities
    return try identities.authority.ocspResponse(for: identities.localhost, status: status)
  }
}
