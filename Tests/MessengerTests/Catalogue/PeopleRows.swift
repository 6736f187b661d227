extension CatalogueRow {
  static let people: [CatalogueRow] = [
    CatalogueRow(
      "a button", #"{"postback":{"mid":"m_p","title":"Go","payload":"GO"}}"#, "postback",
      #"{"mid":"m_p","title":"Go","payload":"GO"}"#),
    CatalogueRow(
      "a button before v11.0, without title", #"{"postback":{"payload":"GO"}}"#, "postback", #"{"payload":"GO"}"#),
    CatalogueRow(
      "a button as another app sees it", #"{"postback":{"mid":"m_p","title":"Go"}}"#, "postback",
      #"{"mid":"m_p","title":"Go"}"#),
    CatalogueRow(
      "Get Started behind an m.me link",
      #"""
      {"postback":{"title":"Get Started","payload":"START","referral":{"ref":"flyer","source":"SHORTLINK",
      "type":"OPEN_THREAD"}}}
      """#, "postback",
      #"""
      {"title":"Get Started","payload":"START","referral":{"source":"SHORTLINK","type":"OPEN_THREAD","ref":"flyer"}}
      """#),
    CatalogueRow(
      "Get Started behind the chat plugin",
      #"""
      {"postback":{"mid":"m_p","payload":"START","referral":{"source":"CUSTOMER_CHAT_PLUGIN","type":"OPEN_THREAD",
      "referer_uri":"https://shop.example/","is_guest_user":true}}}
      """#, "postback",
      #"""
      {"mid":"m_p","payload":"START","referral":{"source":"CUSTOMER_CHAT_PLUGIN","type":"OPEN_THREAD",
      "referer_uri":"https://shop.example/","is_guest":true}}
      """#),
    CatalogueRow(
      "an m.me link into a known thread",
      #"{"referral":{"ref":"table-5","source":"SHORTLINK","type":"OPEN_THREAD"}}"#, "referral",
      #"{"source":"SHORTLINK","type":"OPEN_THREAD","ref":"table-5"}"#),
    CatalogueRow(
      "an advertisement",
      #"""
      {"referral":{"source":"ADS","type":"OPEN_THREAD","ad_id":6045246247433,"ref":"r",
      "ads_context_data":{"ad_title":"Shoes","video_url":"https://x.example/v","product_id":"1"}}}
      """#, "referral",
      #"""
      {"source":"ADS","type":"OPEN_THREAD","ref":"r","ad_id":"6045246247433",
      "ads_context":{"ad_title":"Shoes","video_url":"https://x.example/v","product_id":"1"}}
      """#),
    CatalogueRow(
      "a filled lead form",
      #"""
      {"referral":{"source":"ADS","type":"LEAD_COMPLETE","ad_id":"6"},
      "lead":{"data":[{"question":"Name?","answer":"Ada"},{"question":"Size?"},{}]}}
      """#, "referral",
      #"""
      {"source":"ADS","type":"LEAD_COMPLETE","ad_id":"6","lead":[{"question":"Name?","answer":"Ada"},
      {"question":"Size?"}]}
      """#),
    CatalogueRow(
      "an abandoned lead form", #"{"referral":{"source":"ADS","type":"LEAD_INCOMPLETE"}}"#, "referral",
      #"{"source":"ADS","type":"LEAD_INCOMPLETE"}"#),
    CatalogueRow(
      "the chat plugin",
      #"{"referral":{"source":"CUSTOMER_CHAT_PLUGIN","type":"OPEN_THREAD","referer_uri":"https://shop.example"}}"#,
      "referral", #"{"source":"CUSTOMER_CHAT_PLUGIN","type":"OPEN_THREAD","referer_uri":"https://shop.example"}"#),
    CatalogueRow(
      "a scan code", #"{"referral":{"ref":"r","source":"MESSENGER_CODE","type":"OPEN_THREAD"}}"#, "referral",
      #"{"source":"MESSENGER_CODE","type":"OPEN_THREAD","ref":"r"}"#),
    CatalogueRow(
      "the discover tab", #"{"referral":{"source":"DISCOVER_TAB","type":"OPEN_THREAD"}}"#, "referral",
      #"{"source":"DISCOVER_TAB","type":"OPEN_THREAD"}"#),
    CatalogueRow(
      "a source of tomorrow", #"{"referral":{"source":"HOLOGRAM","type":"OPEN_THREAD"}}"#, "referral",
      #"{"source":"HOLOGRAM","type":"OPEN_THREAD"}"#),
    CatalogueRow(
      "a referral in Europe, without a source", #"{"referral":{"ref":"r"}}"#, "referral", #"{"ref":"r"}"#),
    CatalogueRow(
      "an account linked", #"{"account_linking":{"status":"linked","authorization_code":"c0de"}}"#,
      "account_linking", #"{"status":"linked","authorization_code":"c0de"}"#),
    CatalogueRow(
      "an account unlinked", #"{"account_linking":{"status":"unlinked"}}"#, "account_linking",
      #"{"status":"unlinked"}"#),
  ]

  static let optIns: [CatalogueRow] = [
    CatalogueRow(
      "Send to Messenger", #"{"optin":{"ref":"signup"}}"#, "optin", #"{"kind":"plugin","ref":"signup"}"#),
    CatalogueRow(
      "the checkbox", #"{"sender":null,"optin":{"ref":"signup","user_ref":"ref-1"}}"#, "optin",
      #"{"kind":"checkbox","ref":"signup","user_ref":"ref-1"}"#),
    CatalogueRow(
      "one message later on",
      #"{"optin":{"type":"one_time_notif_req","payload":"P","one_time_notif_token":"t0"}}"#, "optin",
      #"{"kind":"one_time","payload":"P","token":"t0"}"#),
    CatalogueRow(
      "marketing messages",
      #"""
      {"optin":{"type":"notification_messages","payload":"P","notification_messages_token":"t1",
      "notification_messages_timezone":"Europe/Berlin","token_expiry_timestamp":1763500000000,
      "user_token_status":"REFRESHED","title":"News"}}
      """#, "optin",
      #"""
      {"kind":"marketing","payload":"P","token":"t1","timezone":"Europe/Berlin","expires_at":1763500000000,
      "token_status":"REFRESHED","title":"News"}
      """#),
    CatalogueRow(
      "marketing messages, with a frequency and a topic",
      #"""
      {"optin":{"type":"notification_messages","notification_messages_token":"t1",
      "notification_messages_frequency":"WEEKLY","notification_messages_topic":"shoes",
      "token_expiry_timestamp":"1763500000","user_token_status":"NOT_REFRESHED"}}
      """#, "optin",
      #"""
      {"kind":"marketing","token":"t1","frequency":"WEEKLY","topic":"shoes","expires_at":1763500000000,
      "token_status":"NOT_REFRESHED"}
      """#),
    CatalogueRow(
      "the end of marketing messages",
      #"""
      {"optin":{"type":"notification_messages","notification_messages_token":"t1",
      "notification_messages_status":"STOP NOTIFICATIONS"}}
      """#, "optin", #"{"kind":"marketing","token":"t1","status":"STOP_NOTIFICATIONS"}"#),
    CatalogueRow(
      "and their return",
      #"""
      {"optin":{"type":"notification_messages","notification_messages_token":"t1",
      "notification_messages_status":"RESUME_NOTIFICATIONS"}}
      """#, "optin", #"{"kind":"marketing","token":"t1","status":"RESUME_NOTIFICATIONS"}"#),
    CatalogueRow(
      "an opt-in of tomorrow", #"{"optin":{"type":"telepathy","payload":"P"}}"#, "optin",
      #"{"kind":"telepathy","payload":"P"}"#),
  ]
}
