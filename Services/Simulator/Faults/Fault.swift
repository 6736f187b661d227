import JSON

/// Something to go wrong on purpose, a number of times.
struct Fault: Sendable, Hashable {
  enum Place: Sendable, Hashable {
    case graph(GraphEdge)
    case webhook

    static let messages = Place.graph(.messages)
    static let profile = Place.graph(.profile)

    init?(_ name: String) {
      if name == "webhook" {
        self = .webhook
      } else if let edge = GraphEdge(rawValue: name) {
        self = .graph(edge)
      } else {
        return nil
      }
    }
  }

  enum Kind: Sendable, Hashable {
    /// Refused with an error of Meta's form.
    case status(Int, code: Int, subcode: Int?)
    /// Late by so much.
    case latency(Duration)
    /// Graph: accepted, then the connection is closed without an answer. Webhook: the answer counts as not received.
    case drop
    /// Accepted, and never answered.
    case silence
    /// Each event delivered so many times, all at once.
    case duplicate(copies: Int)
  }

  var place: Place
  var kind: Kind
  /// How many times it is still to happen; below 0: until cleared.
  var left: Int
  /// Only calls of this page; nil: of any.
  var page: String?
  /// Of each call, from 0 to 1.
  var probability: Double
  /// What was asked for, as it is listed.
  var request: JSON

  /// - Throws: `ControlError` for a kind or place that does not exist, or that do not go together.
  init(_ json: JSON) throws(ControlError) {
    guard let place = json["on"]?.string.flatMap(Place.init) else {
      throw ControlError(
        "\"on\" must be webhook or one of \(GraphEdge.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.place = place
    switch (json["kind"]?.string ?? "", place) {
    case ("status", .graph):
      let status = json["status"]?.int ?? 500
      guard (200...599).contains(status) else { throw ControlError("\"status\" must lie in 200...599") }
      kind = .status(status, code: json["code"]?.int ?? 2, subcode: json["error_subcode"]?.int)
    case ("latency", _):
      guard let milliseconds = json["latency_ms"]?.int, (0...600_000).contains(milliseconds) else {
        throw ControlError("\"latency_ms\" must lie in 0...600000")
      }
      kind = .latency(.milliseconds(milliseconds))
    case ("drop", _): kind = .drop
    case ("silence", .graph): kind = .silence
    case ("duplicate", .webhook):
      let copies = json["copies"]?.int ?? 2
      guard (2...100).contains(copies) else { throw ControlError("\"copies\" must lie in 2...100") }
      kind = .duplicate(copies: copies)
    default:
      throw ControlError(
        "\"kind\" must be status, latency, drop or silence on a Graph call; latency, drop or duplicate on webhook"
      )
    }
    left = json["count"]?.int ?? 1
    page = json["page"]?.text
    probability = json["probability"]?.double ?? 1
    guard (0...1).contains(probability) else { throw ControlError("\"probability\" must lie in 0...1") }
    request = json
  }

  var json: JSON {
    var object = request.object ?? JSONObject()
    object["count"] = JSON(left)
    return .object(object)
  }
}
