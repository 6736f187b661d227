import FoundationEssentials
import GraphAPI
import JobQueue
import Pages
import Postgres
import Synchronization

/// Looks in Meta's copy of a conversation for a message whose outcome stayed open: what is found there has arrived.
/// What is not found proves nothing, for the API shows the 20 newest and not at once.
final class ConversationReader: Sendable {
  /// Meta allows 2 calls a second and page (Meta, Messenger Platform rate limits); one look takes two.
  private static let gap = Duration.seconds(1)
  /// Whoever would wait longer does not look: the page's rule decides without.
  private static let patience = Duration.seconds(5)
  /// How long a page is left alone that may not read its conversations.
  private static let closed = Duration.seconds(3600)
  /// How far Meta's clock may be behind ours.
  private static let skew = Duration.seconds(5)

  private let graph: GraphClient
  private let apps: AppSecrets
  private let pool: PostgresPool
  /// When each page may be asked next.
  private let next = Mutex<[String: ContinuousClock.Instant]>([:])

  init(graph: GraphClient, apps: AppSecrets, pool: PostgresPool) {
    (self.graph, self.apps, self.pool) = (graph, apps, pool)
  }

  /// Meta's id of a text that was sent to a person at most `age` ago and is nobody else's; nil where there is none, more
  /// than one, or no way to look.
  func find(_ text: String, to person: String, age: Duration, page: Page, token: String) async -> String? {
    // A reference, a comment or a post has no conversation.
    guard !person.contains(":"), let wait = place(for: page.id), (try? await Task.sleep(for: wait)) != nil else {
      return nil
    }
    let messages: [ConversationMessage]
    do throws(GraphError) {
      messages = try await graph.conversation(
        with: person, page: page.id, token: token, appSecretProof: apps.proof(for: token, appID: page.appID))
    } catch {
      switch error.disposition {
      case .reauthorise, .parkPage: postpone(page.id, for: Self.closed)
      case .slowDown: postpone(page.id, for: error.retryAfter ?? .seconds(60))
      default: break
      }
      return nil
    }
    let since = Self.time(ago: age + Self.skew)
    let candidates = messages.filter {
      $0.from == page.id && $0.time >= since && $0.text.map(Self.trimmed) == Self.trimmed(text)
    }
    guard !candidates.isEmpty, let known = try? await known(candidates.map(\.mid), page.id, person) else { return nil }
    let strangers = candidates.filter { !known.contains($0.mid) }
    return strangers.count == 1 ? strangers[0].mid : nil
  }

  private func place(for page: String) -> Duration? {
    next.withLock { next in
      let now = ContinuousClock.now
      let at = max(now, next[page] ?? now)
      guard now.duration(to: at) <= Self.patience else { return nil }
      next[page] = at + Self.gap
      return now.duration(to: at)
    }
  }

  private func postpone(_ page: String, for time: Duration) {
    next.withLock { $0[page] = .now + time }
  }

  private func known(_ mids: [String], _ page: String, _ person: String) async throws -> Set<String> {
    let rows = try await pool.run(
      Statement(
        "send.mids_known", "SELECT mid FROM martlet.mids_known($1, $2, $3::text[]) AS mid",
        [.text(page), .text(person), .texts(mids)]))
    return Set(try rows.map { try $0.string("mid") })
  }

  private static func time(ago age: Duration) -> String {
    String(Date(timeIntervalSinceNow: -(age / .seconds(1))).formatted(.iso8601).prefix(19))
  }

  /// Meta drops white space around a text.
  private static func trimmed(_ text: String) -> Substring {
    let head = text.drop { $0.isWhitespace }
    return head[..<(head.lastIndex { !$0.isWhitespace }.map { head.index(after: $0) } ?? head.startIndex)]
  }
}
