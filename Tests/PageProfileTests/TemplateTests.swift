import JSON
import Testing

@testable import PageProfile

@Suite("Files of templates")
struct TemplateTests {
  static let alert = """
    parameters: {vehicle: Van 3, area: the yard}
    languages:
      en_US:
        header: Alert
        body: "{{vehicle}} left {{ area }}."
        buttons:
          - {title: Map, url: https://fleet.example/map}
          - {title: Stop}
      de_DE:
        body: "{{vehicle}} hat {{area}} verlassen."
    """

  private func findings(_ text: String, file: String = "templates/a.yaml") -> [FileFinding] {
    do throws(FileErrors) {
      _ = try TemplateFile(yaml: text, file: file)
      return []
    } catch {
      return error.findings
    }
  }

  @Test("a file is one template in each of its languages, named after the file where it says no name")
  func form() throws {
    let file = try TemplateFile(yaml: Self.alert, file: "templates/geofence_alert.yaml")
    #expect(file.name == "geofence_alert")
    #expect(file.texts.map(\.language) == ["de_DE", "en_US"])
    #expect(
      file.body(file.texts[1]) == [
        "name": "geofence_alert", "language": "en_US", "category": "UTILITY", "parameter_format": "NAMED",
        "components": [
          ["type": "HEADER", "format": "TEXT", "text": "Alert"],
          [
            "type": "BODY", "text": "{{vehicle}} left {{ area }}.",
            "example": [
              "body_text_named_params": [
                ["param_name": "vehicle", "example": "Van 3"], ["param_name": "area", "example": "the yard"],
              ]
            ],
          ],
          [
            "type": "BUTTONS",
            "buttons": [
              ["type": "URL", "text": "Map", "url": "https://fleet.example/map"], ["type": "POSTBACK", "text": "Stop"],
            ],
          ],
        ],
      ])
    let numbered = try TemplateFile(
      yaml: "parameters: {1: a, 2: b}\nlanguages: {en_US: {body: '{{1}} and {{2}}, {{1}}'}}", file: "n.yaml")
    #expect(numbered.body(numbered.texts[0])["parameter_format"] == "POSITIONAL")
    #expect(numbered.body(numbered.texts[0])["components"]?[0]?["example"] == ["body_text": [["a", "b"]]])
  }

  @Test("a gap without an example, an example without a gap, and mixed gaps are mistakes")
  func gaps() {
    func problems(_ parameters: String, _ body: String) -> [FileFinding.Problem] {
      findings("parameters: \(parameters)\nlanguages: {en_US: {body: '\(body)'}}").map(\.problem)
    }
    #expect(problems("{a: x}", "{{a}} {{b}}") == [.noExample("b")])
    #expect(problems("{a: x, b: y}", "{{a}}") == [.noGap("b")])
    #expect(problems("{a: x, 1: y}", "{{a}} {{1}}") == [.mixedGaps])
    #expect(problems("{1: x, 3: y}", "{{1}} {{3}}") == [.gapsNotInOrder])
    #expect(problems("{}", "no gap").isEmpty)
  }

  @Test("limits and names are Meta's")
  func limits() {
    let long = String(repeating: "x", count: 1025)
    #expect(findings("languages: {en_US: {body: \(long)}}").first?.limit == 1024)
    #expect(
      findings("name: Alert\nlanguages: {en_US: {body: a}}").map(\.problem) == [.characters("a to z, 0 to 9 and _")])
    #expect(findings("languages: {en_US: {body: a}}", file: "templates/Über.yaml").count == 1)
    #expect(findings("languages: {}").map(\.problem) == [.missing])
    #expect(findings("name: a").map(\.problem) == [.needs("languages")])
    #expect(findings("languages: {en_US: {header: a}}").map(\.problem) == [.needs("body")])
    #expect(
      findings("languages: {en_US: {body: a, buttons: [{title: \(long)}, {url: https://a.example}]}}").map(\.field)
        == ["languages.en_US.buttons[0].title", "languages.en_US.buttons[1]"])
  }

  @Test("what Meta lists is the same, missing, of other words, or in no file")
  func difference() throws {
    func listed(_ name: String, _ language: String, _ body: String) throws -> ListedTemplate {
      try #require(
        ListedTemplate([
          "name": .string(name), "language": .string(language), "status": "approved", "id": "1",
          "rejected_reason": "NONE", "components": [["type": "body", "text": .string(body), "example": [:]]],
        ]))
    }
    let file = try TemplateFile(
      yaml: "languages: {en_US: {body: one}, de_DE: {body: eins}, it_IT: {body: uno}}", file: "a.yaml")
    let diff = TemplateDiff(
      [file],
      against: [try listed("a", "en_US", "one"), try listed("a", "de_DE", "zwei"), try listed("b", "en_US", "b")])
    #expect(diff.missing.map(\.text.language) == ["it_IT"])
    #expect(diff.changed.map(\.text.language) == ["de_DE"])
    #expect(diff.unmanaged.map(\.name) == ["b"])
    #expect(diff.rows.count == 3)
    #expect(try listed("a", "en_US", "one").reason == nil)
    #expect(try listed("a", "en_US", "one").status == "APPROVED")
  }
}
