import ServiceKit
import Testing

/// Vectors after W3C Trace Context level 1, "traceparent header".
@Suite struct TraceContextTests {
  private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let spanID = "00f067aa0ba902b7"

  @Test("a well-formed header is read and written back")
  func wellFormed() throws {
    let text = "00-\(Self.traceID)-\(Self.spanID)-01"
    let context = try #require(TraceContext(traceparent: text))
    #expect(context.traceID == Self.traceID)
    #expect(context.spanID == Self.spanID)
    #expect(context.flags == 1)
    #expect(context.traceparent == text)
    #expect(TraceContext(traceparent: "00-\(Self.traceID)-\(Self.spanID)-00")?.flags == 0)
    #expect(TraceContext(traceparent: "00-\(Self.traceID)-\(Self.spanID)-ff")?.traceparent.hasSuffix("-01") == true)
  }

  @Test("a later version is read by its first four fields")
  func laterVersion() {
    #expect(TraceContext(traceparent: "cc-\(Self.traceID)-\(Self.spanID)-01")?.traceID == Self.traceID)
    #expect(TraceContext(traceparent: "cc-\(Self.traceID)-\(Self.spanID)-01-what-comes")?.spanID == Self.spanID)
  }

  @Test(
    "anything else is no trace",
    arguments: [
      "", "00", "00-\(traceID)-\(spanID)", "00-\(traceID)-\(spanID)-1", "00-\(traceID)-\(spanID)-01-",
      "00-\(traceID)-\(spanID)-01-more", "ff-\(traceID)-\(spanID)-01", "cc-\(traceID)-\(spanID)-01.more",
      "00-00000000000000000000000000000000-\(spanID)-01", "00-\(traceID)-0000000000000000-01",
      "00-\(traceID.uppercased())-\(spanID)-01", "00-\(traceID)-\(spanID)-0x", "0g-\(traceID)-\(spanID)-01",
      "00_\(traceID)-\(spanID)-01", " 00-\(traceID)-\(spanID)-01", "00-\(traceID)-\(spanID)-01 ",
      "00-4bf92f3577b34da6a3ce929d0e0e473é-\(spanID)-01",
    ])
  func malformed(text: String) {
    #expect(TraceContext(traceparent: text) == nil)
  }

  @Test("a child stays in the trace under a span of its own")
  func child() throws {
    let parent = TraceContext.new()
    let child = parent.child()
    #expect(child.traceID == parent.traceID)
    #expect(child.spanID != parent.spanID)
    #expect(TraceContext(traceparent: child.traceparent) == child)
    #expect(TraceContext.new().traceID != parent.traceID)
  }

  @Test("a task inherits the trace of the task that made it")
  func taskLocal() async {
    let trace = TraceContext.new()
    #expect(TraceContext.current == nil)
    await TraceContext.$current.withValue(trace) {
      async let inherited = TraceContext.current
      #expect(await inherited == trace)
    }
  }
}
