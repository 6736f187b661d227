/// The one table of what each metric is and means. Labels are bounded sets: a queue, an outcome, a state; never a
/// person, a page or an address.
struct MetricCatalog {
  enum Kind: String, Sendable { case counter, gauge, histogram }

  struct Entry: Sendable {
    var kind: Kind
    var help: String
    /// Upper bounds, for histograms.
    var buckets: [Double] = []
  }

  /// Seconds: from a local transaction to the longest call.
  static let latencies = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
  static let sizes: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

  /// A name that is not in the table is shown all the same.
  static func entry(for name: String, kind: Kind, buckets: [Double] = []) -> Entry {
    entries[name] ?? Entry(kind: kind, help: "No description: the name is missing in the table.", buckets: buckets)
  }

  private static func counter(_ help: String) -> Entry { Entry(kind: .counter, help: help) }
  private static func gauge(_ help: String) -> Entry { Entry(kind: .gauge, help: help) }
  private static func time(_ help: String) -> Entry { Entry(kind: .histogram, help: help, buckets: latencies) }
  private static func size(_ help: String) -> Entry { Entry(kind: .histogram, help: help, buckets: sizes) }

  static let entries: [String: Entry] = [
    // ingress
    "martlet_webhook_requests_total": counter("Webhook requests, by what became of them."),
    "martlet_webhooks_in_flight": gauge("Webhook requests that are being read or stored now."),
    "martlet_webhook_held_bytes": gauge("Bytes of webhook bodies held in memory now."),
    "martlet_webhook_events_total": counter("Events found in webhooks, by kind."),
    "martlet_takeovers_total": counter("Threads on which the bot fell silent because somebody else answered."),
    // queues
    "martlet_jobs_total": counter("Jobs finished, by queue and outcome."),
    "martlet_job_wait_seconds": time("From enqueueing a job to the start of its run."),
    "martlet_job_run_seconds": time("The run of a job, from its start to its completion."),
    "martlet_jobs_in_flight": gauge("Jobs running now."),
    "martlet_lanes_held": gauge("Lanes that this process owns."),
    "martlet_queue_depth": gauge("Jobs in a queue, parked ones too: exact up to 10000, above it an estimate."),
    "martlet_queue_oldest_seconds": gauge("How long the oldest job of a queue has stood in line."),
    "martlet_conversations_parked": gauge("Conversations that wait apart, by queue and reason, up to 10001."),
    "martlet_queue_dead": gauge("Jobs that failed for good and wait for an operator, up to 10001."),
    "martlet_queue_lanes_starved": gauge("Lanes that hold jobs and whose owner is gone for longer than its lease."),
    "martlet_queue_paused": gauge("Whether an operator has paused a queue: 1 or 0."),
    "martlet_batch_size": size("Items that shared one transaction or call, by batch."),
    // outbound, identity
    "martlet_api_requests_total": counter("Requests to outbound's API, by route and status."),
    "martlet_broadcast_messages_total": counter("Messages of broadcasts handed to the outbox."),
    "martlet_sends_total": counter("Messages handed to the Graph API, by outcome."),
    "martlet_graph_call_seconds": time("One Graph API call, from request to answer."),
    "martlet_pages_waiting": gauge("Pages whose messages wait for a token, by what became of theirs: dead, missing."),
    "martlet_pages_slowed": gauge("Pages that Meta's limits pause or make slower in this process, by how."),
    "martlet_profiles_total": counter("Profiles asked of the Graph API, by outcome."),
    "martlet_identify_events_total": counter("Account links and opt-ins taken note of, by kind."),
    "martlet_media_total": counter("Attachments that pages want kept, by what became of them."),
    // database
    "martlet_db_connections": gauge("Connections to PostgreSQL, by state."),
    "martlet_db_errors_total": counter("Errors that PostgreSQL answered with, by SQLSTATE."),
    "martlet_outbox_messages": gauge("Messages that wait in the outbox, by class, up to 10001."),
    "martlet_outbox_overdue_seconds": gauge("How long the message of the outbox that is due first has been so."),
    "martlet_oldest_snapshot_seconds": gauge("Age of the oldest transaction that keeps dead rows from cleaning up."),
    "martlet_oldest_snapshot_transactions": gauge(
      "Transactions begun since the oldest snapshot, those of slots and standbys too."),
    "martlet_notification_queue_usage_ratio": gauge("How full PostgreSQL's queue of notifications is, from 0 to 1."),
    "martlet_partitions_missing": gauge("Ledgers whose partition of tomorrow is missing."),
    "martlet_ledger_oldest_seconds": gauge("How long ago a ledger's oldest day began, by ledger."),
    "martlet_partitions_overdue": gauge("Partitions older than their ledger is kept, by ledger."),
    // the process
    "martlet_build_info": gauge("Always 1; the labels say which build runs."),
    "process_cpu_seconds_total": counter("User and system CPU time spent, in seconds."),
    "process_max_fds": gauge("The most file descriptors that may be open."),
    "process_open_fds": gauge("File descriptors open now."),
    "process_resident_memory_bytes": gauge("Resident memory size, in bytes."),
    "process_start_time_seconds": gauge("Start of the process since the Unix epoch, in seconds."),
  ]
}
