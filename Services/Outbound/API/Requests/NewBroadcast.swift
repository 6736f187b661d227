import JSON

/// The body of `POST /v1/broadcasts`.
struct NewBroadcast: Sendable {
  /// Room for `peopleLimit` people.
  static let bodyLimit = 8 << 20
  static let peopleLimit = 100_000
  /// Messages a second where nothing is said, and the most that Meta takes of a page.
  static let rate = 20
  static let rates = 1...300

  enum Audience: Sendable {
    case people([Address])
    case filter(BroadcastFilter)
  }

  let page: String
  let name: String?
  let content: NewContent
  let grounds: AskedGrounds
  let rate: Int
  let due: Timestamp?
  let audience: Audience

  init(_ json: JSON) throws(Problem) {
    let fields = try Fields(json, known: ["page", "name", "message", "grounds", "rate", "due", "people", "filter"])
    page = try fields.page()
    name = try fields.text("name", upTo: 200)
    content = try NewContent(fields)
    grounds = try AskedGrounds(fields)
    rate = try fields.integer("rate", in: Self.rates) ?? Self.rate
    due = try fields.due()
    switch (fields["people"], fields["filter"]) {
    case (let people?, nil): audience = .people(try Self.people(people))
    case (nil, let filter?): audience = .filter(try BroadcastFilter(filter, at: "filter"))
    case (nil, nil): throw .missing("people", "Name the people, or give a filter; {} is everybody.")
    default: throw .invalid("people", "stands beside a filter", "Give one of both.")
    }
  }

  private static func people(_ json: JSON) throws(Problem) -> [Address] {
    guard let entries = json.array, !entries.isEmpty else {
      throw .invalid("people", "is not a list of at least one", #"Write [{"psid": "…"}, {"customer_id": "…"}]."#)
    }
    guard entries.count <= peopleLimit else {
      var problem = Problem.invalid(
        "people", "has more than \(peopleLimit) entries", "Make two broadcasts, or use a filter.")
      (problem.limit, problem.value) = (peopleLimit, entries.count)
      throw problem
    }
    var people: [Address] = []
    people.reserveCapacity(entries.count)
    for (place, entry) in entries.enumerated() {
      let fields = try Fields(entry, at: "people[\(place)]", known: Address.people)
      people.append(try Address(fields, of: Address.people))
    }
    return people
  }
}
