import JSON

/// A comment on one of the page's posts, which a private reply may answer (Meta, Page field `feed`).
package struct FeedComment: Sendable, Hashable {
  package var commentID: String
  /// `add`, `edited`, `remove` or `hide`.
  package var verb: String
  package var postID: String?
  package var parentID: String?
  /// Not a page-scoped id: it names nobody that the Send API could reach.
  package var fromID: String?
  package var fromName: String?
  package var message: String?
  /// Milliseconds since 1970.
  package var createdAt: Int64?
}

extension FeedComment {
  init?(_ body: JSON) {
    guard let commentID = body["comment_id"]?.text, let verb = body["verb"]?.text else { return nil }
    self.init(
      commentID: commentID, verb: verb, postID: body["post_id"]?.text, parentID: body["parent_id"]?.text,
      fromID: body["from"]?["id"]?.text, fromName: body["from"]?["name"]?.text, message: body["message"]?.text,
      createdAt: body["created_time"]?.milliseconds)
  }
}

extension FeedComment: Understood {
  var understood: JSON {
    .understood([
      "comment_id": commentID, "verb": verb, "post_id": postID, "parent_id": parentID, "from_id": fromID,
      "from_name": fromName, "message": message, "created_at": createdAt,
    ])
  }
}
