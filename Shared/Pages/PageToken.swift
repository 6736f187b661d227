package import Cryptography
internal import JobQueue
package import Postgres

/// Puts a page's token into the table, sealed, and lets what waited for it go on.
package enum PageToken {
  /// What the seal is bound to: a sealed token copied to another page's row does not open.
  static func context(of pageID: String) -> String { "page:\(pageID):token" }

  /// Stores the token and ends the waits of the page's conversations. The same token again changes nothing but the
  /// rule and the name, unless it had been found dead: whoever sets it again wants it tried again.
  package static func store(
    _ token: String, pageID: String, appID: String, name: String, rule: Page.UnknownRule, keys: SealingKeys,
    in pool: PostgresPool
  ) async throws {
    let sealed = keys.seal(Array(token.utf8), for: context(of: pageID))
    try await pool.run([
      Statement("page.lock", "SELECT martlet.page_lock($1)", [.text(pageID)]),
      Statement(
        "page.store",
        """
        INSERT INTO martlet.page (page_id, app_id, name, token, token_state, token_at, unknown_rule)
        VALUES ($1, $2, $3, $4::bytea, 'live', now(), $5)
        ON CONFLICT (page_id) DO UPDATE SET app_id = excluded.app_id, name = excluded.name, token = excluded.token,
          token_state = 'live', token_at = now(), unknown_rule = excluded.unknown_rule
        """,
        [.text(pageID), .text(appID), .text(name), .bytes(sealed), .text(rule.rawValue)]),
      QueueStatements.wakePage(.send, .page, pageID: pageID),
      QueueStatements.wakePage(.identify, .page, pageID: pageID),
    ])
  }

  /// For the transaction that parks a person's conversation for want of a token: one that came meanwhile ends the wait.
  package static func recheck(pageID: String, person: String) -> Statement {
    Statement("page.recheck", "SELECT martlet.page_recheck($1, $2)", [.text(pageID), .text(person)])
  }
}
