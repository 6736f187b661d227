package import JSON

/// Products of the page's catalogue, by their ids there. Since Graph API v8.0.
package struct ProductTemplate: TemplateForm {
  package static let type = "product"

  package var ids: [String]

  package init(ids: [String]) {
    self.ids = ids
  }

  package var members: JSONObject { ["elements": .array(ids.map { ["id": .string($0)] })] }
}
