import FoundationEssentials
import Glibc

extension FleetInstance {
  /// Processor time of the present life, user and system together (proc(5), /proc/PID/stat, fields 14 and 15).
  package var processorTime: Duration {
    guard let processID, let text = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8),
      // The second field is a name in parentheses and may hold anything.
      let end = text.lastIndex(of: ")")
    else { return .zero }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Int64(fields[12]), let system = Int64(fields[13]) else { return .zero }
    return .seconds(Double(user + system) / Double(sysconf(Int32(_SC_CLK_TCK))))
  }
}
