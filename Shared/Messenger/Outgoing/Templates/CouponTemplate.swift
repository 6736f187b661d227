package import JSON

/// A voucher: a code to be revealed, or an address.
package struct CouponTemplate: TemplateForm {
  package static let type = "coupon"

  package enum Worth: Sendable, Hashable {
    /// Without spaces.
    case code(String)
    case url(String, buttonTitle: String? = nil)
  }

  package var title: String
  package var worth: Worth
  package var subtitle: String?
  /// Said before it.
  package var preMessage: String?
  package var imageURL: String?
  /// Comes back when the person reveals the code.
  package var payload: String?

  package init(
    title: String, _ worth: Worth, subtitle: String? = nil, preMessage: String? = nil, imageURL: String? = nil,
    payload: String? = nil
  ) {
    self.title = title
    self.worth = worth
    self.subtitle = subtitle
    self.preMessage = preMessage
    self.imageURL = imageURL
    self.payload = payload
  }

  package var members: JSONObject {
    var members: JSONObject = [
      "title": .string(title), "subtitle": JSON(subtitle), "coupon_pre_message": JSON(preMessage),
      "image_url": JSON(imageURL), "payload": JSON(payload),
    ]
    switch worth {
    case .code(let code): members["coupon_code"] = .string(code)
    case .url(let url, let title):
      members["coupon_url"] = .string(url)
      members["coupon_url_button_title"] = JSON(title)
    }
    return members
  }
}
