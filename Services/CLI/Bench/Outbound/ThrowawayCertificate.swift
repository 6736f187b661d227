import ChildProcesses
import FoundationEssentials
import Glibc

/// A certificate for 127.0.0.1 that is its own authority, made by the `openssl` program for one run.
struct ThrowawayCertificate: Sendable {
  let folder: String
  var certificate: String { folder + "/certificate.pem" }
  var key: String { folder + "/key.pem" }

  static func make() async throws -> ThrowawayCertificate {
    let folder = "\(FileManager.default.temporaryDirectory.path)/martlet-certificate-\(getpid())"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let made = ThrowawayCertificate(folder: folder)
    do {
      try await ChildProcess.run(
        ChildCommand(
          "/usr/bin/openssl",
          [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=martlet bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", made.key,
            "-out", made.certificate,
          ]))
    } catch {
      throw ToolError(
        code: .bench, doing: "make a certificate", cause: "\(error)", remedy: "install the package openssl")
    }
    return made
  }

  var text: String {
    get throws { try String(contentsOfFile: certificate, encoding: .utf8) }
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
