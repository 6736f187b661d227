import ArgumentParser
import Testing

@testable import CLI

@Suite("what is typed after `martlet conformance` and `martlet fuzz`")
struct ConformanceCommandTests {
  private func refusal(_ arguments: String...) -> String {
    do {
      _ = try CommandLineTool.parseAsRoot(arguments)
      return ""
    } catch {
      return CommandLineTool.message(for: error)
    }
  }

  @Test("an address is enough, or --list")
  func address() {
    let url = "http://127.0.0.1:8080/webhook"
    #expect(refusal("conformance", url, "--app-secret", "s", "--verify-token", "t", "--json") == "")
    #expect(refusal("conformance", url, "--only", "forgeries", "text", "--verbose") == "")
    #expect(refusal("conformance", "--list") == "")
    #expect(refusal("conformance").contains("Give the address"))
    #expect(refusal("conformance", url + "?x=1").contains("leave it out"))
  }

  @Test("a witness is one, and needs ids of its own")
  func witness() {
    let url = "http://127.0.0.1:8080/webhook"
    #expect(refusal("conformance", url, "--witness", "u", "--database-url", "d").contains("contradict"))
    #expect(refusal("conformance", url, "--witness", "u", "--page", "1").contains("no witness"))
  }

  @Test("fuzzing takes cases, a seed and a share")
  func fuzz() {
    #expect(refusal("fuzz", "--cases", "1000", "--seed", "7", "--socket-share", "0.5", "--keep", "--json") == "")
    #expect(refusal("fuzz", "--cases", "0").contains("1 or more"))
    #expect(refusal("fuzz", "--socket-share", "1.5").contains("0 to 1"))
  }
}
