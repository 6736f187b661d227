/// Where PostgreSQL is and how long to wait for it.
package struct PostgresConfiguration: Sendable {
  /// A libpq connection URI or keyword string. It may hold a password: never log it.
  package var url: String
  /// Shown in `pg_stat_activity`.
  package var applicationName: String
  package var connectTimeout: Duration
  /// How long one exchange may take before its connection is given up as half gone.
  package var statementTimeout: Duration
  /// Whether statements may be prepared by name; not behind a pooler in transaction mode.
  package var preparesStatements: Bool

  package init(
    url: String, applicationName: String, connectTimeout: Duration = .seconds(3),
    statementTimeout: Duration = .seconds(15), preparesStatements: Bool = true
  ) {
    self.url = url
    self.applicationName = applicationName
    self.connectTimeout = connectTimeout
    self.statementTimeout = statementTimeout
    self.preparesStatements = preparesStatements
  }
}
