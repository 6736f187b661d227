import GraphAPI
import JobQueue
import Messenger
import Postgres

/// What a message leaves behind when its job ends.
enum SendEffect: Sendable {
  /// A call was answered for good.
  case settled(SendResult)
  /// The Conversations API shows it.
  case found(SendResult)
  /// Kept back by the page's rule, with its words.
  case held(messageID: String)
  /// Not sent, and no call was made.
  case barred(Barred)
  /// An earlier attempt is known to have ended it.
  case alreadySettled

  struct Barred: Sendable {
    enum State: String, Sendable {
      case tooLate = "too_late"
      case refused, cancelled
    }

    /// Who decided.
    enum Reason: String, Sendable {
      /// Meta's rules, as we know them.
      case law
      /// Somebody else speaks with the person.
      case takeover
      /// An action, such as "typing", whose moment is over.
      case moment
    }

    let messageID: String
    let state: State
    let reason: Reason
    let error: String
    let remedy: String?
    /// Nil where they cannot be read.
    var grounds: String?
  }
}

extension SendEffect.Barred {
  /// One that breaks a rule of Meta's by itself, such as by way of SQL.
  init(messageID: String, _ cause: MessengerError) {
    self.init(messageID: messageID, state: .refused, reason: .law, error: "\(cause)", remedy: cause.remedy)
  }
}

/// The effects of one batch as statements. All their messages are locked first, in one order.
struct SendEffects {
  private var settled: [SendResult] = []
  private var found: [SendResult] = []
  private var held: [(job: Job, messageID: String)] = []
  private var barred: [(job: Job, barred: SendEffect.Barred)] = []

  init(_ done: [(job: Job, effect: SendEffect)]) {
    for (job, effect) in done {
      switch effect {
      case .settled(let result): settled.append(result)
      case .found(let result): found.append(result)
      case .held(let messageID): held.append((job, messageID))
      case .barred(let message): barred.append((job, message))
      case .alreadySettled: break
      }
    }
  }

  var statements: [Statement] {
    var statements: [Statement] = []
    if !settled.isEmpty { statements.append(SendResult.statement(settled)) }
    if !found.isEmpty { statements.append(foundStatement) }
    if !held.isEmpty { statements.append(heldStatement) }
    if !barred.isEmpty { statements.append(barredStatement) }
    return statements.count > 1 ? [lock] + statements : statements
  }

  private var lock: Statement {
    let all =
      (settled + found).map { ($0.pageID, $0.messageID) } + held.map { ($0.job.pageID, $0.messageID) }
      + barred.map { ($0.job.pageID, $0.barred.messageID) }
    return Statement(
      "send.lock", "SELECT martlet.message_lock($1::text[], $2::uuid[])",
      [.texts(all.map(\.0)), .array(all.map { Optional($0.1) })])
  }

  private var foundStatement: Statement {
    Statement(
      "send.found", "SELECT martlet.send_found($1::text[], $2::uuid[], $3::uuid[], $4::text[])",
      [
        .texts(found.map(\.pageID)), .array(found.map { Optional($0.messageID) }),
        .array(found.map { Optional($0.attemptID) }), .texts(found.map(\.mid)),
      ])
  }

  private var heldStatement: Statement {
    Statement(
      "send.hold",
      "SELECT martlet.send_hold($1::text[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[])",
      [
        .texts(held.map(\.job.pageID)), .array(held.map { Optional($0.messageID) }), .texts(held.map(\.job.kind)),
        .smallints(held.map(\.job.version)), .texts(held.map(\.job.trace)),
        .texts(held.map { String(decoding: $0.job.payload, as: UTF8.self) }),
      ])
  }

  private var barredStatement: Statement {
    Statement(
      "send.bar",
      """
      SELECT martlet.send_bar($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[])
      """,
      [
        .texts(barred.map(\.job.pageID)), .texts(barred.map(\.job.person)),
        .array(barred.map { Optional($0.barred.messageID) }), .texts(barred.map(\.barred.state.rawValue)),
        .texts(barred.map(\.barred.reason.rawValue)), .texts(barred.map(\.barred.error)),
        .texts(barred.map(\.barred.remedy)), .texts(barred.map(\.barred.grounds)),
      ])
  }
}
