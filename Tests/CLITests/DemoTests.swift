import FoundationEssentials
import Glibc
import JSON
import LocalFleet
import Testing

@testable import CLI

@Suite("the demo")
struct DemoTests {
  @Test("a log record is shown as time, instance, message and the rest; anything else as it came")
  func log() async throws {
    let log = DemoLog(hasColour: false)
    let record = FleetLine(
      instance: "nlu-1",
      text: #"{"time":"2026-11-21T10:00:00.123Z","level":"warning","message":"parked","trace_id":"0123456789abcdef"}"#)
    #expect(log.text(record) == "10:00:00.123 nlu-1       warning: parked trace_id=01234567")
    #expect(log.text(FleetLine(instance: "ingress-1", text: "Fatal error")) == "ingress-1   Fatal error")
  }

  @Test("the credentials of the first start are those of the second, and nobody else reads them")
  func credentials() throws {
    let path = "/var/tmp/martlet-demo-test-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try DemoFolder(path).credentials()
    let second = try DemoFolder(path).credentials()
    #expect(first.json == second.json)
    var status = stat()
    #expect(stat(path + "/credentials.json", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test("a taken port is told by number and service")
  func takenPort() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        _ = listen(descriptor, 1)
        _ = getsockname(descriptor, $0, &length)
      }
    }
    let port = Int(in_port_t(bigEndian: address.sin_port))
    let error = #expect(throws: ToolError.self) { try DemoPorts(offset: port - 8080).check() }
    #expect(error?.description.contains("\(port) (ingress)") == true)
  }
}
