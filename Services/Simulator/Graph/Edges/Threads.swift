import HTTPTypes
import JSON

extension Graph {
  /// `POST /{page}/…_thread_control` (Meta, conversation routing).
  func threadControl(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    guard call.method == .post else { throw .unknownPath }
    guard let psid = call.body["recipient"]?["id"]?.text, let standing = world.people.standing(psid) else {
      throw .unknownPerson
    }
    let hasRouting = world.switches[page.id].hasRouting
    var leads = true
    if case .app = standing.thread { leads = false }
    switch call.path[1] {
    case "pass_thread_control":
      guard leads else { throw .otherAppLeads }
      let target = call.body["target_app_id"]?.text ?? page.app
      lead(psid, target == page.app ? .ours : .app(target))
    case "take_thread_control":
      guard hasRouting else { throw .badParameter("Taking a thread needs conversation routing") }
      guard standing.thread != .ours else { throw .badParameter("The app leads this thread already") }
      lead(psid, .ours)
    case "request_thread_control":
      guard !hasRouting else { throw .badParameter("Requesting a thread is not for conversation routing") }
      guard standing.thread != .ours else { throw .badParameter("The app leads this thread already") }
    case "release_thread_control":
      guard standing.thread == .ours else { throw .otherAppLeads }
      lead(psid, .idle)
    case "extend_thread_control":
      guard standing.thread == .ours else { throw .otherAppLeads }
      guard let duration = call.body["duration"]?.int, (1...604_800).contains(duration) else {
        throw .badParameter("param duration must lie in 1 to 604800")
      }
    default: throw .unknownPath
    }
    return ["success": true]
  }

  private func lead(_ psid: String, _ thread: Standing.Thread) {
    world.people.change(psid) { $0.thread = thread }
  }

  /// `GET /{page}/thread_owner?recipient=`: who leads is told to the leader alone.
  func threadOwner(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    guard let psid = call.parameter("recipient"), let standing = world.people.standing(psid) else {
      throw .unknownPerson
    }
    return switch standing.thread {
    case .ours: ["data": [["thread_owner": ["app_id": .string(page.app)]]]]
    case .idle: ["data": []]
    case .app: ["data": [["thread_owner": [:]]]]
    }
  }

  /// `GET /{page}/conversations?user_id=`, `GET /{conversation}?fields=messages{…}`, `GET /{message}` (Meta,
  /// Conversations API). Only the newest messages have details.
  func conversations(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    try world.switches.require("pages_read_engagement", page: page.id)
    let details = world.limits[.conversationDetails].upperBound
    let node = call.path[0]
    if node.hasPrefix("m_") {
      guard let found = world.transcripts.line(mid: node, page: page.id) else { throw .noObject }
      guard found.age <= details else { throw .deletedMessage }
      return found.line.json
    }
    if node.hasPrefix("t_") {
      let lines = world.transcripts.lines(String(node.dropFirst(2)), page: page.id)
      guard !lines.isEmpty else { throw .noObject }
      let messages = lines.reversed().prefix(details).map(\.json)
      return ["messages": ["data": .array(messages)], "id": .string(node)]
    }
    guard let psid = call.parameter("user_id") else { throw .badParameter("The parameter user_id is required") }
    guard let last = world.transcripts.lines(psid, page: page.id).last else { return ["data": []] }
    return ["data": [["id": .string("t_" + psid), "updated_time": .string(graphTime(last.at))]]]
  }
}

extension Transcripts.Line {
  fileprivate var json: JSON {
    let (from, to) = isFromPage ? (page, psid) : (psid, page)
    return [
      "id": .string(mid), "created_time": .string(graphTime(at)), "from": ["id": .string(from)],
      "to": ["data": [["id": .string(to)]]], "message": .string(text),
    ]
  }
}
