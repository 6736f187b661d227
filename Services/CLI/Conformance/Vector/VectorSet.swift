import JSON

/// All vectors of this build, in the order in which they are sent.
enum VectorSet {
  static let files: [(group: String, bytes: [UInt8])] = [
    ("known-answers", PackageResources.known_answers_json),
    ("verification", PackageResources.verification_json),
    ("messages", PackageResources.messages_json),
    ("events", PackageResources.events_json),
    ("batches", PackageResources.batches_json),
    ("repeats", PackageResources.repeats_json),
    ("text", PackageResources.text_json),
    ("shapes", PackageResources.shapes_json),
    ("transport", PackageResources.transport_json),
    ("forgeries", PackageResources.forgeries_json),
  ]

  static func load() throws -> [ConformanceVector] {
    try files.flatMap { group, bytes in
      let list = try JSON(parsing: bytes)["vectors"]?.array ?? []
      return try list.map { try ConformanceVector($0, group: group) }
    }
  }
}
