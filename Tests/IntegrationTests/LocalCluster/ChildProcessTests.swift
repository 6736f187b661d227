import ChildProcesses
import Glibc
import Testing

@Suite("a child process")
struct ChildProcessTests {
  @Test("its end tells the exit status or the signal")
  func ends() async throws {
    let failing = try await ChildProcess.start(shell("exit 3"))
    #expect(await failing.exit == .code(3))
    let waiting = try await ChildProcess.start(shell("while :; do read -t 60 x; done"))
    #expect(waiting.isRunning)
    #expect(waiting.signal(.kill))
    #expect(await waiting.exit == .signal(SIGKILL))
    #expect(!waiting.signal(.kill))
  }

  @Test("its output comes in lines, standard error too, the last without a line end")
  func lines() async throws {
    let lines = try await ChildProcess.run(shell("printf 'one\\ntw'; printf 'o\\n\\n' >&2; printf four"))
    #expect(lines == ["one", "two", "", "four"])
  }

  @Test("it sees the given environment and folder, and nothing else")
  func surroundings() async throws {
    var command = shell("env | grep -v ^_ | grep -v ^SHLVL | grep -v ^PWD; pwd")
    command.environment = ["A": "b", "PATH": "/usr/bin:/bin"]
    command.folder = "/usr"
    let lines = try await ChildProcess.run(command)
    #expect(lines.sorted() == ["/usr", "A=b", "PATH=/usr/bin:/bin"])
  }

  @Test("its group is its own, so that a terminal's Ctrl-C passes it by")
  func group() async throws {
    let child = try await ChildProcess.start(shell("while :; do read -t 60 x; done"))
    #expect(getpgid(child.processID) == child.processID)
    child.signal(.terminate)
    #expect(await child.exit == .signal(SIGTERM))
  }

  @Test("a program that is not there is an error with its name")
  func missing() async throws {
    let error = await #expect(throws: ChildProcessError.self) {
      try await ChildProcess.start(ChildCommand("/nowhere/program"))
    }
    #expect(error?.code == .missingExecutable)
    #expect(error?.description.contains("/nowhere/program") == true)
  }

  @Test("a signal is known by its name", arguments: ["KILL", "SIGKILL", "kill"])
  func names(name: String) {
    #expect(UnixSignal(name: name) == .kill)
    #expect(UnixSignal(name: "NOSUCH") == nil)
  }

  private func shell(_ script: String) -> ChildCommand {
    ChildCommand("/bin/bash", ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
  }
}
