import JSON

/// What a person filled into a customer information template (Meta, `messaging_customer_information`).
package struct CustomerInformation: Sendable, Hashable {
  package struct Response: Sendable, Hashable {
    package var screen: String?
    package var key: String
    package var value: String?
  }

  package var responses: [Response]
}

extension CustomerInformation {
  init?(_ body: JSON) {
    guard let screens = body["screens"]?.array else { return nil }
    responses = screens.flatMap { screen in
      screen["responses"]?.array?.compactMap { response in
        response["key"]?.text.map {
          Response(screen: screen["screen_id"]?.text, key: $0, value: response["value"]?.text)
        }
      } ?? []
    }
  }
}

extension CustomerInformation: Understood {
  var understood: JSON { .understood(["responses": responses]) }
}

extension CustomerInformation.Response: Understood {
  var understood: JSON { .understood(["screen": screen, "key": key, "value": value]) }
}
