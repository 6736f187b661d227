import Glibc

/// A wall clock that is wrong, for one process: Debian's libfaketime, preloaded. The monotonic clock is left alone.
enum WrongClock {
  static let library: String? = {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
    return folders.map { $0 + "/faketime/libfaketimeMT.so.1" }.first { access($0, R_OK) == 0 }
  }()

  /// - Parameter clock: libfaketime's notation, such as "+1h".
  static func environment(_ library: String, _ clock: String) -> [String: String] {
    ["LD_PRELOAD": library, "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"]
  }
}
