/// Knows what every conversation must do next: counts what came twice, out of turn, or never. A value.
struct OrderOracle: Sendable {
  private struct Place: Hashable {
    let key: Int
    let number: Int
  }

  /// The highest number that each conversation has done.
  private var last: [Int]
  /// Overtaken, and not yet seen.
  private var missing: Set<Place> = []

  private(set) var seen = 0
  private(set) var swapped = 0
  private(set) var doubled = 0

  init(keys: Int) {
    last = Array(repeating: -1, count: keys)
  }

  mutating func did(_ number: Int, of key: Int) {
    guard last.indices.contains(key) else { return }
    switch number {
    case last[key] + 1:
      last[key] = number
    case (last[key] + 2)...:
      swapped += 1
      for skipped in (last[key] + 1)..<number { missing.insert(Place(key: key, number: skipped)) }
      last[key] = number
    default:
      guard missing.remove(Place(key: key, number: number)) != nil else {
        doubled += 1
        return
      }
    }
    seen += 1
  }

  /// Of so many that were written.
  func lost(of written: Int) -> Int { written - seen }
}
