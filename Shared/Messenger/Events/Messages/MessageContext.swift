package import JSON

/// The message that a message answers.
package struct ReplyTo: Sendable, Hashable {
  package var mid: String?
  /// Whether the person answers a message of their own.
  package var isSelfReply: Bool
  /// Instagram's `{url, id}`, as it came.
  package var story: JSON?

  package init(mid: String? = nil, isSelfReply: Bool = false, story: JSON? = nil) {
    self.mid = mid
    self.isSelfReply = isSelfReply
    self.story = story
  }
}

extension ReplyTo {
  init?(_ body: JSON?) {
    guard let body, body.object != nil else { return nil }
    self.init(
      mid: body["mid"]?.text, isSelfReply: body["is_self_reply"].isTrue, story: body["story"].flatMap(\.present))
    if mid == nil, story == nil { return nil }
  }
}

extension ReplyTo: Understood {
  var understood: JSON { .understood(["mid": mid, "is_self_reply": isSelfReply, "story": story]) }
}

/// What a person's first message answers: a checkbox they ticked before we knew who they are.
package struct PriorMessage: Sendable, Hashable {
  /// `checkbox_plugin`.
  package var source: String?
  /// The plugin's `user_ref`.
  package var identifier: String

  package init(source: String? = nil, identifier: String) {
    self.source = source
    self.identifier = identifier
  }
}

extension PriorMessage {
  init?(_ body: JSON?) {
    guard let identifier = body?["identifier"]?.identifier else { return nil }
    self.init(source: body?["source"]?.text, identifier: identifier)
  }
}

extension PriorMessage: Understood {
  var understood: JSON { .understood(["source": source, "identifier": identifier]) }
}

/// What another app left with the thread that it handed over, such as the end of a lead form.
package struct HopContext: Sendable, Hashable {
  package var appID: String?
  package var metadata: String?

  package init(appID: String? = nil, metadata: String? = nil) {
    self.appID = appID
    self.metadata = metadata
  }
}

extension HopContext {
  /// An object, or an array with one.
  init?(_ body: JSON?) {
    let context = body?.array?.first ?? body
    self.init(appID: context?["app_id"]?.identifier, metadata: context?["metadata"]?.text)
    if appID == nil, metadata == nil { return nil }
  }
}

extension HopContext: Understood {
  var understood: JSON { .understood(["app_id": appID, "metadata": metadata]) }
}
