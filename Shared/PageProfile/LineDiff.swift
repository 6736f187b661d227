/// How one text became another, line by line, for a person: what both have is left out save for the lines around.
package enum LineDiff {
  /// Each line begins with `- `, `+ ` or two spaces.
  package static func lines(from before: [String], to after: [String], around: Int = 1) -> [String] {
    let difference = after.difference(from: before)
    var removed: Set<Int> = []
    var added: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var all: [(mark: Character, line: String)] = []
    var (old, new) = (0, 0)
    while old < before.count || new < after.count {
      if removed.contains(old) {
        all.append(("-", before[old]))
        old += 1
      } else if added.contains(new) {
        all.append(("+", after[new]))
        new += 1
      } else {
        all.append((" ", before[old]))
        (old, new) = (old + 1, new + 1)
      }
    }
    let changed = all.indices.filter { all[$0].mark != " " }
    return all.indices.filter { index in changed.contains { abs($0 - index) <= around } }
      .map { "\(all[$0].mark) \(all[$0].line)" }
  }
}
