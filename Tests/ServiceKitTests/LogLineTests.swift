import JSON
import Logging
import ServiceKit
import Synchronization
import Testing

@Suite struct LogLineTests {
  /// A logger and what it wrote, one element a write.
  private func logger(_ format: LogFormat) -> (Logger, () -> [String]) {
    let written = Captured()
    let output = LogOutput { bytes in written.lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
    let logger = Logger(label: "test.label") { label in
      LineLogHandler(
        label: label, service: "ingress", format: format, output: output,
        metadataProvider: Observability.traceMetadata)
    }
    return (logger, { written.lines.withLock { $0 } })
  }

  private final class Captured: Sendable {
    let lines = Mutex<[String]>([])
  }

  @Test("a JSON line is one write of flat strings with the trace's ids")
  func json() throws {
    var (logger, written) = logger(.json)
    logger[metadataKey: "http.port"] = "1"
    let trace = TraceContext.new()
    TraceContext.$current.withValue(trace) {
      logger.info("two\nlines \"quoted\"", metadata: ["http.port": "\(2)", "a": ["b": "c", "d": ["e", "f"]]])
    }
    #expect(written().count == 1)
    let line = try #require(written().first)
    #expect(line.hasSuffix("}\n") && line.filter { $0 == "\n" }.count == 1)
    let json = try JSON(parsing: line)
    #expect(json["message"]?.string == "two\nlines \"quoted\"")
    #expect(json["level"]?.string == "info")
    #expect(json["service"]?.string == "ingress")
    #expect(json["label"]?.string == "test.label")
    #expect(json["trace_id"]?.string == trace.traceID)
    #expect(json["span_id"]?.string == trace.spanID)
    #expect(json["http.port"]?.string == "2")
    #expect(json["a.b"]?.string == "c")
    let time = try #require(json["time"]?.string)
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
  }

  @Test("metadata cannot take the place of the line's own members")
  func ownMembers() throws {
    let (logger, written) = logger(.json)
    logger.warning("true message", metadata: ["message": "forged", "level": "info"])
    let json = try JSON(parsing: try #require(written().first))
    #expect(json["message"]?.string == "true message")
    #expect(json["level"]?.string == "warning")
    #expect(json["metadata.message"]?.string == "forged")
  }

  @Test("a pretty line holds no control character but its newline")
  func pretty() throws {
    let (logger, written) = logger(.pretty)
    logger.info("hello\nworld", metadata: ["key": "a\u{1B}[2Jb c", "plain": "x"])
    let line = try #require(written().first)
    #expect(line.hasSuffix("\n"))
    #expect(!line.dropLast().unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
    #expect(line.contains(#"hello\nworld"#))
    #expect(line.contains("plain=x"))
  }

  @Test("what lies under the level is not written")
  func level() {
    var (logger, written) = logger(.json)
    logger.logLevel = .warning
    logger.info("quiet")
    #expect(written().isEmpty)
  }
}
