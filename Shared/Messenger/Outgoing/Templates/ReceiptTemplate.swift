package import JSON

/// What was bought. Amounts are numbers as they are to be read, such as `19.90`, so that no rounding comes between.
package struct ReceiptTemplate: TemplateForm {
  package static let type = "receipt"

  package struct Item: Sendable, Hashable {
    package var title: String
    package var price: Amount
    package var subtitle: String?
    package var quantity: Int?
    package var currency: String?
    package var imageURL: String?

    package init(
      title: String, price: Amount, subtitle: String? = nil, quantity: Int? = nil, currency: String? = nil,
      imageURL: String? = nil
    ) {
      self.title = title
      self.price = price
      self.subtitle = subtitle
      self.quantity = quantity
      self.currency = currency
      self.imageURL = imageURL
    }
  }

  package struct Summary: Sendable, Hashable {
    package var total: Amount
    package var subtotal: Amount?
    package var shipping: Amount?
    package var tax: Amount?

    package init(total: Amount, subtotal: Amount? = nil, shipping: Amount? = nil, tax: Amount? = nil) {
      self.total = total
      self.subtotal = subtotal
      self.shipping = shipping
      self.tax = tax
    }
  }

  /// A discount, a voucher.
  package struct Adjustment: Sendable, Hashable {
    package var name: String
    package var amount: Amount

    package init(name: String, amount: Amount) {
      self.name = name
      self.amount = amount
    }
  }

  package var recipientName: String
  /// Meta refuses a number that it has seen before.
  package var orderNumber: String
  /// ISO 4217.
  package var currency: String
  /// As the person knows it, such as `Visa 2345`.
  package var paymentMethod: String
  package var summary: Summary
  package var items: [Item] = []
  package var address: Address?
  package var adjustments: [Adjustment] = []
  package var orderURL: String?
  /// Seconds since 1970.
  package var time: Int64?
  package var merchantName: String?
  package var isSharable: Bool?

  package init(
    recipientName: String, orderNumber: String, currency: String, paymentMethod: String, summary: Summary,
    items: [Item] = []
  ) {
    self.recipientName = recipientName
    self.orderNumber = orderNumber
    self.currency = currency
    self.paymentMethod = paymentMethod
    self.summary = summary
    self.items = items
  }

  package var members: JSONObject {
    [
      "recipient_name": .string(recipientName), "order_number": .string(orderNumber), "currency": .string(currency),
      "payment_method": .string(paymentMethod), "merchant_name": JSON(merchantName), "order_url": JSON(orderURL),
      "timestamp": JSON(time.map { "\($0)" }), "summary": summary.requestBody,
      "elements": JSON(list: items.map(\.requestBody)), "address": address?.requestBody ?? .null,
      "adjustments": JSON(list: adjustments.map { ["name": .string($0.name), "amount": $0.amount.json] }),
      "sharable": JSON(isSharable),
    ]
  }
}

extension ReceiptTemplate.Item {
  var requestBody: JSON {
    JSON(members: [
      "title": .string(title), "subtitle": JSON(subtitle), "quantity": quantity.map { JSON($0) } ?? .null,
      "price": price.json, "currency": JSON(currency), "image_url": JSON(imageURL),
    ])
  }
}

extension ReceiptTemplate.Summary {
  var requestBody: JSON {
    JSON(members: [
      "subtotal": subtotal?.json ?? .null, "shipping_cost": shipping?.json ?? .null, "total_tax": tax?.json ?? .null,
      "total_cost": total.json,
    ])
  }
}
