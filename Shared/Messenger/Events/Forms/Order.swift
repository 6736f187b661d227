import JSON

/// A shopping cart that a person sent (Meta, `send_cart`).
package struct Order: Sendable, Hashable {
  package struct Product: Sendable, Hashable {
    package var id: String?
    /// The owner's own number for it.
    package var retailerID: String?
    package var name: String?
    /// As Meta wrote it, since money is not to be rounded.
    package var unitPrice: String?
    package var currency: String?
    package var quantity: Int?
  }

  package var products: [Product]
  package var note: String?
}

extension Order {
  init?(_ body: JSON) {
    guard let products = body["products"]?.array else { return nil }
    self.init(products: products.compactMap { Product($0) }, note: body["note"]?.text)
  }
}

extension Order.Product {
  init?(_ body: JSON) {
    guard body.object != nil else { return nil }
    self.init(
      id: body["id"]?.text, retailerID: body["retailer_id"]?.text, name: body["name"]?.text,
      unitPrice: body["unit_price"]?.text, currency: body["currency"]?.text, quantity: body["quantity"]?.count)
  }
}

extension Order: Understood {
  var understood: JSON { .understood(["products": products, "note": note]) }
}

extension Order.Product: Understood {
  var understood: JSON {
    .understood([
      "id": id, "retailer_id": retailerID, "name": name, "unit_price": unitPrice, "currency": currency,
      "quantity": quantity,
    ])
  }
}

/// A coupon code that a person uncovered (Meta, `template` of type `coupon`).
package struct CouponReveal: Sendable, Hashable {
  package var code: String?
  package var payload: String?
}

extension CouponReveal {
  /// Nil for a template of another type.
  init?(_ body: JSON) {
    guard body["type"]?.text == "coupon" || body["coupon_code"]?.text != nil else { return nil }
    self.init(code: body["coupon_code"]?.text, payload: body["payload"]?.text)
  }
}

extension CouponReveal: Understood {
  var understood: JSON { .understood(["coupon_code": code, "payload": payload]) }
}
