import Glibc
package import Logging
import Metrics
import Synchronization

/// Logging and metrics of this process, switched on once, before anything else makes a logger or a counter.
package enum Observability {
  /// What `/metrics` shows.
  package static let metrics = PrometheusRegistry()

  private static let bootstrapped = Mutex(false)

  /// Sets up swift-log and swift-metrics for the process and returns its logger. A second call changes nothing and
  /// returns a logger of the first setting: both systems can be set only once a process.
  package static func bootstrap(_ settings: Settings) -> Logger {
    let service = settings.service.rawValue
    let first = bootstrapped.withLock { done in
      defer { done = true }
      return !done
    }
    if first {
      let (format, level) = (settings.logFormat, settings.logLevel)
      let colored = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil
      LoggingSystem.bootstrap(
        { label, provider in
          var handler = LineLogHandler(
            label: label, service: service, format: format, colored: colored, metadataProvider: provider)
          handler.logLevel = level
          return handler
        }, metadataProvider: traceMetadata)
      MetricsSystem.bootstrap(metrics)
      metrics.addProcessMetrics(service: service)
    }
    let logger = Logger(label: "martlet.\(service)")
    for variable in settings.unknownVariables {
      logger.warning("setting is not known and has no effect", metadata: ["setting.name": "\(variable)"])
    }
    return logger
  }

  /// Adds the ids of the trace that the current task works for.
  package static let traceMetadata = Logger.MetadataProvider {
    guard let trace = TraceContext.current else { return [:] }
    return ["trace_id": "\(trace.traceID)", "span_id": "\(trace.spanID)"]
  }
}
