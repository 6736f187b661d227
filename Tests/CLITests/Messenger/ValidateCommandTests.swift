import ArgumentParser
import Testing

@testable import CLI

@Suite("`martlet messenger validate`")
struct ValidateCommandTests {
  private func validate(_ text: String) -> RequestValidator.Outcome {
    RequestValidator().validate(Array(text.utf8))
  }

  private let good = #"{"recipient":{"id":"24"},"messaging_type":"RESPONSE","message":{"text":"hi"}}"#

  @Test("finds nothing in a request that Meta would take")
  func accepted() {
    let outcome = validate(good)
    #expect(outcome.lines == ["Meta would take the form of this request"])
    #expect(!outcome.isRefused && outcome.problems.isEmpty)
  }

  @Test("names field, limit, amount and source of what Meta would refuse, and what is only doubtful")
  func refused() {
    let text = String(repeating: "a", count: 2001)
    let outcome = validate(
      #"{"recipient":{"id":"24"},"mood":1,"messaging_type":"RESPONSE","message":{"text":"\#(text)"}}"#)
    #expect(
      outcome.lines == [
        "doubtful: mood is not in Meta's reference. Check its spelling.",
        "refused: message.text has 2001 characters, and Meta takes no more than 1999 (Meta, Send API reference). Split "
          + "the text over several messages.",
      ])
    #expect(outcome.isRefused)
  }

  @Test("takes several requests, one a line, and passes over none for its neighbour")
  func lines() {
    let outcome = validate("\(good)\nnonsense\n{}\n")
    #expect(outcome.lines.first == "line 1: Meta would take the form of this request")
    #expect(outcome.lines.dropFirst().allSatisfy { $0.hasPrefix("line 3: refused: ") })
    #expect(outcome.isRefused)
    #expect(outcome.problems.map(\.description).first?.contains("line 2: Reading JSON failed") == true)
  }

  @Test("says what it wants when there is nothing, or no JSON")
  func nothing() {
    #expect(validate(" \n").problems.first?.description.contains("there is nothing in it") == true)
    #expect(validate("{").problems.first?.description.contains("could not read the request: Reading JSON") == true)
    #expect(!validate("{").isRefused)
  }

  @Test("is a command of the tool")
  func command() throws {
    #expect(try CommandLineTool.parseAsRoot(["messenger", "validate"]) is ValidateCommand)
  }
}
