import JSON

/// A round of an Instant Game (Meta, `messaging_game_plays`).
package struct GamePlay: Sendable, Hashable {
  package var gameID: String
  package var playerID: String?
  /// `SOLO` or `THREAD`.
  package var contextType: String?
  package var contextID: String?
  package var score: Int?
  package var payload: String?
}

extension GamePlay {
  init?(_ body: JSON) {
    guard let gameID = body["game_id"]?.text else { return nil }
    self.init(
      gameID: gameID, playerID: body["player_id"]?.text, contextType: body["context_type"]?.text,
      contextID: body["context_id"]?.text, score: body["score"]?.count, payload: body["payload"]?.text)
  }
}

extension GamePlay: Understood {
  var understood: JSON {
    .understood([
      "game_id": gameID, "player_id": playerID, "context_type": contextType, "context_id": contextID,
      "score": score, "payload": payload,
    ])
  }
}
