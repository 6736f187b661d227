package import JSON

/// Money in its smallest unit and how many decimals that has: `Amount(1990)` reads `19.90`.
package struct Amount: Sendable, Hashable {
  package var units: Int64
  package var decimals: Int

  package init(_ units: Int64, decimals: Int = 2) {
    self.units = units
    self.decimals = max(decimals, 0)
  }

  /// A JSON number, spelled without rounding.
  package var json: JSON {
    guard decimals > 0 else { return JSON(units) }
    var digits = "\(units.magnitude)"
    if digits.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits }
    return .number("\(units < 0 ? "-" : "")\(digits.dropLast(decimals)).\(digits.suffix(decimals))")
  }
}

/// Where something was sent.
package struct Address: Sendable, Hashable {
  package var street: String
  package var secondLine: String?
  package var city: String
  package var postalCode: String
  package var state: String
  /// ISO 3166, two letters.
  package var country: String

  package init(
    street: String, secondLine: String? = nil, city: String, postalCode: String, state: String, country: String
  ) {
    self.street = street
    self.secondLine = secondLine
    self.city = city
    self.postalCode = postalCode
    self.state = state
    self.country = country
  }

  var requestBody: JSON {
    JSON(members: [
      "street_1": .string(street), "street_2": JSON(secondLine), "city": .string(city),
      "postal_code": .string(postalCode), "state": .string(state), "country": .string(country),
    ])
  }
}
