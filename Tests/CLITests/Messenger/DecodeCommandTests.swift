import ArgumentParser
import ChildProcesses
import JSON
import TestKit
import Testing

@testable import CLI

@Suite("`martlet messenger decode`")
struct DecodeCommandTests {
  private let message =
    #"{"sender":{"id":"24"},"recipient":{"id":"1"},"timestamp":1700000000,"message":{"mid":"m_a","text":"hi"}}"#

  private func decode(_ text: String, raw: Bool = false) -> (lines: [String], problems: [ToolError]) {
    PayloadDecoder(showsRaw: raw).decode(Array(text.utf8))
  }

  @Test("prints one JSON object an event")
  func events() throws {
    let body = #"""
      {"object":"page","entry":[{"id":1,"messaging":[\#(message)]},{"id":"1","standby":[{"hologram":1}]},
      {"id":"1","messaging":[{"sender":{"id":"24"},"optin":{"user_ref":"r","ref":"x"}}]}]}
      """#
    let (lines, problems) = decode(body)
    #expect(problems.isEmpty)
    #expect(
      lines[0]
        == #"{"kind":"message","page":"1","person":"24","time":1700000000000,"standby":false,"key":"m_a","#
        + #""understood":{"mid":"m_a","text":"hi"}}"#)
    let unknown = try JSON(parsing: lines[1])
    #expect(unknown["kind"] == "hologram")
    #expect(unknown["standby"] == true)
    #expect(unknown["person"] == .null && unknown["time"] == .null && unknown["understood"] == .null)
    let optIn = try JSON(parsing: lines[2])
    #expect(optIn["user_ref"] == "r")
    #expect(optIn["understood"] == ["kind": "checkbox", "user_ref": "r", "ref": "x"])
    #expect(lines.count == 3)
  }

  @Test("takes a piece of a body, and shows it when asked")
  func piece() throws {
    let line = try JSON(parsing: try #require(decode(message, raw: true).lines.first))
    #expect(line["kind"] == "message")
    #expect(line["raw"] == (try JSON(parsing: message)))
  }

  @Test("takes several payloads, one a line, and passes over none for its neighbour")
  func lines() {
    let (lines, problems) = decode("\(message)\n\nnonsense\n{\"a\":1}\r\n\(message)\n")
    #expect(lines.count == 2)
    #expect(problems.count == 2)
    #expect(problems.map(\.description).first?.contains("line 3: Reading JSON failed at byte") == true)
    #expect(problems.map(\.description).last?.contains("line 4: Reading a webhook failed") == true)
  }

  @Test(
    "says what is wrong, and never what was written",
    arguments: [
      (" \n", "there is nothing in it; give a webhook's body"),
      (#"{"object":"page","entry":[{"secret"#, "Reading JSON failed at byte 34: the text ends in the middle"),
      (#"{"object":"instagram","entry":[]}"#, "about something other than a page"),
      (#"{"secret":1}"#, "neither a body nor an entry"), ("{\n\"secret\"\n:}", "Reading JSON failed at byte 12"),
    ])
  func errors(text: String, expected: String) throws {
    let (lines, problems) = decode(text)
    #expect(lines.isEmpty)
    let problem = try #require(problems.count == 1 ? problems.first : nil)
    #expect(problem.description.contains(expected), "\(problem)")
    #expect(problem.description.hasPrefix("could not decode the payload: "))
    #expect(!problem.description.contains("secret"))
  }

  @Test("reads standard input and ends 1 when something could not be read")
  func endToEnd() async throws {
    func run(_ input: String, _ arguments: String = "") async throws -> [String] {
      let command = "printf '%s' '\(input)' | '\(Surroundings.executables)/martlet' messenger decode \(arguments)"
      return try await ChildProcess.run(ChildCommand("/bin/sh", ["-c", command]))
    }
    #expect(try await run(message).count == 1)
    #expect(try await run(message, "--raw /dev/stdin").first?.contains(#""raw":{"sender""#) == true)
    let error = await #expect(throws: ChildProcessError.self) { try await run("5") }
    #expect(error?.description.contains("exit status 1") == true)
    #expect(error?.description.contains("neither a body nor an entry") == true)
  }
}
