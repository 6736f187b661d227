package import JSON

/// Asks for leave to send one message later on. Legacy: the current Send reference no longer names the token.
package struct OneTimeRequest: TemplateForm {
  package static let type = "one_time_notif_req"

  package var title: String
  /// Comes back with the token.
  package var payload: String

  package init(title: String, payload: String) {
    self.title = title
    self.payload = payload
  }

  package var members: JSONObject { ["title": .string(title), "payload": .string(payload)] }
}

/// Asks for leave to send marketing messages until the person stops them.
package struct NotificationRequest: TemplateForm {
  package static let type = "notification_messages"

  package var title: String
  package var payload: String
  package var imageURL: String?
  /// An IANA name, such as `Europe/Rome`.
  package var timezone: String?

  package init(title: String, payload: String, imageURL: String? = nil, timezone: String? = nil) {
    self.title = title
    self.payload = payload
    self.imageURL = imageURL
    self.timezone = timezone
  }

  package var members: JSONObject {
    [
      "title": .string(title), "payload": .string(payload), "image_url": JSON(imageURL),
      "notification_messages_timezone": JSON(timezone),
    ]
  }
}

/// Asks for the person's address and contact data.
package struct CustomerInformationTemplate: TemplateForm {
  package static let type = "customer_information"

  /// ISO 3166, two letters.
  package var countries: [String]
  package var privacyURL: String
  /// 1 to 7.
  package var expiresInDays: Int?

  package init(countries: [String], privacyURL: String, expiresInDays: Int? = nil) {
    self.countries = countries
    self.privacyURL = privacyURL
    self.expiresInDays = expiresInDays
  }

  package var members: JSONObject {
    [
      "countries": .array(countries.map { .string($0) }), "business_privacy": ["url": .string(privacyURL)],
      "expires_in_days": expiresInDays.map { JSON($0) } ?? .null,
    ]
  }
}

/// A form that the page has made at Meta.
package struct InstantFormTemplate: TemplateForm {
  package static let type = "instant_form"

  package var formID: String

  package init(formID: String) {
    self.formID = formID
  }

  package var members: JSONObject { ["form_id": .string(formID)] }
}
