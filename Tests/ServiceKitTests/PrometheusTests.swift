import Foundation
import Metrics
import Testing

@testable import ServiceKit

@Suite struct PrometheusTests {
  private let registry = PrometheusRegistry()

  private var lines: [String] { registry.render().split(separator: "\n").map(String.init) }

  @Test("counters add up per label set, sorted, under one HELP and TYPE")
  func counters() {
    for (queue, amount) in [("send", 2), ("identify", 1), ("send", 3)] {
      Counter(label: "martlet_jobs_total", dimensions: [("queue", queue), ("outcome", "done")], factory: registry)
        .increment(by: amount)
    }
    #expect(
      lines == [
        "# HELP martlet_jobs_total Jobs finished, by queue and outcome.", "# TYPE martlet_jobs_total counter",
        #"martlet_jobs_total{outcome="done",queue="identify"} 1"#,
        #"martlet_jobs_total{outcome="done",queue="send"} 5"#,
      ])
  }

  @Test("a counter never falls")
  func countersRise() {
    let counter = FloatingPointCounter(label: "martlet_a_total", factory: registry)
    counter.increment(by: 0.5)
    counter.increment(by: -3)
    counter.increment(by: Double.nan)
    Counter(label: "martlet_a_total", factory: registry).increment(by: 1)
    #expect(lines.last == "martlet_a_total 1.5")
  }

  @Test("a gauge shows the last value, and what meters add and take")
  func gauges() {
    let meter = Meter(label: "martlet_jobs_in_flight", dimensions: [("queue", "send")], factory: registry)
    meter.increment(by: 3)
    meter.decrement()
    Gauge(label: "martlet_lanes_held", dimensions: [("queue", "send")], factory: registry).record(64)
    #expect(lines.contains(#"martlet_jobs_in_flight{queue="send"} 2"#))
    #expect(lines.contains(#"martlet_lanes_held{queue="send"} 64"#))
  }

  @Test("a timer is a histogram in seconds, cumulative up to +Inf")
  func timers() {
    let timer = Timer(label: "martlet_graph_call_seconds", factory: registry)
    timer.recordMilliseconds(2)
    timer.recordMilliseconds(300)
    timer.recordSeconds(120)
    let lines = lines
    #expect(lines.contains(#"martlet_graph_call_seconds_bucket{le="0.001"} 0"#))
    #expect(lines.contains(#"martlet_graph_call_seconds_bucket{le="0.0025"} 1"#))
    #expect(lines.contains(#"martlet_graph_call_seconds_bucket{le="0.5"} 2"#))
    #expect(lines.contains(#"martlet_graph_call_seconds_bucket{le="60"} 2"#))
    #expect(lines.contains(#"martlet_graph_call_seconds_bucket{le="+Inf"} 3"#))
    #expect(lines.contains("martlet_graph_call_seconds_sum 120.302"))
    #expect(lines.contains("martlet_graph_call_seconds_count 3"))
  }

  @Test("a value on a bound falls into that bound's bucket")
  func bounds() {
    let sizes = Recorder(label: "martlet_batch_size", dimensions: [("batch", "enqueue")], factory: registry)
    sizes.record(2)
    #expect(lines.contains(#"martlet_batch_size_bucket{batch="enqueue",le="1"} 0"#))
    #expect(lines.contains(#"martlet_batch_size_bucket{batch="enqueue",le="2"} 1"#))
  }

  @Test("backslash, quote and newline in a label are escaped")
  func escaping() {
    Counter(label: "martlet_b_total", dimensions: [("kind", "a\\b\"c\nd\r\ne")], factory: registry).increment()
    #expect(registry.render().contains(#"martlet_b_total{kind="a\\b\"c\nd"# + "\r" + #"\ne"} 1"#))
  }

  @Test("Hummingbird's dotted names become names that Prometheus takes")
  func dottedNames() {
    Counter(label: "hb.requests", dimensions: [("http.route", "/webhook")], factory: registry).increment()
    Timer(label: "http.server.request.duration", factory: registry).recordMilliseconds(1)
    Counter(label: "9 lives", dimensions: [("le", "x"), ("__name__", "y")], factory: registry).increment()
    #expect(lines.contains(#"hb_requests_total{http_route="/webhook"} 1"#))
    #expect(lines.contains("http_server_request_duration_seconds_count 1"))
    #expect(lines.contains(#"_9_lives_total{label___name__="y",label_le="x"} 1"#))
  }

  @Test("a name keeps its first type: another use counts for nobody")
  func oneType() {
    Counter(label: "martlet_c_total", factory: registry).increment()
    Meter(label: "martlet_c_total", factory: registry).set(7)
    Timer(label: "martlet_lanes_held_seconds", factory: registry).recordSeconds(1)
    Counter(label: "martlet_lanes_held", factory: registry).increment()
    #expect(lines.contains("martlet_c_total 1"))
    #expect(!lines.contains { $0.hasPrefix("martlet_c_total 7") })
  }

  @Test("a label without bounds fills up one series, not the memory")
  func overflow() {
    for number in 0..<1500 {
      Counter(label: "martlet_d_total", dimensions: [("kind", "\(number)")], factory: registry).increment()
    }
    #expect(lines.count == 2 + 1001)
    #expect(lines.contains(#"martlet_d_total{kind="other"} 500"#))
  }

  @Test("a destroyed metric is shown no more")
  func destroyed() {
    let counter = Counter(label: "martlet_e_total", factory: registry)
    counter.increment()
    counter.destroy()
    #expect(registry.render().isEmpty)
  }

  @Test("the process tells its build, start, memory, time and descriptors")
  func process() throws {
    registry.addProcessMetrics(service: "ingress")
    #expect(lines.contains { $0.hasPrefix(#"martlet_build_info{service="ingress",version=""#) && $0.hasSuffix(" 1") })
    func value(_ name: String) throws -> Double {
      let line = try #require(lines.first { $0.hasPrefix(name + " ") })
      return try #require(Double(line.dropFirst(name.count + 1)))
    }
    #expect(try value("process_resident_memory_bytes") > 1_000_000)
    let age = Date.now.timeIntervalSince1970 - (try value("process_start_time_seconds"))
    #expect((-1...3600).contains(age))
    #expect(try value("process_cpu_seconds_total") > 0)
    #expect(try value("process_open_fds") >= 3)
    #expect(try value("process_max_fds") >= 3)
  }

  @Test("promtool finds nothing to complain of", .enabled(if: Promtool.path != nil, "promtool is not installed"))
  func promtool() async throws {
    registry.addProcessMetrics(service: "ingress")
    for (name, entry) in MetricCatalog.entries where !name.hasPrefix("process_") && name != "martlet_build_info" {
      switch entry.kind {
      case .counter: Counter(label: name, dimensions: [("outcome", "a \"b\"\\\n")], factory: registry).increment()
      case .gauge: Meter(label: name, dimensions: [("queue", "send")], factory: registry).set(-1.5)
      case .histogram: Recorder(label: name, dimensions: [("queue", "send")], factory: registry).record(0.25)
      }
    }
    let (status, complaint) = try await Promtool.check(registry.render())
    #expect(status == 0)
    #expect(complaint == "")
  }
}
