import JSON

/// A template's payload (Meta, templates). `list` and `open_graph` are gone; the airline ones are taken as they come.
struct TemplateShape {
  let name: String

  init(_ payload: Field) throws(GraphError) {
    let type = payload["template_type"]
    guard let name = type.json?.string else { throw type.required }
    self.name = name
    switch name {
    case "button":
      try payload["text"].text(.buttonText)
      try ButtonShape.check(payload["buttons"], .buttonButtons)
    case "generic":
      for element in try payload["elements"].items(.genericElements) { try Self.check(generic: element) }
    case "media":
      for element in try payload["elements"].items(.mediaElements) { try Self.check(media: element) }
    case "product":
      for element in try payload["elements"].items(.productElements) { try element["id"].anyText() }
    case "receipt": try Self.check(receipt: payload)
    case "coupon": try Self.check(coupon: payload)
    case "image_grid":
      for element in try payload["elements"].items(.gridElements) { try Self.check(grid: element) }
    case "customer_feedback": try FormShape.check(feedback: payload)
    case "customer_information": try FormShape.check(information: payload)
    case "instant_form": try payload["form_id"].anyText()
    case "one_time_notif_req":
      try payload["title"].text(.oneTimeTitle)
      try payload["payload"].text(.requestPayload)
    case "notification_messages":
      try payload["title"].text(.notificationTitle)
      try payload["payload"].text(.requestPayload)
    case "airline_itinerary", "airline_checkin", "airline_boardingpass", "airline_update": break
    default: throw .badParameter("param template_type must be one of the templates")
    }
  }

  private static func check(generic element: Field) throws(GraphError) {
    try element["title"].text(.genericTitle)
    try element["subtitle"].optionalText(.genericSubtitle)
    try ButtonShape.check(element["buttons"], .genericButtons)
    try ButtonShape.check(action: element["default_action"])
    if element["image_url"].isPresent { try element["image_url"].url() }
    guard ["subtitle", "image_url", "default_action", "buttons"].contains(where: { element[$0].isPresent }) else {
      throw .badParameter("param elements needs one property besides title")
    }
  }

  private static func check(media element: Field) throws(GraphError) {
    try element["media_type"].one(of: ["image", "video"])
    guard element["attachment_id"].isPresent != element["url"].isPresent else {
      throw .badParameter("param elements must hold url or attachment_id")
    }
    if element["url"].isPresent {
      // Only what lies on Facebook already.
      let host = try element["url"].url().split(separator: "/").dropFirst().first ?? ""
      guard host == "facebook.com" || host.hasSuffix(".facebook.com") else {
        throw .badParameter("param url must be a Facebook URL")
      }
    }
    try ButtonShape.check(element["buttons"], .mediaButtons)
  }

  private static func check(receipt: Field) throws(GraphError) {
    for member in ["recipient_name", "order_number", "currency", "payment_method"] { try receipt[member].anyText() }
    try receipt["summary"]["total_cost"].anyText()
    for element in try receipt["elements"].items(.receiptElements) {
      try element["title"].anyText()
      try element["price"].anyText()
    }
  }

  private static func check(coupon: Field) throws(GraphError) {
    try coupon["title"].text(.couponTitle)
    try coupon["subtitle"].optionalText(.couponSubtitle)
    let (code, url) = (coupon["coupon_code"], coupon["coupon_url"])
    guard code.isPresent || url.isPresent else { throw code.required }
    if url.isPresent { try url.url() }
    if code.isPresent {
      guard try !code.anyText().contains(where: \.isWhitespace) else {
        throw .badParameter("param coupon_code must have no spaces")
      }
    }
  }

  private static func check(grid element: Field) throws(GraphError) {
    let images = try element["images"].items(.gridImages)
    for image in images { try image["url"].url() }
    let heroes = images.count { $0["is_hero_image"].json?.bool == true }
    guard element.limits[.gridHeroes].contains(heroes) else {
      throw .badParameter("param images must have at most one hero image")
    }
    try element["title"].optionalText(.gridTitle)
    try element["subtitle"].optionalText(.gridSubtitle)
    try ButtonShape.check(element["buttons"], .gridButtons)
  }
}
