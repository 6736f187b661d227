import Glibc

extension PrometheusRegistry {
  /// What runs, since when, and what it takes of the machine; read from the kernel when somebody asks (Linux, proc(5)).
  package func addProcessMetrics(service: String) {
    let build = Sample(
      name: "martlet_build_info", labels: [("service", service), ("version", Martlet.version)], value: 1)
    let start = ProcessReadings.startTime()
    addReading {
      var samples = [build]
      func add(_ name: String, _ value: Double?) {
        if let value { samples.append(Sample(name: name, value: value)) }
      }
      add("process_start_time_seconds", start)
      add("process_resident_memory_bytes", ProcessReadings.residentBytes())
      add("process_cpu_seconds_total", ProcessReadings.cpuSeconds())
      add("process_open_fds", ProcessReadings.openDescriptors())
      add("process_max_fds", ProcessReadings.maximumDescriptors())
      return samples
    }
  }
}

/// Numbers of this process; nil where the kernel does not tell.
private enum ProcessReadings {
  static func residentBytes() -> Double? {
    guard let pages = fields(of: "/proc/self/statm")?[safe: 1].flatMap({ Double($0) }) else { return nil }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }

  static func cpuSeconds() -> Double? {
    var usage = rusage()
    guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return nil }
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
  }

  static func openDescriptors() -> Double? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    // Less ".", ".." and the descriptor of this reading.
    var count = -3
    while readdir(folder) != nil { count += 1 }
    return Double(count)
  }

  static func maximumDescriptors() -> Double? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
  }

  /// Field 22 of `stat` counts ticks since the machine started.
  static func startTime() -> Double? {
    guard let text = text(of: "/proc/self/stat"), let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ").map(String.init)
    guard let ticks = fields[safe: 20].flatMap({ Double($0) }) else { return nil }
    let age = seconds(CLOCK_BOOTTIME) - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    return ((seconds(CLOCK_REALTIME) - age) * 1000).rounded() / 1000
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func fields(of path: String) -> [String]? {
    text(of: path)?.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}

extension Array {
  fileprivate subscript(safe place: Int) -> Element? { indices.contains(place) ? self[place] : nil }
}
