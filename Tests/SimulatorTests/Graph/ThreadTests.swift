import JSON
import Testing

@testable import Simulator

@Suite("Who leads, who allowed what, what was said")
struct ThreadTests {
  @Test("a thread is passed to the inbox, is silent for us, and comes back")
  func passing() async throws {
    try await Site.run { site in
      try await site.control("PUT", "receipts", ["deliveries": false, "reads": false])
      try await site.control("POST", "people", ["psid": "p1"])
      let person: JSON = ["id": "p1"]
      let owner = "me/thread_owner?recipient=p1"
      #expect(try await site.get(owner).json["data"]?[0]?["thread_owner"]?["app_id"]?.string == "42")
      let passed = try await site.post(
        "pass_thread_control", ["recipient": person, "target_app_id": "263902037430900"])
      #expect(passed.json == ["success": true])
      #expect(try await site.get(owner).json["data"]?[0]?["thread_owner"]?["app_id"] == nil)
      let refused = try await site.send("hi", to: "p1")
      #expect(refused.json["error"]?["error_subcode"]?.int == 2_018_300)

      try await site.control("POST", "say", ["psid": "p1", "text": "is anybody there?"])
      #expect(site.bot.posts[0].json["entry"]?[0]?["standby"]?[0]?["message"]?["text"] != nil)
      try await site.control("POST", "human", ["psid": "p1", "text": "yes"])
      try await site.bot.has { $0.count == 2 }
      let echo = site.bot.posts[1].json["entry"]?[0]?["standby"]?[0]?["message"]
      #expect(echo?["app_id"]?.text == "263902037430900")

      try await site.control("PUT", "thread", ["psid": "p1", "leader": "app", "metadata": "done"])
      try await site.bot.has { $0.count == 3 }
      #expect(site.bot.posts[2].events[0]["pass_thread_control"]?["new_owner_app_id"]?.string == "42")
      #expect(try await site.send("hi", to: "p1").status == 200)
    }
  }

  @Test("taking needs routing, requesting its absence, releasing the lead")
  func taking() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let body: JSON = ["recipient": ["id": "p1"]]
      #expect(try await site.post("take_thread_control", body).status == 400)
      try await site.control("PUT", "thread", ["psid": "p1", "leader": "inbox"])
      #expect(try await site.post("release_thread_control", body).status == 400)
      #expect(try await site.post("request_thread_control", body).status == 400)
      #expect(try await site.post("take_thread_control", body).status == 200)
      #expect(try await site.post("release_thread_control", body).status == 200)
      #expect(try await site.get("me/thread_owner?recipient=p1").json["data"] == [])
      try await site.control("PUT", "thread", ["psid": "p1", "leader": "inbox"])
      try await site.control("PUT", "pages", ["routing": false])
      #expect(try await site.post("take_thread_control", body).status == 400)
      #expect(try await site.post("request_thread_control", body).status == 200)
    }
  }

  @Test("a message hands its thread over by itself")
  func inMessage() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      var body = SendSamples.body(["text": "a colleague takes over"]).object ?? [:]
      body["recipient"] = ["id": "p1"]
      body["thread_control"] = ["control_type": "pass", "app_id": "263902037430900"]
      #expect(try await site.post("messages", .object(body)).status == 200)
      #expect(try await site.send("hi", to: "p1").json["error"]?["error_subcode"]?.int == 2_018_300)
    }
  }

  @Test("the newest 20 messages of both sides can be read back, newest first")
  func conversation() async throws {
    try await Site.run { site in
      try await site.control("PUT", "rates", [:])
      #expect(try await site.get("me/conversations?platform=messenger&user_id=p1").json == ["data": []])
      try await site.control("POST", "say", ["psid": "p1", "text": "hello"])
      let mid = try #require(try await site.send("m1", to: "p1").json["message_id"]?.string)
      let threads = try await site.get("\(Site.page)/conversations?platform=messenger&user_id=p1").json
      let thread = try #require(threads["data"]?[0]?["id"]?.string)
      let path = "\(thread)?fields=messages%7Bid,created_time,from,message%7D"
      let two = try await site.get(path).json["messages"]?["data"]
      #expect(two?.array?.map { $0["message"]?.string } == ["m1", "hello"])
      #expect(two?.array?.map { $0["from"]?["id"]?.string } == [Site.page, "p1"])
      #expect(two?[0]?["created_time"]?.string?.hasSuffix("+0000") == true)
      for number in 2...21 { _ = try await site.send("m\(number)", to: "p1") }
      #expect(try await site.get(path).json["messages"]?["data"]?.array?.count == 20)
      #expect(try await site.get(mid).json["error"]?["code"]?.int == 9_000_001)
      try await site.control("PUT", "pages", ["lacks": ["pages_read_engagement"]])
      #expect(try await site.get(path).json["error"]?["code"]?.int == 10)
    }
  }

  @Test("a token and a comment each carry one message to somebody whose window is closed")
  func permits() async throws {
    try await Site.run { site in
      let optIn = try await site.control("POST", "optins", ["psid": "p1", "kind": "one_time", "payload": "SALE"])
      #expect(site.bot.events[0]["optin"]?["one_time_notif_token"] == optIn["token"])
      try await site.control("POST", "people", ["psid": "p1", "wrote_ms_ago": nil])
      var body = SendSamples.body(["text": "now"], type: "UPDATE").object ?? [:]
      body["recipient"] = ["one_time_notif_token": optIn["token"] ?? ""]
      #expect(try await site.post("messages", .object(body)).json["recipient_id"]?.string == "p1")
      #expect(try await site.post("messages", .object(body)).json["error"]?["code"]?.int == 100)

      let comment = try await site.control("POST", "comments", ["psid": "p2", "text": "how much?"])
      body["recipient"] = ["comment_id": comment["comment_id"] ?? ""]
      #expect(try await site.post("messages", .object(body)).status == 200)
      #expect(try await site.post("messages", .object(body)).json["error"]?["code"]?.int == 10900)

      let marketing = try await site.control("POST", "optins", ["psid": "p1", "kind": "marketing"])
      let tokens = try await site.get("me/notification_message_tokens").json["data"]
      #expect(tokens?[0]?["notification_messages_token"] == marketing["token"])
      try await site.control("DELETE", "optins", ["psid": "p1"])
      body["recipient"] = ["notification_messages_token": marketing["token"] ?? ""]
      #expect(try await site.post("messages", .object(body)).json["error"]?["error_subcode"]?.int == 1_893_015)
    }
  }

  @Test("a person of the checkbox plugin is written to by their reference and not named in the answer")
  func userRef() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["user_ref": "r1"])
      var body = SendSamples.body(["text": "hi"]).object ?? [:]
      body["recipient"] = ["user_ref": "r1"]
      let answer = try await site.post("messages", .object(body))
      #expect(answer.json["message_id"] != nil)
      #expect(answer.json["recipient_id"] == nil)
    }
  }

  @Test("a fault may concern one page or any part of the Graph API")
  func faults() throws {
    let faults = Faults()
    try faults.add(Fault(["on": "conversations", "kind": "status", "page": "2"]))
    #expect(faults.take(.graph(.conversations), page: "1").kind == nil)
    #expect(faults.take(.messages, page: "2").kind == nil)
    #expect(faults.take(.graph(.conversations), page: "2").kind == .status(500, code: 2, subcode: nil))
  }
}
