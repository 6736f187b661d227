import HTTPClient
import JSON
import Testing

@testable import Outbound

/// The document that the service serves, and whether what happened is what it says.
struct OpenAPIDocument {
  let json: JSON

  init() throws {
    json = try JSON(parsing: PublicAPI.document)
  }

  /// "GET /v1/messages/{id}", with its operation.
  var operations: [(name: String, operation: JSON)] {
    (json["paths"]?.object.map(Array.init) ?? []).flatMap { path, item in
      ["get", "post", "put", "delete"].compactMap { method in
        item[method].map { ("\(method.uppercased()) \(path)", $0) }
      }
    }
  }

  /// "GET /v1/messages/{id} 404", each one.
  var answers: Set<String> {
    Set(operations.flatMap { name, operation in (operation["responses"]?.object?.keys ?? []).map { "\(name) \($0)" } })
  }

  /// The operation that a request is for; nil for an address that the document does not know.
  func operation(_ method: String, _ path: String) -> (name: String, operation: JSON)? {
    let parts = path.split(separator: "/")
    return operations.first { name, _ in
      let words = name.split(separator: " ")
      let wanted = words[1].split(separator: "/")
      return words[0] == method && wanted.count == parts.count
        && zip(wanted, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
  }

  /// What an answer has that the document does not say, or lacks.
  func faults(of answer: HTTPClientResponse, to operation: JSON) -> [String] {
    guard let documented = operation["responses"]?["\(answer.status)"] else { return ["\(answer.status): not there"] }
    let response = resolve(documented)
    var faults: [String] = []
    for (name, header) in response["headers"]?.object.map(Array.init) ?? [] {
      let value = answer.header(name)
      if let value {
        faults += schema.faults(of: .string(value), against: header["schema"] ?? true, at: name)
      } else if header["required"]?.bool == true {
        faults.append("\(name): missing")
      }
    }
    guard let (type, content) = response["content"]?.object.flatMap({ Array($0).first }) else {
      return faults + (answer.body.isEmpty ? [] : ["a body where none is"])
    }
    if answer.header("content-type") != type { faults.append("its type is \(answer.header("content-type") ?? "none")") }
    return faults + schema.faults(of: answer.json, against: content["schema"] ?? true, at: "body")
  }

  /// What a request has that the document does not allow.
  func faults(ofRequest body: JSON, to operation: JSON) -> [String] {
    guard let wanted = operation["requestBody"]?["content"]?["application/json"]?["schema"] else { return ["no body"] }
    return schema.faults(of: body, against: wanted, at: "request")
  }

  var schema: JSONSchema { JSONSchema(root: json) }

  private func resolve(_ value: JSON) -> JSON {
    value["$ref"]?.string.flatMap { schema.target(of: $0) } ?? value
  }
}
