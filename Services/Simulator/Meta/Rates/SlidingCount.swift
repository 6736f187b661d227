/// How many calls came in the last so many milliseconds, to a sixtieth of that time. No clock of its own.
struct SlidingCount: Sendable {
  private static let slots = 60

  let window: Int64
  private let slot: Int64
  /// Calls by slot, and the slot's number since 1970.
  private var counts: [(number: Int64, calls: Int)]
  private var sum = 0
  private var newest: Int64 = 0

  init(window milliseconds: Int64) {
    window = max(Int64(Self.slots), milliseconds)
    slot = window / Int64(Self.slots)
    counts = Array(repeating: (-1, 0), count: Self.slots)
  }

  mutating func add(at now: Int64) {
    expire(at: now)
    let number = now / slot
    let index = Int(number % Int64(Self.slots))
    if counts[index].number != number { counts[index] = (number, 0) }
    counts[index].calls += 1
    sum += 1
  }

  mutating func count(at now: Int64) -> Int {
    expire(at: now)
    return sum
  }

  /// Milliseconds until fewer than `limit` calls are counted; 0 where that is so now.
  mutating func wait(toGetBelow limit: Int, at now: Int64) -> Int64 {
    expire(at: now)
    var left = sum
    guard left >= limit else { return 0 }
    for entry in counts.sorted(by: { $0.number < $1.number }) where entry.calls > 0 {
      left -= entry.calls
      if left < limit { return max(1, (entry.number + Int64(Self.slots)) * slot - now) }
    }
    return window
  }

  private mutating func expire(at now: Int64) {
    let number = now / slot
    guard number > newest else { return }
    newest = number
    sum = 0
    for index in counts.indices {
      if counts[index].number <= number - Int64(Self.slots) { counts[index] = (-1, 0) }
      sum += counts[index].calls
    }
  }
}
