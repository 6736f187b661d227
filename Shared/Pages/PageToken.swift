package import Cryptography
internal import JobQueue
package import Postgres

/// Puts a page's token into the table, sealed, and lets what waited for it go on.
package enum PageToken {
  /// What the seal is bound to: a sealed token copied to another page's row does not open.
  static func context(of pageID: String) -> String { "page:\(pageID):token" }

  /// Stores what the settings say of a page, and ends the waits of its conversations. The token of the settings gives
  /// way to one that an operator set since it was first named there, as long as that one lives; one that was found dead
  /// is taken again: whoever names it again wants it tried again.
  package static func store(
    _ token: String, pageID: String, appID: String, name: String, rule: Page.UnknownRule, keys: SealingKeys,
    in pool: PostgresPool
  ) async throws {
    let sealed = keys.seal(Array(token.utf8), for: context(of: pageID))
    try await pool.run(
      [
        lock(pageID),
        Statement(
          "page.store",
          """
          INSERT INTO martlet.page AS p
            (page_id, app_id, name, token, token_state, token_at, token_named, token_from, unknown_rule)
          VALUES ($1, $2, $3, $4::bytea, 'live', now(), $6::bytea, 'settings', $5)
          ON CONFLICT (page_id) DO UPDATE SET app_id = excluded.app_id, name = excluded.name,
            (token, token_from, token_at) = (
              SELECT CASE WHEN k.stays THEN p.token ELSE excluded.token END,
                CASE WHEN k.stays THEN p.token_from ELSE excluded.token_from END,
                CASE WHEN k.stays THEN p.token_at ELSE excluded.token_at END
              FROM (
                SELECT p.token_from = 'operator' AND p.token_state = 'live'
                  AND p.token_named = excluded.token_named AS stays) k),
            token_state = 'live', token_named = excluded.token_named, unknown_rule = excluded.unknown_rule,
            alarmed_at = NULL
          """,
          [
            .text(pageID), .text(appID), .text(name), .bytes(sealed), .text(rule.rawValue),
            .bytes(SHA256.hash(token.utf8)),
          ]),
      ] + wakes(pageID))
  }

  /// An operator's new token for a page that the settings name, in one durable transaction. Says whether the page is
  /// known; what waited goes on then, in order.
  package static func replace(
    with token: String, pageID: String, keys: SealingKeys, by operatorName: String, in transaction: Transaction
  ) async throws -> Bool {
    let sealed = keys.seal(Array(token.utf8), for: context(of: pageID))
    let rows = try await transaction.run([
      lock(pageID),
      Statement(
        "page.replace",
        """
        UPDATE martlet.page SET token = $2::bytea, token_state = 'live', token_at = now(), token_from = 'operator',
          alarmed_at = NULL
        WHERE page_id = $1 RETURNING page_id
        """, [.text(pageID), .bytes(sealed)]),
    ])
    guard rows[1].count > 0 else { return false }
    let record = Statement(
      "page.replaced",
      "SELECT martlet.operator_record(NULL, $2, 'page_token', NULL, jsonb_build_object('page', $1::text), 1)",
      [.text(pageID), .text(operatorName)])
    _ = try await transaction.run(wakes(pageID) + [record])
    return true
  }

  /// For the transaction that parks a person's conversation for want of a token: one that came meanwhile ends the wait.
  package static func recheck(pageID: String, person: String) -> Statement {
    Statement("page.recheck", "SELECT martlet.page_recheck($1, $2)", [.text(pageID), .text(person)])
  }

  private static func lock(_ pageID: String) -> Statement {
    Statement("page.lock", "SELECT martlet.page_lock($1)", [.text(pageID)])
  }

  private static func wakes(_ pageID: String) -> [Statement] {
    [QueueName.send, .identify].map { QueueStatements.wakePage($0, .page, pageID: pageID) }
  }
}
