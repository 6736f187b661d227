/// What a call counts as against Meta's limits (Meta, rate limits).
enum CallKind: Int, Sendable, CaseIterable {
  /// Text, links, pictures, reactions, stickers.
  case text
  /// Audio and video.
  case media
  case privateReply
  case conversation
  case profile
  /// Against the quota of the day alone.
  case other
}

/// The limits that a page's calls meet; nil is none. Load tests drive one page far above what Meta allows, so that the
/// limits on sends hold only where the control side asks for them.
struct Quotas: Sendable, Hashable {
  var textPerSecond: Int?
  var mediaPerSecond: Int?
  var privateRepliesPerHour: Int?
  var conversationsPerSecond: Int?
  var profilePerTenMinutes: Int?
  /// All calls in `callsWindow`: past it Meta answers 80006.
  var calls: Int?
  /// Milliseconds; a day at Meta.
  var callsWindow: Int64 = 86_400_000

  /// What holds from the start: the limits that no load is measured against.
  static let standard = Quotas(
    privateRepliesPerHour: meta(.privateReplyCalls), conversationsPerSecond: meta(.conversationCalls),
    profilePerTenMinutes: meta(.profileCalls))

  /// All of Meta's numbers, with so many people engaged with the page.
  static func all(people: Int) -> Quotas {
    var quotas = standard
    quotas.textPerSecond = meta(.textCalls)
    quotas.mediaPerSecond = meta(.mediaCalls)
    quotas.calls = meta(.callsPerPerson) * max(1, people)
    return quotas
  }

  func limit(_ kind: CallKind) -> (calls: Int, window: Int64)? {
    switch kind {
    case .text: textPerSecond.map { ($0, 1000) }
    case .media: mediaPerSecond.map { ($0, 1000) }
    case .privateReply: privateRepliesPerHour.map { ($0, 3_600_000) }
    case .conversation: conversationsPerSecond.map { ($0, 1000) }
    case .profile: profilePerTenMinutes.map { ($0, 600_000) }
    case .other: nil
    }
  }

  private static func meta(_ name: PlatformLimit) -> Int { LimitTable<PlatformLimit>.meta[name].upperBound }
}
