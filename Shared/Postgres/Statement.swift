/// One SQL statement with its parameters, which always travel beside the text, never inside it.
///
/// `name` stands for the statement in errors. What is hot is a function of the schema, whose plans the server keeps; a
/// text that a connection sees again is prepared (``PreparedStatements``).
package struct Statement: Sendable {
  package let name: String
  package let sql: String
  package let parameters: [Parameter]

  package init(_ name: String, _ sql: String, _ parameters: [Parameter] = []) {
    self.name = name
    self.sql = sql
    self.parameters = parameters
  }

  /// Makes the transaction that it stands in wait for the disk at its commit, or not.
  ///
  /// Without the wait PostgreSQL may lose the last commits in a crash of the server, always a suffix of them.
  ///
  /// It also bounds how long the transaction may wait for a lock, or hold what it has while its client says nothing:
  /// a process that was stopped in mid-transaction must not hold up the others' lanes.
  package static func synchronousCommit(_ isOn: Bool) -> Statement {
    Statement(
      "transaction.settings",
      """
      SELECT set_config('synchronous_commit', '\(isOn ? "on" : "off")', true), set_config('lock_timeout', '12s', true),
        set_config('idle_in_transaction_session_timeout', '10s', true)
      """)
  }
}
