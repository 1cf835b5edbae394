import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct DescriptorTransportTests {
  @Test func `an empty pipe would block, a closed one has ended`() throws {
    let pipe = try FileDescriptor.pipe()
    let spare = try FileDescriptor.pipe()
    let transport = DescriptorTransport(input: pipe.readEnd, output: spare.writeEnd)
    defer { try? spare.readEnd.close() }
    var movement = Movement.moved(0)
    _ = try [UInt8](capacity: 8) { out throws(Errno) in movement = try transport.read(into: &out) }
    #expect(movement == .wouldBlock)
    try pipe.writeEnd.close()
    _ = try [UInt8](capacity: 8) { out throws(Errno) in movement = try transport.read(into: &out) }
    #expect(movement == .ended)
  }
}
