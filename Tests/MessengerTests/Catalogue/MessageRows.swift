extension CatalogueRow {
  static let messages: [CatalogueRow] = [
    CatalogueRow(
      "a text", #"{"message":{"mid":"m_a","text":"hi"}}"#, "message", #"{"mid":"m_a","text":"hi"}"#),
    CatalogueRow(
      "a text of 2018, with its number", #"{"message":{"mid":"mid.$cAAE","seq":73,"text":"hi"}}"#, "message",
      #"{"mid":"mid.$cAAE","text":"hi"}"#),
    CatalogueRow(
      "a quick reply", #"{"message":{"mid":"m_a","text":"Red","quick_reply":{"payload":"RED"}}}"#, "message",
      #"{"mid":"m_a","text":"Red","quick_reply_payload":"RED"}"#),
    CatalogueRow(
      "a phone number by quick reply",
      #"{"message":{"mid":"m_a","text":"+15550100","quick_reply":{"payload":"+15550100"}}}"#, "message",
      #"{"mid":"m_a","text":"+15550100","quick_reply_payload":"+15550100"}"#),
    CatalogueRow(
      "an answer to a message", #"{"message":{"mid":"m_a","text":"yes","reply_to":{"mid":"m_0"}}}"#, "message",
      #"{"mid":"m_a","text":"yes","reply_to":{"mid":"m_0"}}"#),
    CatalogueRow(
      "an answer to oneself",
      #"{"message":{"mid":"m_a","text":"yes","reply_to":{"mid":"m_0","is_self_reply":true}}}"#, "message",
      #"{"mid":"m_a","text":"yes","reply_to":{"mid":"m_0","is_self_reply":true}}"#),
    CatalogueRow(
      "an answer to a story",
      #"{"message":{"mid":"m_a","text":"wow","reply_to":{"story":{"id":"s","url":"https://x.example/s"}}}}"#,
      "message", #"{"mid":"m_a","text":"wow","reply_to":{"story":{"id":"s","url":"https://x.example/s"}}}"#),
    CatalogueRow(
      "a question about a product of the shop",
      #"{"message":{"mid":"m_a","text":"size?","referral":{"product":{"id":"77"}}}}"#, "message",
      #"{"mid":"m_a","text":"size?","referral":{"product_id":"77"}}"#),
    CatalogueRow(
      "a message from an advertisement",
      #"""
      {"message":{"mid":"m_a","text":"hi","referral":{"ref":"r","ad_id":"88","source":"ADS","type":"OPEN_THREAD",
      "ads_context_data":{"ad_title":"Shoes","photo_url":"https://x.example/p","post_id":"p","flow_id":"f"}}}}
      """#, "message",
      #"""
      {"mid":"m_a","text":"hi","referral":{"source":"ADS","type":"OPEN_THREAD","ref":"r","ad_id":"88",
      "ads_context":{"ad_title":"Shoes","photo_url":"https://x.example/p","post_id":"p","flow_id":"f"}}}
      """#),
    CatalogueRow(
      "commands in a text",
      #"{"message":{"mid":"m_a","text":"/stop /help","commands":[{"name":"stop"},{"name":"help"}]}}"#, "message",
      #"{"mid":"m_a","text":"/stop /help","commands":["stop","help"]}"#),
    CatalogueRow(
      "a message taken back", #"{"message":{"mid":"m_a","is_deleted":true}}"#, "unsent", #"{"mid":"m_a"}"#),
    CatalogueRow(
      "a message that Meta cannot show", #"{"message":{"mid":"m_a","is_unsupported":true}}"#, "message",
      #"{"mid":"m_a","is_unsupported":true}"#),
    CatalogueRow(
      "a sticker where old payloads put it",
      #"{"message":{"mid":"m_a","sticker_id":369239263222822,"attachments":[]}}"#, "message",
      #"{"mid":"m_a","sticker_id":"369239263222822"}"#),
    CatalogueRow(
      "what the built-in NLP found",
      #"""
      {"message":{"mid":"m_a","text":"hello","nlp":{"entities":{"greetings":[{"confidence":0.99,"value":"true"}]},
      "detected_locales":[{"locale":"en_XX","confidence":0.7}]}}}
      """#, "message",
      #"""
      {"mid":"m_a","text":"hello","nlp":{"entities":{"greetings":[{"confidence":0.99,"value":"true"}]},
      "detected_locales":[{"locale":"en_XX","confidence":0.7}]}}
      """#),
    CatalogueRow(
      "a text too long for the built-in NLP",
      #"{"message":{"mid":"m_a","text":"…","nlp":{"errors":[{"code":"msg-invalid","message":"too long"}]}}}"#,
      "message", #"{"mid":"m_a","text":"…","nlp":{"errors":[{"code":"msg-invalid","message":"too long"}]}}"#),
    CatalogueRow(
      "a message from the chat plugin",
      #"{"message":{"mid":"m_a","text":"hi","tags":[{"source":"customer_chat_plugin"}]}}"#, "message",
      #"{"mid":"m_a","text":"hi","tags":["customer_chat_plugin"]}"#),
    CatalogueRow(
      "the first answer after a checkbox",
      #"{"message":{"mid":"m_a","text":"hi"},"prior_message":{"source":"checkbox_plugin","identifier":"ref-1"}}"#,
      "message",
      #"{"mid":"m_a","text":"hi","prior_message":{"source":"checkbox_plugin","identifier":"ref-1"}}"#),
    CatalogueRow(
      "what a lead form leaves behind",
      #"""
      {"message":{"mid":"m_a","text":"done"},
      "hop_context":{"app_id":413038776280800,"metadata":"messenger_lead_gen_complete"}}
      """#, "message",
      #"""
      {"mid":"m_a","text":"done",
      "hop_context":{"app_id":"413038776280800","metadata":"messenger_lead_gen_complete"}}
      """#),
    CatalogueRow(
      "the same in a list", #"{"message":{"mid":"m_a"},"hop_context":[{"app_id":"5","metadata":"x"}]}"#, "message",
      #"{"mid":"m_a","hop_context":{"app_id":"5","metadata":"x"}}"#),
    CatalogueRow(
      "a changed text", #"{"message_edit":{"mid":"m_a","text":"hello","num_edit":2}}"#, "message_edit",
      #"{"mid":"m_a","text":"hello","number":2}"#),
    CatalogueRow(
      "a changed text, its number in quotes", #"{"message_edit":{"mid":"m_a","text":"hello","num_edit":"5"}}"#,
      "message_edit", #"{"mid":"m_a","text":"hello","number":5}"#),
  ]

  static let echoes: [CatalogueRow] = [
    CatalogueRow(
      "an echo of ours",
      #"{"message":{"mid":"m_e","is_echo":true,"app_id":4242,"metadata":"martlet1.a.b","text":"hi"}}"#, "echo",
      #"{"mid":"m_e","app_id":"4242","metadata":"martlet1.a.b","text":"hi"}"#),
    CatalogueRow(
      "an echo of the Page Inbox",
      #"""
      {"message":{"mid":"m_e","is_echo":true,"app_id":263902037430900,"text":"hi","reply_to":{"mid":"m_a"}}}
      """#, "echo", #"{"mid":"m_e","app_id":"263902037430900","text":"hi","reply_to":{"mid":"m_a"}}"#),
    CatalogueRow(
      "an echo of a template",
      #"""
      {"message":{"mid":"m_e","is_echo":true,"app_id":"4242","attachments":[{"type":"template","payload":
      {"template_type":"media","attachment_id":1857777774821032,"elements":[]}}]}}
      """#, "echo",
      #"""
      {"mid":"m_e","app_id":"4242","attachments":[{"type":"template","attachment_id":"1857777774821032"}]}
      """#),
    CatalogueRow(
      "an echo without an app", #"{"message":{"mid":"m_e","is_echo":true,"text":"hi"}}"#, "echo",
      #"{"mid":"m_e","text":"hi"}"#),
    CatalogueRow(
      "an echo with a quick reply",
      #"{"message":{"mid":"m_e","is_echo":true,"text":"Red","quick_reply":{"payload":"RED"}}}"#, "echo",
      #"{"mid":"m_e","text":"Red","is_quick_reply":true}"#),
    CatalogueRow(
      "a message that the page took back", #"{"message":{"mid":"m_e","is_echo":true,"is_deleted":true}}"#, "unsent",
      #"{"mid":"m_e"}"#),
  ]

  static let receipts: [CatalogueRow] = [
    CatalogueRow(
      "a delivery that names its messages", #"{"delivery":{"mids":["m_1","m_2"],"watermark":1700000000123}}"#,
      "delivery", #"{"mids":["m_1","m_2"],"watermark":1700000000123}"#),
    CatalogueRow(
      "a delivery that only says until when", #"{"delivery":{"watermark":1700000000123,"seq":37}}"#, "delivery",
      #"{"watermark":1700000000123}"#),
    CatalogueRow(
      "a read", #"{"read":{"watermark":1700000000123}}"#, "read", #"{"watermark":1700000000123}"#),
    CatalogueRow(
      "a read, in seconds and with its number", #"{"read":{"watermark":1700000000,"seq":38}}"#, "read",
      #"{"watermark":1700000000000}"#),
    CatalogueRow(
      "a reaction", #"{"reaction":{"mid":"m_a","action":"react","reaction":"love","emoji":"❤"}}"#, "reaction",
      #"{"mid":"m_a","action":"react","reaction":"love","emoji":"❤"}"#),
    CatalogueRow(
      "the end of a reaction", #"{"reaction":{"mid":"m_a","action":"unreact"}}"#, "reaction",
      #"{"mid":"m_a","action":"unreact"}"#),
    CatalogueRow(
      "a reaction without its action", #"{"reaction":{"mid":"m_a","reaction":"other","emoji":"🐦"}}"#, "reaction",
      #"{"mid":"m_a","action":"react","reaction":"other","emoji":"🐦"}"#),
  ]
}
