/// Reads a file of the `templates` folder, and looks at every limit on the way.
enum TemplateReader {
  static func read(_ root: YAMLField, file: String) -> TemplateFile {
    let members = root.members(["name", "parameters", "languages"]) ?? [:]
    let standard = file.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
    let name = members["name"].map { $0.text(.templateName) ?? "" } ?? standard
    if !name.utf8.allSatisfy({ $0 == 0x5F || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }) {
      (members["name"] ?? root).note(.characters("a to z, 0 to 9 and _"))
    }
    let examples = examples(members["parameters"])
    guard let languages = members["languages"] else {
      root.note(.needs("languages"))
      return TemplateFile(name: name, examples: examples, texts: [])
    }
    let texts = (languages.members ?? []).compactMap { text($0.name, $0.field, examples) }
    if languages.isEmpty { languages.note(.missing) }
    let gaps = Set(texts.flatMap(\.gaps))
    for (gap, _) in examples.sorted(by: { $0.key < $1.key }) where !gaps.contains(gap) {
      members["parameters"]?.note(.noGap(gap))
    }
    return TemplateFile(name: name, examples: examples, texts: texts.sorted { $0.language < $1.language })
  }

  private static func examples(_ field: YAMLField?) -> [String: String] {
    var examples: [String: String] = [:]
    for (gap, field) in field?.members ?? [] { examples[gap] = field.text }
    return examples
  }

  private static func text(_ language: String, _ field: YAMLField, _ examples: [String: String]) -> TemplateText? {
    guard let members = field.members(["header", "body", "buttons"]) else { return nil }
    guard let body = members["body"] else {
      field.note(.needs("body"))
      return nil
    }
    let header = members["header"]?.text(.templateHeader)
    let buttons = members["buttons"]?.items(.templateButtons)?.compactMap(button) ?? []
    guard let words = body.text(.templateBody) else { return nil }
    let text = TemplateText(language: language, header: header, body: words, buttons: buttons)
    check(text.gaps, examples, body)
    return text
  }

  private static func check(_ gaps: [String], _ examples: [String: String], _ field: YAMLField) {
    let numbers = gaps.compactMap { Int($0) }
    if !numbers.isEmpty, numbers.count < gaps.count {
      field.note(.mixedGaps)
    } else if !numbers.isEmpty, numbers.sorted() != Array(1...numbers.count) {
      field.note(.gapsNotInOrder)
    }
    for gap in gaps where examples[gap] == nil { field.note(.noExample(gap)) }
  }

  private static func button(_ field: YAMLField) -> TemplateText.Button? {
    guard let members = field.members(["title", "url"]) else { return nil }
    guard let title = members["title"] else {
      field.note(.needs("title"))
      return nil
    }
    guard let words = title.text(.templateButtonTitle) else { return nil }
    guard let url = members["url"] else { return .postback(title: words) }
    guard let address = url.text else { return nil }
    if !MetaForm.isLink(address, ["https://", "http://"]) { url.note(.notALink) }
    return .url(title: words, url: address)
  }
}
