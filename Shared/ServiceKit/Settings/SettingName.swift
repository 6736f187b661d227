/// One thing an operator can set, by three names that follow from each other: the variable `MARTLET_LOG_LEVEL`, the
/// flag `--log-level`, and either with `_FILE` / `-file` added for a file that holds the value.
package struct SettingName: Sendable, Hashable {
  package var variable: String
  /// What it sets, with unit and default, as `--help` prints it.
  package var purpose: String
  /// Whether the value must never be shown.
  package var isSecret: Bool

  package init(_ variable: String, _ purpose: String, isSecret: Bool = false) {
    self.variable = variable
    self.purpose = purpose
    self.isSecret = isSecret
  }

  package var fileVariable: String { variable + "_FILE" }
  package var flag: String { "--" + components.joined(separator: "-") }
  package var fileFlag: String { flag + "-file" }

  /// The parts of the name below the prefix, such as `["database", "url"]`.
  var components: [String] {
    variable.lowercased().split(separator: "_").dropFirst().map(String.init)
  }

  static let prefix = "martlet"
}

extension SettingName {
  package static let databaseURL = SettingName(
    "MARTLET_DATABASE_URL", "PostgreSQL, as a libpq URI: postgresql://user@host/database", isSecret: true)
  package static let databaseDirectURL = SettingName(
    "MARTLET_DATABASE_DIRECT_URL", "the same past a pooler, for LISTEN and migrations; default MARTLET_DATABASE_URL",
    isSecret: true)
  package static let databaseIsPooled = SettingName(
    "MARTLET_DATABASE_POOLED", "true where a pooler in transaction mode stands at MARTLET_DATABASE_URL")
  package static let apps = SettingName(
    "MARTLET_APPS", #"Meta apps, as JSON: {"<app id>": {"secrets": ["..."], "verify_token": "..."}}"#, isSecret: true)
  package static let keys = SettingName(
    "MARTLET_KEYS", #"sealing keys, as JSON: {"current": "k1", "keys": {"k1": "<64 hex digits>"}}"#, isSecret: true)
  package static let pages = SettingName(
    "MARTLET_PAGES",
    #"pages, as JSON: {"<page id>": {"app": "<app id>", "name": "...", "token": "...", "unknown_rule": "hold"}}"#,
    isSecret: true)
  package static let graphURL = SettingName(
    "MARTLET_GRAPH_URL", "the Graph API with its version; default \(Settings.defaultGraphURL)")
  package static let graphAuthorities = SettingName(
    "MARTLET_GRAPH_CA", "PEM certificates to trust for MARTLET_GRAPH_URL instead of the system's; default the system's")
  package static let publicURL = SettingName(
    "MARTLET_PUBLIC_URL", "the address at which the world reaches this service")
  package static let bind = SettingName("MARTLET_BIND", "the address to listen on; default 127.0.0.1")
  package static let port = SettingName("MARTLET_PORT", "the public port, 0 for any free one; default by service")
  package static let adminPort = SettingName(
    "MARTLET_ADMIN_PORT", "the port for probes and metrics, 0 for any free one; default by service")
  package static let logLevel = SettingName(
    "MARTLET_LOG_LEVEL", "trace, debug, info, notice, warning, error or critical; default info")
  package static let logFormat = SettingName(
    "MARTLET_LOG_FORMAT", "json or pretty; default pretty on a terminal, else json")
  package static let webhookBodyBytes = SettingName(
    "MARTLET_WEBHOOK_BODY_BYTES", "ingress: the largest body of a webhook, in bytes; default 4194304")
  package static let webhookDeadline = SettingName(
    "MARTLET_WEBHOOK_DEADLINE_SECONDS",
    "ingress: from a webhook's first byte to its answer, in seconds; default 4, because Meta waits for 5")
  package static let webhookInFlight = SettingName(
    "MARTLET_WEBHOOK_IN_FLIGHT", "ingress: webhooks at once, above it they are answered 503; default 1024")
  package static let webhookSHA1 = SettingName(
    "MARTLET_WEBHOOK_SHA1", "ingress: true takes Meta's older signature where the newer is missing; default false")
  package static let bot = SettingName("MARTLET_BOT", "nlu: the bot's folder")
  package static let takeoverMinutes = SettingName(
    "MARTLET_TAKEOVER_MINUTES",
    "ingress, outbound: how long the bot is silent after somebody else answered, in minutes; 0 never; default 30")
  package static let lease = SettingName(
    "MARTLET_LEASE_SECONDS", "how long a silent worker keeps its lanes, in seconds; default 10")
  package static let sendGrace = SettingName(
    "MARTLET_SEND_GRACE_SECONDS", "outbound: how long an unknown outcome waits for its echo, in seconds; default 60")
  package static let sendInFlight = SettingName(
    "MARTLET_SEND_IN_FLIGHT", "outbound: Graph API calls at once; default 64")
  package static let bulkWindow = SettingName(
    "MARTLET_BULK_WINDOW", "outbound: bulk messages in the send queue at a time, so that replies pass; default 16")
  package static let graphTimeout = SettingName(
    "MARTLET_GRAPH_TIMEOUT_SECONDS", "the limit of one Graph API call, in seconds; default 10")
  package static let mediaStore = SettingName(
    "MARTLET_MEDIA_STORE",
    "identity: where attachments are kept: a folder, or s3://bucket/prefix?region=...&endpoint=https://...")
  package static let mediaKey = SettingName("MARTLET_MEDIA_KEY", "identity: the access key of an S3 store")
  package static let mediaSecret = SettingName(
    "MARTLET_MEDIA_SECRET", "identity: the secret of an S3 store", isSecret: true)
  package static let mediaHosts = SettingName(
    "MARTLET_MEDIA_HOSTS",
    "identity: hosts that attachments are fetched from, with all below them, by commas; default fbcdn.net,fbsbx.com")
  package static let mediaKeepDays = SettingName(
    "MARTLET_MEDIA_KEEP_DAYS", "identity: for how many days attachments are kept; default 30")
  package static let simulatorWebhookURL = SettingName(
    "MARTLET_SIMULATOR_WEBHOOK_URL", "simulator: where webhooks go; default http://127.0.0.1:8080/webhook")
  package static let simulatorAnswerSeconds = SettingName(
    "MARTLET_SIMULATOR_ANSWER_SECONDS", "simulator: how long a webhook may take, in seconds; default 5, as at Meta")
  package static let simulatorLedger = SettingName(
    "MARTLET_SIMULATOR_LEDGER", "simulator: messages kept in its ledger; default 200000")
  package static let simulatorTLSPort = SettingName(
    "MARTLET_SIMULATOR_TLS_PORT", "simulator: a second port, with TLS and HTTP/2, 0 for any free one; default none")

  /// Every setting of every service. A flag that is not here is refused, a variable that is not here is warned of.
  package static let all: [SettingName] = [
    databaseURL, databaseDirectURL, .databaseIsPooled, apps, keys, pages, graphURL, graphAuthorities, publicURL, bind,
    port, adminPort,
    logLevel, logFormat, webhookBodyBytes, webhookDeadline, webhookInFlight, webhookSHA1,
    bot, takeoverMinutes, lease, sendGrace, sendInFlight, bulkWindow, graphTimeout, mediaStore, mediaKey, mediaSecret,
    mediaHosts, mediaKeepDays, simulatorWebhookURL,
    simulatorAnswerSeconds, simulatorLedger, simulatorTLSPort,
  ]
}
