extension Credentials {
  /// Starts a tunnel that listens on 127.0.0.1 and shows the server's certificate.
  func serveTunnel(_ plain: String = "exec:cat", _ options: [String] = []) throws -> Running {
    try Running(
      Command.memtls,
      ["tunnel", plain, "tcp-listen:127.0.0.1:0", "--as", "server"]
        + ["--cert", server, "--key", serverKey] + options,
      in: directory)
  }
}
