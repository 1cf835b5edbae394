import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// A clock that stands still judges everything that has a date.
@Suite struct TLSClockTests {
  /// When it is, what it is in force for, and OpenSSL's code for a date that is not met.
  struct Moment: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let time: Int64
    let certificate: Int?
    let revocationList: Int?

    static let all = [
      Moment(testDescription: "before", time: noon - 5000, certificate: 9, revocationList: 11),
      Moment(testDescription: "within", time: noon, certificate: nil, revocationList: nil),
      Moment(testDescription: "after", time: noon + 5000, certificate: 10, revocationList: 12),
    ]
  }

  private static let noon = SeededCase.time
  private static let hour = noon - 1800..<noon + 1800

  @Test(arguments: versions, Moment.all)
  func `certificates are judged by the clock of who verifies them`(
    version: ProtocolVersion, moment: Moment
  ) throws {
    for atServer in bothRoles {
      let brief = try Settings.authority.issue(
        atServer ? .client : .server, names: [.dns("localhost")], validity: Self.hour)
      let settings = Settings(version).mutual.changed {
        $0[!atServer].identities = [brief.identity]
      }
      let error = try failure(of: settings, atServer: atServer, moment)
      #expect(error?.verification?.code == moment.certificate)
    }
  }

  @Test(arguments: versions, Moment.all)
  func `revocation lists are judged by it`(version: ProtocolVersion, moment: Moment) throws {
    let list = try Settings.authority.revocationList(validity: Self.hour)
    for atServer in bothRoles {
      let settings = Settings(version).mutual.changed {
        $0[atServer].verification.revocation = .leaf
        $0[atServer].verification.revocationLists = [.bytes(list)]
      }
      let error = try failure(of: settings, atServer: atServer, moment)
      #expect(error?.verification?.code == moment.revocationList)
    }
  }

  @Test(arguments: versions, Moment.all)
  func `stapled responses are judged by it`(version: ProtocolVersion, moment: Moment) throws {
    let response = try Settings.authority.ocspResponse(
      for: Settings.localhost, validity: Self.hour)
    let settings = Settings(version).changed {
      $0.client.ocspStapling = .require
      $0.server.identities[0].ocspResponse = .bytes(response)
    }
    let error = try failure(of: settings, atServer: false, moment)
    #expect((error == nil) == (moment.certificate == nil))
  }

  @Test(arguments: versions)
  func `a time of verification goes before it`(version: ProtocolVersion) throws {
    let brief = try Settings.authority.issue(
      .server, names: [.dns("localhost")], validity: Self.hour)
    let settings = Settings(version).changed {
      $0.server.identities = [brief.identity]
      $0.client.verification.time = Self.noon
    }
    #expect(try failure(of: settings, atServer: false, Moment.all[2]) == nil)
  }

  /// What one end throws whose clock stands, while the other goes by the system's.
  private func failure(
    of settings: Settings, atServer: Bool, _ moment: Moment
  ) throws -> TLSError? {
    let clock = TLSClock.fixed(moment.time)
    let pair = try EnginePair(
      client: TLSContext(settings.client, clock: atServer ? .system : clock),
      server: TLSContext(settings.server, clock: atServer ? clock : .system))
    do { try pair.settle() } catch { #expect(error.reason == .failed) }
    let (end, other) = atServer ? (pair.server, pair.client) : (pair.client, pair.server)
    #expect(end.error == nil || end.error?.code == .verificationFailed)
    #expect(other.error == nil || other.error?.code == .alertReceived)
    return end.error
  }
}
