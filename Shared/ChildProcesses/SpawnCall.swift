import Glibc
import Synchronization

/// One call of posix_spawn(3): default signals, a process group of its own (so that Ctrl-C in a terminal reaches the
/// parent alone), and setpriv(1) in front for the user and the death signal, env(1) for the folder.
struct SpawnCall {
  /// Held while descriptors are open that must not leak into another child: between pipe(2) and fcntl(2), and here.
  static let descriptors = Mutex<Void>(())
  private static let setpriv = "/usr/bin/setpriv"

  let path: String
  let arguments: [String]
  let environment: [String]

  init(_ command: ChildCommand) throws(ChildProcessError) {
    guard access(command.executable, X_OK) == 0 else {
      throw ChildProcessError(
        code: .missingExecutable, doing: "start \(command.executable)", cause: String(cString: strerror(errno)))
    }
    environment = command.environment.map { "\($0.key)=\($0.value)" }
    let plain =
      (command.folder.map { ["/usr/bin/env", "-C", $0] } ?? []) + [command.executable] + command.arguments
    if access(Self.setpriv, X_OK) == 0 {
      path = Self.setpriv
      var front = [Self.setpriv, "--pdeathsig", command.signalWhenParentDies.name]
      if let user = command.user {
        front += ["--reuid", "\(user.userID)", "--regid", "\(user.groupID)", "--init-groups"]
      }
      arguments = front + plain
    } else if command.user == nil {
      path = plain[0]
      arguments = plain
    } else {
      throw ChildProcessError(
        code: .missingExecutable, doing: "start \(command.executable) as another user",
        cause: "\(Self.setpriv) is missing", remedy: "install util-linux, or start as an ordinary user")
    }
  }

  /// `output` becomes descriptors 1 and 2; descriptor 0 is /dev/null.
  func callAsFunction(output: Int32) throws(ChildProcessError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

    var process: pid_t = 0
    let status = Self.withCStrings(arguments) { arguments in
      Self.withCStrings(environment) { environment in
        Self.descriptors.withLock { _ in
          posix_spawn(&process, path, &actions, &attributes, arguments, environment)
        }
      }
    }
    guard status == 0 else { throw .system(status, doing: "start \(arguments.last ?? path)") }
    return process
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
