import Access

/// A key on one line, times in UTC.
struct KeyText {
  let text: String

  init(_ entry: APIKeyTable.Entry) {
    let key = entry.key
    let rights = APIRight.allCases.filter(key.rights.contains).map(\.rawValue).joined(separator: ",")
    let pages = key.pages.map { "pages " + $0.sorted().joined(separator: ",") } ?? "all pages"
    let used = entry.usedAt.map { "used \($0)" } ?? "never used"
    var parts = [key.id, key.name, rights, pages, "made \(entry.createdAt) by \(entry.createdBy)", used]
    if let revokedAt = entry.revokedAt { parts.append("REVOKED \(revokedAt) by \(entry.revokedBy ?? "?")") }
    text = parts.joined(separator: "  ")
  }
}
