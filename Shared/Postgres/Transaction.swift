internal import Synchronization

/// A transaction under way on one connection, borrowed for the length of a closure.
package struct Transaction: Sendable {
  let connection: PostgresConnection
  let opening: [Statement]
  let state: State

  final class State: Sendable {
    private struct Content {
      var hasBegun = false
      var closing: [Statement] = []
      var followUp: [Statement] = []
    }

    private let content = Mutex(Content())

    var hasBegun: Bool { content.withLock { $0.hasBegun } }
    var closing: [Statement] { content.withLock { $0.closing } }
    var followUp: [Statement] { content.withLock { $0.followUp } }

    /// Whether the transaction must still be opened; true once.
    func begin() -> Bool {
      content.withLock { content in
        defer { content.hasBegun = true }
        return !content.hasBegun
      }
    }

    func add(_ statements: [Statement]) { content.withLock { $0.closing += statements } }
    func addFollowUp(_ statements: [Statement]) { content.withLock { $0.followUp += statements } }
  }

  /// Runs statements and waits for their rows. The first call also opens the transaction, in the same exchange.
  @discardableResult
  package func run(_ statements: [Statement]) async throws -> [Rows] {
    let prefix = state.begin() ? opening : []
    return Array(try await connection.run(prefix + statements).dropFirst(prefix.count))
  }

  @discardableResult
  package func run(_ statement: Statement) async throws -> Rows {
    try await run([statement])[0]
  }

  /// Leaves statements whose rows nobody waits for to be sent together with the COMMIT.
  package func atCommit(_ statements: [Statement]) {
    state.add(statements)
  }

  /// Leaves statements to be run in an exchange of their own right behind the COMMIT; nobody learns how they ended.
  package func afterCommit(_ statements: [Statement]) {
    state.addFollowUp(statements)
  }
}

extension PostgresConnection {
  /// Runs `body` inside a transaction: committed when it returns, rolled back when it throws.
  ///
  /// `isDurable` says whether the commit waits for the disk. With a broken connection the outcome of the commit is
  /// open: what is committed must be recognisable when it is tried again.
  @discardableResult
  package func withTransaction<Value: Sendable>(
    isDurable: Bool, _ body: @Sendable (Transaction) async throws -> Value
  ) async throws -> Value {
    let opening = [Statement("begin", "BEGIN"), .synchronousCommit(isDurable)]
    let transaction = Transaction(connection: self, opening: opening, state: Transaction.State())
    do {
      let value = try await body(transaction)
      let closing = transaction.state.closing
      if transaction.state.hasBegun || !closing.isEmpty {
        let prefix = transaction.state.begin() ? opening : []
        let commit = Statement("commit", "COMMIT")
        try await run(prefix + closing + [commit], followUp: transaction.state.followUp)
      }
      return value
    } catch {
      if isOpen, transaction.state.hasBegun {
        // A rollback that fails leaves a connection of which nobody can say what it holds.
        do { try await run(Statement("rollback", "ROLLBACK")) } catch { close() }
      }
      throw error
    }
  }
}
