/// The members of a JSON object in the order they were written. Of two members with one name the later value wins,
/// in the earlier place. Equality and hash ignore the order, as PostgreSQL's `jsonb` does.
package struct JSONObject: Sendable {
  private var members: [(key: String, value: JSON)] = []
  /// Where each name is, kept only for large objects: a hostile body must not make look-up quadratic.
  private var places: [String: Int] = [:]
  private static let scanLimit = 16

  package init() {}

  package init(_ members: some Sequence<(String, JSON)>) {
    for (key, value) in members { self[key] = value }
  }

  package var isEmpty: Bool { members.isEmpty }
  package var count: Int { members.count }
  package var keys: [String] { members.map(\.key) }

  /// Setting nil removes the member.
  package subscript(key: String) -> JSON? {
    get {
      place(of: key).map { members[$0].value }
    }
    set {
      switch (place(of: key), newValue) {
      case (let place?, let value?): members[place].value = value
      case (nil, let value?): append(key, value)
      case (let place?, nil): remove(at: place)
      case (nil, nil): break
      }
    }
  }

  private func place(of key: String) -> Int? {
    guard members.count > Self.scanLimit else { return members.firstIndex { $0.key == key } }
    return places[key]
  }

  private mutating func append(_ key: String, _ value: JSON) {
    members.append((key, value))
    if members.count > Self.scanLimit + 1 {
      places[key] = members.count - 1
    } else if members.count == Self.scanLimit + 1 {
      rebuildPlaces()
    }
  }

  private mutating func remove(at place: Int) {
    members.remove(at: place)
    rebuildPlaces()
  }

  private mutating func rebuildPlaces() {
    places.removeAll()
    guard members.count > Self.scanLimit else { return }
    for (place, member) in members.enumerated() { places[member.key] = place }
  }
}

extension JSONObject: Sequence {
  package func makeIterator() -> Array<(key: String, value: JSON)>.Iterator {
    members.makeIterator()
  }
}

extension JSONObject: Hashable {
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
  }

  package func hash(into hasher: inout Hasher) {
    var mixed = 0
    for member in members {
      var one = Hasher()
      one.combine(member.key)
      one.combine(member.value)
      mixed ^= one.finalize()
    }
    hasher.combine(count)
    hasher.combine(mixed)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements)
  }
}
