import HTTPTypes
import JSON

/// The Graph API as a function from call to answer: who calls, what goes wrong on purpose, what Meta says to it, and
/// how far the page has used up its limits.
struct Graph: Sendable {
  let world: World

  func answer(_ call: GraphCall) async -> GraphAnswer {
    guard let edge = GraphEdge(call.path, isPersona: isPersona) else {
      return finished(refused(.unknownPath), "unknown", page: nil)
    }
    let page: Platform.Page
    do throws(GraphError) {
      page = try self.page(of: call, edge)
    } catch {
      return finished(refused(error), edge.rawValue, page: nil)
    }
    let due = world.faults.take(.graph(edge), page: page.id)
    if due.delay > .zero { try? await Task.sleep(for: due.delay) }
    var answer: GraphAnswer
    do throws(GraphError) {
      if case .status(let status, let code, let subcode) = due.kind {
        throw GraphError(status: status, message: "(#\(code)) A fault that was asked for", code: code, subcode: subcode)
      }
      answer = GraphAnswer(json: try perform(call, edge, page))
      if due.kind == .drop { answer.fate = .dropped }
      if due.kind == .silence { answer.fate = .silent }
    } catch {
      answer = refused(error)
    }
    return finished(answer, edge.rawValue, page: page)
  }

  private func perform(_ call: GraphCall, _ edge: GraphEdge, _ page: Platform.Page) throws(GraphError) -> JSON {
    if edge != .messages { try world.rates.take(edge.kind, page: page.id) }
    return switch edge {
    case .messages: try send(call, from: page)
    case .profile: try profile(call, page)
    case .subscribedApps: subscribedApps(call, page)
    case .attachments: try attachment(call, page)
    case .personas: try personas(call, page)
    case .messengerProfile: try messengerProfile(call, page)
    case .userSettings: try userSettings(call, page)
    case .templates: try templates(call, page)
    case .threadControl: try threadControl(call, page)
    case .threadOwner: try threadOwner(call, page)
    case .conversations: try conversations(call, page)
    case .notificationTokens: ["data": .array(world.permits.marketingTokens(page: page.id))]
    }
  }

  /// The page whose token came along; an edge has to be that page's.
  private func page(of call: GraphCall, _ edge: GraphEdge) throws(GraphError) -> Platform.Page {
    guard let token = call.token else { throw .noToken }
    guard let page = world.platform.page(id: try world.tokens.page(token)) else { throw .badToken }
    guard call.path.count == 1 || call.path[0] == "me" || call.path[0] == page.id || edge == .conversations else {
      throw .otherPage
    }
    return page
  }

  private func isPersona(_ node: String) -> Bool { world.personas.has(node) }

  private func refused(_ error: GraphError) -> GraphAnswer {
    world.ledger.refused(error)
    return GraphAnswer(status: error.status, json: error.json(trace: world.ids.next()))
  }

  private func finished(_ answer: GraphAnswer, _ name: String, page: Platform.Page?) -> GraphAnswer {
    world.ledger.count(name, status: answer.status)
    guard let page else { return answer }
    var answer = answer
    answer.headers = world.rates.headers(page: page.id)
    return answer
  }
}
