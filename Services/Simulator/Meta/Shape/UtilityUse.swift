import JSON

/// A utility template with its parameters, as a message names it (Meta, utility messages).
struct UtilityUse: Sendable, Hashable {
  let name: String
  let language: String
  /// Parameters for the body, by `parameter_name` where it has one.
  let body: [String?]
  let buttons: Int

  init(_ template: Field) throws(GraphError) {
    name = try template["name"].anyText()
    language = try template["language"]["code"].anyText()
    var body: [String?] = []
    var buttons = 0
    for component in template["components"].json?.array ?? [] {
      let parameters = component["parameters"]?.array ?? []
      switch component["type"]?.string?.lowercased() {
      case "body":
        for parameter in parameters {
          let field = Field("parameters", parameter, template.limits)
          try field["type"].one(of: ["text"])
          try field["text"].anyText()
          body.append(parameter["parameter_name"]?.string)
        }
      case "buttons":
        for parameter in parameters {
          let field = Field("parameters", parameter, template.limits)
          switch field["type"].json?.string?.uppercased() {
          case "POSTBACK": try field["payload"].text(.buttonPayload)
          case "URL": try field["url"].url()
          default: throw .badParameter("param type must be one of {POSTBACK, URL}")
          }
        }
        buttons += parameters.count
      case "header": break
      default: throw .badParameter("param components has a component of no valid type")
      }
    }
    self.body = body
    self.buttons = buttons
  }
}
