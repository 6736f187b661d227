import HTTPTypes
import JSON

extension Graph {
  /// `POST /{page}/message_attachments` (Meta, attachment upload API): a file kept for later messages.
  func attachment(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    let shape = try MessageShape(Field("message", call.body["message"], .meta))
    guard case .media(let use) = shape.kind else {
      throw .badParameter("param message must hold an attachment of type audio, file, image or video")
    }
    guard use.isReusable, let id = try keep(use, call.upload, page) else {
      throw .badParameter("param is_reusable must be true")
    }
    return ["attachment_id": .string(id)]
  }

  /// - Returns: The new attachment's id; nil for one that is sent at once or was kept before.
  func keep(_ use: MediaUse, _ upload: Int?, _ page: Platform.Page) throws(GraphError) -> String? {
    switch use.source {
    case .id(let id):
      try world.attachments.check(id, type: use.type, page: page.id)
      return nil
    case .url(let url): try world.media.check(url, type: use.type)
    case .upload:
      guard let upload else { throw .badParameter("param payload must hold url or attachment_id") }
      try MediaShelf.check(upload, type: use.type, isUpload: true)
    }
    return use.isReusable ? world.attachments.keep(use.type, page: page.id) : nil
  }

  /// `/{page}/personas` and `/{persona}` (Meta, personas).
  func personas(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    guard call.path.count == 2 else {
      guard let persona = world.personas.persona(call.path[0], page: page.id) else { throw .noObject }
      guard call.method == .delete else { return persona.json }
      world.personas.remove(persona.id, page: page.id)
      return ["success": true]
    }
    guard call.method == .post else {
      return Paging.page(world.personas.all(page: page.id).map { ($0.id, $0.json) }, call)
    }
    let persona = try world.personas.add(
      name: call.parameter("name"), picture: call.parameter("profile_picture_url"), page: page.id)
    return ["id": .string(persona.id)]
  }
}

/// Lists in pieces (Meta, cursor-based pagination): `limit` and `after` in, `data` and the next cursor out.
enum Paging {
  static let standard = 25
  static let most = 1000

  static func page(_ all: [(id: String, json: JSON)], _ call: GraphCall) -> JSON {
    let limit = min(max(1, call.parameter("limit").flatMap { Int($0) } ?? standard), most)
    let start = call.parameter("after").flatMap { after in all.firstIndex { $0.id == after } }.map { $0 + 1 } ?? 0
    let page = all[min(start, all.count)...].prefix(limit)
    var answer: JSONObject = ["data": .array(page.map(\.json))]
    if let first = page.first, let last = page.last {
      var paging: JSONObject = ["cursors": ["before": .string(first.id), "after": .string(last.id)]]
      if start + page.count < all.count {
        paging["next"] = .string("/\(call.path.joined(separator: "/"))?limit=\(limit)&after=\(last.id)")
      }
      answer["paging"] = .object(paging)
    }
    return .object(answer)
  }
}
