import HTTPClient
import JSON
import Testing

@testable import Simulator

@Suite("Files, personas, batches")
struct FileTests {
  private static func media(_ type: String, _ payload: JSON, to psid: String = "p1") -> JSON {
    [
      "recipient": ["id": .string(psid)], "messaging_type": "RESPONSE",
      "message": ["attachment": ["type": .string(type), "payload": payload]],
    ]
  }

  private func code(_ answer: (status: Int, json: JSON)) -> Int? {
    answer.json["error"]?["error_subcode"]?.int ?? answer.json["error"]?["code"]?.int
  }

  @Test("a reusable file is kept for its page, its type and 90 days")
  func reuse() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let kept = try await site.post(
        "message_attachments",
        ["message": ["attachment": ["type": "video", "payload": ["url": "https://a.example/v", "is_reusable": true]]]])
      let id = try #require(kept.json["attachment_id"])
      #expect(try await site.post("messages", Self.media("video", ["attachment_id": id])).status == 200)
      #expect(code(try await site.post("messages", Self.media("image", ["attachment_id": id]))) == 2_018_047)
      #expect(code(try await site.post("messages", Self.media("image", ["attachment_id": "1"]))) == 2_018_074)
      let foreign = try await site.post("messages", Self.media("video", ["attachment_id": id]), token: Site.otherToken)
      #expect(code(foreign) == 2_018_074)
      try await site.control("PUT", "attachments", ["id": id, "older_ms": JSON(91 * 86_400_000 as Int64)])
      #expect(code(try await site.post("messages", Self.media("video", ["attachment_id": id]))) == 2_018_074)
      let once = try await site.post(
        "messages", Self.media("image", ["url": "https://a.example/i", "is_reusable": true]))
      #expect(once.json["attachment_id"] != nil)
    }
  }

  @Test("what Meta cannot fetch, is too large, of another type or too slow has its own number")
  func fetching() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let url: JSON = "https://a.example/f"
      func refusal(_ media: JSONObject, as type: String) async throws -> Int? {
        var media = media
        media["url"] = url
        try await site.control("PUT", "media", .object(media))
        return code(try await site.post("messages", Self.media(type, ["url": url])))
      }
      #expect(try await refusal(["bytes": nil], as: "image") == 2_018_008)
      #expect(try await refusal(["bytes": JSON(8 << 20)], as: "image") == nil)
      #expect(try await refusal(["bytes": JSON(8 << 20 + 1)], as: "image") == 2_018_109)
      #expect(try await refusal(["bytes": JSON(25 << 20)], as: "file") == nil)
      #expect(try await refusal(["bytes": JSON(25 << 20 + 1)], as: "file") == 2_018_109)
      #expect(try await refusal(["bytes": 1, "type": "audio"], as: "image") == 2_018_047)
      #expect(try await refusal(["bytes": 1, "slow": true], as: "video") == 2_018_294)
    }
  }

  @Test("a file comes in a form of parts, and a message as a plain form")
  func forms() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let message = #"{"attachment":{"type":"file","payload":{"is_reusable":true}}}"#
      let parts = [
        "--b1\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\n\(message)\r\n",
        "--b1\r\nContent-Disposition: form-data; name=\"filedata\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n",
        "hello\r\n\r\n--b\r\n", "--b1--\r\n",
      ]
      let upload = try await site.client.send(
        HTTPClientRequest(
          method: "POST", url: site.url + "/v26.0/me/message_attachments",
          headers: [
            ("Authorization", "Bearer \(Site.token)"), ("Content-Type", "multipart/form-data; boundary=b1"),
          ], body: Array(parts.joined().utf8)))
      #expect(try JSON(parsing: upload.body)["attachment_id"] != nil)
      let form = "recipient=%7B%22id%22%3A%22p1%22%7D&messaging_type=RESPONSE&message=%7B%22text%22%3A%22a+b%22%7D"
      let sent = try await site.client.send(
        HTTPClientRequest(
          method: "POST", url: site.url + "/v26.0/me/messages?access_token=\(Site.token)",
          headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(form.utf8)))
      #expect(sent.status == 200)
      #expect(try await site.texts() == ["a b"])
    }
  }

  @Test("a persona speaks until it is deleted; lists come in pieces")
  func personas() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      var ids: [JSON] = []
      for name in ["Ada", "Bea", "Cem"] {
        let made = try await site.post(
          "personas", ["name": .string(name), "profile_picture_url": "https://a.example/p.png"])
        ids.append(try #require(made.json["id"]))
      }
      var message = SendSamples.body(["text": "hi"]).object ?? [:]
      message["recipient"] = ["id": "p1"]
      message["persona_id"] = ids[0]
      #expect(try await site.post("messages", .object(message)).status == 200)
      let first = try await site.get("me/personas?limit=2").json
      #expect(first["data"]?.array?.count == 2)
      let after = first["paging"]?["cursors"]?["after"]?.string ?? ""
      #expect(try await site.get("me/personas?limit=2&after=\(after)").json["data"]?[0]?["name"]?.string == "Cem")
      #expect(try await site.get(ids[0].string ?? "").json["name"]?.string == "Ada")
      _ = try await site.call("DELETE", "/v26.0/\(ids[0].string ?? "")", token: Site.token)
      #expect(code(try await site.post("messages", .object(message))) == 100)
      let long = String(repeating: "a", count: 51)
      #expect(
        code(try await site.post("personas", ["name": .string(long), "profile_picture_url": "https://a.example"]))
          == 100)
    }
  }

  @Test("a batch answers its items in order, each with its own verdict")
  func batch() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      func item(_ psid: String, _ text: String) -> JSON {
        [
          "method": "POST", "relative_url": "me/messages",
          "body": .string("recipient={\"id\":\"\(psid)\"}&messaging_type=RESPONSE&message={\"text\":\"\(text)\"}"),
        ]
      }
      let batch: JSON = [
        item("p1", "one"), item("p9", "lost"), ["method": "GET", "relative_url": "v26.0/p1?fields=first_name"],
        item("p1", "two"),
      ]
      let answer = try await site.call("POST", "/", ["batch": batch, "access_token": "page-token"])
      #expect(answer.json.array?.map { $0["code"]?.int } == [200, 400, 200, 200])
      let profile = try JSON(parsing: answer.json[2]?["body"]?.string ?? "")
      #expect(profile["id"]?.string == "p1")
      #expect(try await site.texts() == ["one", "two"])
      let many = JSON.array(Array(repeating: item("p1", "x"), count: 51))
      #expect(code(try await site.call("POST", "/v26.0/me", ["batch": many], token: Site.token)) == 100)
    }
  }
}
