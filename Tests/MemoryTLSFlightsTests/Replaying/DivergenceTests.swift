import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct DivergenceTests {
  @Test(arguments: ChangedSetting.all)
  func `a setting that is another is told in words`(setting: ChangedSetting) throws {
    let recorded = try Conversation(setting.version) { try setting.before(&$0) }.recorded()
    let now = try Conversation(setting.version) {
      try setting.before(&$0)
      try setting.change(&$0)
    }
    let replay = try now.replay(recorded, as: setting.role)
    let sentences = replay.divergences.map(\.sentence)
    #expect(sentences == setting.sentences)
    #expect(replay.divergences.first?.offset != nil)
  }
}
