import JSON

/// A place, from when people could share theirs.
package struct Coordinates: Sendable, Hashable {
  package var latitude: Double
  package var longitude: Double

  package init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }
}

extension Coordinates {
  init?(_ body: JSON?) {
    guard let latitude = body?["lat"]?.decimal, let longitude = body?["long"]?.decimal else { return nil }
    self.init(latitude: latitude, longitude: longitude)
  }
}

extension Coordinates: Understood {
  var understood: JSON { ["lat": JSON(latitude), "long": JSON(longitude)] }
}

/// An appointment that the person asks for, or that changed.
package struct Booking: Sendable, Hashable {
  package var id: String?
  /// `requested`, `confirmed`, `declined` or `cancelled`.
  package var status: String?
  /// Milliseconds since 1970.
  package var start: Int64?
  package var end: Int64?
  package var timezone: String?
}

extension Booking {
  init?(_ body: JSON?) {
    guard let body, body.object != nil else { return nil }
    self.init(
      id: body["booking_id"]?.text, status: body["status"]?.text, start: body["start_time"]?.milliseconds,
      end: body["end_time"]?.milliseconds, timezone: body["timezone"]?.text)
  }
}

extension Booking: Understood {
  var understood: JSON {
    .understood(["id": id, "status": status, "start": start, "end": end, "timezone": timezone])
  }
}

/// A product of the page's catalogue that the person shared.
package struct SharedProduct: Sendable, Hashable {
  package var id: String?
  /// The owner's own number for it.
  package var retailerID: String?
  package var imageURL: String?
  package var title: String?
  package var subtitle: String?
}

extension SharedProduct {
  init?(_ body: JSON) {
    guard body.object != nil else { return nil }
    self.init(
      id: body["id"]?.text, retailerID: body["retailer_id"]?.text, imageURL: body["image_url"]?.text,
      title: body["title"]?.text, subtitle: body["subtitle"]?.text)
  }
}

extension SharedProduct: Understood {
  var understood: JSON {
    .understood([
      "id": id, "retailer_id": retailerID, "image_url": imageURL, "title": title, "subtitle": subtitle,
    ])
  }
}
