import JSON

/// One thing to send to a receiver of webhooks, and what it must make of it. Read from a data file; see
/// docs/conformance.md for its form.
struct ConformanceVector: Sendable {
  /// How many events a receiver must hold afterwards that were in the vector's bodies.
  enum Kept: Sendable, Hashable {
    case exactly(Int)
    case atLeast(Int)

    func allows(_ count: Int) -> Bool {
      switch self {
      case .exactly(let expected): count == expected
      case .atLeast(let least): count >= least
      }
    }
  }

  /// The data file's name.
  let group: String
  let name: String
  let why: String
  /// Sent one after the other; none for a known answer.
  let requests: [VectorRequest]
  /// Nil where nothing can be asked of a witness.
  let kept: Kept?
  /// Without a verify token at hand it is skipped.
  let needsVerifyToken: Bool
  let knownAnswer: KnownAnswer?

  var fullName: String { "\(group)/\(name)" }

  /// By name, by group, or by both with a slash.
  func isNamed(_ wanted: String) -> Bool { [name, group, fullName].contains(wanted) }

  init(_ json: JSON, group: String) throws(VectorFileError) {
    guard let name = json["name"]?.string, let why = json["why"]?.string else {
      throw VectorFileError(file: group, vector: "?", cause: "name or why is missing")
    }
    (self.group, self.name, self.why) = (group, name, why)
    needsVerifyToken = json["needs"]?.string == "verify_token"
    do throws(VectorFormError) {
      knownAnswer = try json["known"].map { (known) throws(VectorFormError) in try KnownAnswer(known) }
      if knownAnswer != nil {
        requests = []
      } else if let list = json["requests"]?.array {
        var requests: [VectorRequest] = []
        // What the vector says holds for each of its requests, unless that says otherwise.
        for one in list { requests.append(try VectorRequest(one.filled(from: json, except: "requests"))) }
        self.requests = requests
      } else {
        requests = [try VectorRequest(json)]
      }
      kept = try Self.kept(json["kept"])
    } catch {
      throw VectorFileError(file: group, vector: name, cause: error.cause)
    }
  }

  private static func kept(_ json: JSON?) throws(VectorFormError) -> Kept? {
    guard let json else { return nil }
    if let count = json.int { return .exactly(count) }
    guard let least = json["least"]?.int else { throw VectorFormError("kept is a number or {least}") }
    return .atLeast(least)
  }
}

extension JSON {
  fileprivate func filled(from other: JSON, except name: String) -> JSON {
    guard var object, let defaults = other.object else { return self }
    for (key, value) in defaults where key != name && object[key] == nil { object[key] = value }
    return .object(object)
  }
}

/// A vector's file cannot be read. The files are part of the build, so this is a mistake made while writing one.
struct VectorFileError: Error, CustomStringConvertible {
  let file: String
  let vector: String
  let cause: String

  var description: String { "could not read the vector \(file)/\(vector): \(cause); correct Vectors/\(file).json" }
}

/// The same before it is known which vector it is.
struct VectorFormError: Error {
  let cause: String

  init(_ cause: String) { self.cause = cause }
}
