import MemoryTLS

/// What is protected with keys of one secret in TLS 1.3.
struct Epoch {
  let label: KeyLog.Label
  /// The keys that it may have; one, once a record was opened.
  private(set) var candidates: [RecordKeys] = []
  /// Why a record cannot be opened.
  let reason: String

  /// With a secret that fits one of the suites, the likeliest first.
  init(_ label: KeyLog.Label, _ secret: [UInt8], _ suites: [CipherSuite]) {
    self.label = label
    var reason: String?
    for suite in suites {
      do throws(RecordProtection.Unavailable) {
        candidates.append(try RecordKeys(tls13: secret, RecordProtection(suite)))
      } catch {
        reason = reason ?? error.reason
      }
    }
    let reasonForNone = reason ?? "no cipher suite of TLSv1.3 is offered"
    self.reason = candidates.isEmpty ? reasonForNone : "does not authenticate"
  }

  /// Without keys.
  init(_ label: KeyLog.Label, because reason: String) {
    (self.label, self.reason) = (label, reason)
  }

  /// The message before the first record has been read.
  mutating func begin() {
    for index in candidates.indices { candidates[index].begin() }
  }

  mutating func open(_ record: ArraySlice<UInt8>) -> RecordKeys.Opened? {
    for index in candidates.indices {
      guard let opened = candidates[index].open(record) else { continue }
      candidates = [candidates[index]]
      return opened
    }
    return nil
  }

  /// Behind a KeyUpdate.
  mutating func update() { candidates = candidates.compactMap { $0.updated() } }
}

/// The epochs of one direction that have not ended, the present one first.
struct Epochs {
  private var epochs: [Epoch]

  /// The first has begun.
  init(_ epochs: [Epoch]) {
    self.epochs = epochs
    if !epochs.isEmpty { self.epochs[0].begin() }
  }

  mutating func append(_ more: [Epoch]) { epochs += more }

  /// Opens a record with the present keys, or with the next that there are.
  mutating func open(_ record: ArraySlice<UInt8>) -> Decryption.Outcome {
    let next = epochs.dropFirst().firstIndex { !$0.candidates.isEmpty }
    for index in [epochs.startIndex, next].compactMap({ $0 }) {
      guard let opened = epochs[index].open(record) else { continue }
      epochs.removeFirst(index)
      return opened.outcome
    }
    return (.unreadable(epochs.first?.reason ?? ""), nil)
  }

  /// Goes on behind a message that ends an epoch, or changes its keys.
  mutating func note(_ type: HandshakeType) {
    guard let label = epochs.first?.label else { return }
    switch type {
    case .keyUpdate where [.clientTraffic, .serverTraffic].contains(label): epochs[0].update()
    case .endOfEarlyData where label == .clientEarlyTraffic: advance()
    case .finished where [.clientHandshakeTraffic, .serverHandshakeTraffic].contains(label):
      advance()
    default: break
    }
  }

  private mutating func advance() {
    guard epochs.count > 1 else { return }
    epochs.removeFirst()
    epochs[0].begin()
  }
}
