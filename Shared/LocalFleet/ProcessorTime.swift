import FoundationEssentials
import Glibc

/// Processor time as the kernel counts it, user and system together (proc(5), /proc/PID/stat).
package enum ProcessorTime {
  /// Of one process; zero when there is none.
  package static func of(_ processID: Int32) -> Duration { ticks(stat(processID), [utime, stime]) }

  /// Of this process.
  package static var own: Duration { of(getpid()) }

  /// Of a process and its children, those that have ended included.
  package static func ofFamily(_ processID: Int32) -> Duration {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let children = names.compactMap { Int32($0) }.filter { parent($0) == processID }
    return children.reduce(ticks(stat(processID), [utime, stime, cutime, cstime])) { $0 + of($1) }
  }

  package static func parent(_ processID: Int32) -> Int32? {
    let fields = stat(processID)
    return fields.count > ppid ? Int32(fields[ppid]) : nil
  }

  // Places behind the name, which is the second field.
  private static let (ppid, utime, stime, cutime, cstime) = (2, 12, 13, 14, 15)

  private static func stat(_ processID: Int32) -> [Substring] {
    guard let text = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8),
      // The second field is a name in parentheses and may hold anything.
      let end = text.lastIndex(of: ")")
    else { return [] }
    return text[end...].split(separator: " ")
  }

  private static func ticks(_ fields: [Substring], _ places: [Int]) -> Duration {
    guard let last = places.max(), fields.count > last else { return .zero }
    let sum = places.reduce(0) { $0 + (Int64(fields[$1]) ?? 0) }
    return .seconds(Double(sum) / Double(sysconf(Int32(_SC_CLK_TCK))))
  }
}

extension FleetInstance {
  /// Processor time of the present life.
  package var processorTime: Duration { processID.map(ProcessorTime.of) ?? .zero }
}
