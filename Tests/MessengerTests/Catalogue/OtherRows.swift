extension CatalogueRow {
  static let routing: [CatalogueRow] = [
    CatalogueRow(
      "a thread passed on",
      #"{"pass_thread_control":{"previous_owner_app_id":11,"new_owner_app_id":"22","metadata":"for you"}}"#,
      "pass_thread_control", #"{"previous_owner":"11","new_owner":"22","metadata":"for you"}"#),
    CatalogueRow(
      "an idle thread passed on",
      #"{"pass_thread_control":{"previous_owner_app_id":null,"new_owner_app_id":22,"metadata":null}}"#,
      "pass_thread_control", #"{"new_owner":"22"}"#),
    CatalogueRow(
      "a thread taken",
      #"{"take_thread_control":{"previous_owner_app_id":"22","new_owner_app_id":263902037430900,"metadata":"m"}}"#,
      "take_thread_control", #"{"previous_owner":"22","new_owner":"263902037430900","metadata":"m"}"#),
    CatalogueRow(
      "a thread taken, as handover told it", #"{"take_thread_control":{"previous_owner_app_id":"22"}}"#,
      "take_thread_control", #"{"previous_owner":"22"}"#),
    CatalogueRow(
      "a thread asked for", #"{"request_thread_control":{"requested_owner_app_id":123456789,"metadata":"please"}}"#,
      "request_thread_control", #"{"requested_owner":"123456789","metadata":"please"}"#),
    CatalogueRow(
      "roles of apps", #"{"sender":null,"app_roles":{"11":["primary_receiver"],"22":"secondary_receiver"}}"#,
      "app_roles", #"{"11":["primary_receiver"],"22":["secondary_receiver"]}"#),
    CatalogueRow(
      "a warning of the page", #"{"sender":null,"policy_enforcement":{"action":"warning","reason":"spam"}}"#,
      "policy_enforcement", #"{"action":"warning","reason":"spam"}"#),
    CatalogueRow(
      "a block, under the older name", #"{"sender":null,"policy-enforcement":{"action":"block","reason":"spam"}}"#,
      "policy_enforcement", #"{"action":"block","reason":"spam"}"#),
    CatalogueRow(
      "its end", #"{"sender":null,"policy_enforcement":{"action":"unblock"}}"#, "policy_enforcement",
      #"{"action":"unblock"}"#),
  ]

  static let forms: [CatalogueRow] = [
    CatalogueRow(
      "customer feedback",
      #"""
      {"messaging_feedback":{"feedback_screens":[{"screen_id":0,"questions":{"q1":{"type":"csat","payload":"4",
      "follow_up":{"type":"free_form","payload":"fine"}},"q2":{"type":"nps","payload":9}}},{}]}}
      """#, "messaging_feedback",
      #"""
      {"answers":[{"screen":"0","question":"q1","type":"csat","payload":"4","follow_up":"fine"},
      {"screen":"0","question":"q2","type":"nps","payload":"9"}]}
      """#),
    CatalogueRow(
      "a thumb", #"{"response_feedback":{"feedback":"Bad response","mid":"m_e"}}"#, "response_feedback",
      #"{"feedback":"Bad response","mid":"m_e"}"#),
    CatalogueRow(
      "a cart",
      #"""
      {"order":{"products":[{"id":"1","retailer_id":"sku-1","name":"Shoe","unit_price":19.9,"currency":"EUR",
      "quantity":"2"},{"id":2}],"note":"red"}}
      """#, "order",
      #"""
      {"products":[{"id":"1","retailer_id":"sku-1","name":"Shoe","unit_price":"19.9","currency":"EUR",
      "quantity":2},{"id":"2"}],"note":"red"}
      """#),
    CatalogueRow(
      "a round of a game",
      #"""
      {"game_play":{"game_id":31,"player_id":"41","context_type":"SOLO","context_id":"51","score":99999,"payload":"p"}}
      """#, "game_play",
      #"""
      {"game_id":"31","player_id":"41","context_type":"SOLO","context_id":"51","score":99999,"payload":"p"}
      """#),
    CatalogueRow(
      "a coupon", #"{"template":{"type":"coupon","payload":"P","coupon_code":"TENOFF"}}"#, "template",
      #"{"coupon_code":"TENOFF","payload":"P"}"#),
    CatalogueRow(
      "customer information",
      #"""
      {"messaging_customer_information":{"screens":[{"screen_id":"address","responses":[
      {"key":"street","value":"Main 1"},{"key":"zip","value":10115},{"value":"lost"}]}]}}
      """#, "messaging_customer_information",
      #"""
      {"responses":[{"screen":"address","key":"street","value":"Main 1"},
      {"screen":"address","key":"zip","value":"10115"}]}
      """#),
    CatalogueRow("a lead form", #"{"form":{"id":880}}"#, "form", #"{"id":"880"}"#),
    CatalogueRow(
      "a message request", #"{"message_request":"accept"}"#, "message_request", #"{"answer":"accept"}"#),
    CatalogueRow(
      "a verdict on a template, among messages",
      #"{"sender":null,"message_template_status_update":{"event":"APPROVED","message_template_id":6}}"#,
      "message_template_status_update", #"{"event":"APPROVED","template_id":"6"}"#),
  ]

  static let changes: [CatalogueRow] = [
    CatalogueRow(
      "a comment", field: "feed",
      #"""
      {"item":"comment","verb":"add","comment_id":"1_2","post_id":"1_1","parent_id":"1_1",
      "from":{"id":"77","name":"Ada"},"message":"How much?","created_time":1700000000}
      """#, "feed.comment",
      #"""
      {"comment_id":"1_2","verb":"add","post_id":"1_1","parent_id":"1_1","from_id":"77","from_name":"Ada",
      "message":"How much?","created_at":1700000000000}
      """#),
    CatalogueRow(
      "a comment taken away", field: "feed", #"{"item":"comment","verb":"remove","comment_id":"1_2"}"#,
      "feed.comment", #"{"comment_id":"1_2","verb":"remove"}"#),
    CatalogueRow(
      "a label", field: "inbox_labels",
      #"{"user":{"id":24},"action":"add","label":{"id":"9","page_label_name":"VIP"}}"#, "inbox_labels",
      #"{"action":"add","user_id":"24","label_id":"9","label_name":"VIP"}"#),
    CatalogueRow(
      "a verdict on a template", field: "message_template_status_update",
      #"""
      {"event":"REJECTED","message_template_id":6,"message_template_name":"n","message_template_language":"en_US",
      "message_template_category":"UTILITY","reason":"INVALID_FORMAT"}
      """#, "message_template_status_update",
      #"""
      {"event":"REJECTED","template_id":"6","name":"n","language":"en_US","category":"UTILITY",
      "reason":"INVALID_FORMAT"}
      """#),
    CatalogueRow(
      "a verdict under the other name", field: "messenger_template_status_update",
      #"{"status":"APPROVED","name":"n"}"#, "message_template_status_update",
      #"{"event":"APPROVED","name":"n"}"#),
  ]
}
