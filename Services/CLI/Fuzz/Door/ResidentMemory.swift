import FoundationEssentials
import Glibc

enum ResidentMemory {
  /// What a process holds in memory (proc(5), /proc/PID/statm, second field); 0 when it is gone.
  static func bytes(_ processID: Int32?) -> Int {
    guard let processID, let text = try? String(contentsOfFile: "/proc/\(processID)/statm", encoding: .utf8) else {
      return 0
    }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }
}
