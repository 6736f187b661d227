import JSON
import Logging

/// `{"time":"…","level":"info","service":"ingress","label":"…","message":"webhook accepted", …metadata}`: flat, every
/// member a string.
struct JSONLogLine: LogLineStyle {
  let service: String
  private static let own: Set<String> = ["time", "level", "service", "label", "message"]

  func line(_ parts: LogLineParts) -> [UInt8] {
    var object: JSONObject = [
      "time": .string(parts.time), "level": .string(parts.level.rawValue), "service": .string(service),
      "label": .string(parts.label), "message": .string(parts.message),
    ]
    for field in parts.fields {
      object[Self.own.contains(field.key) ? "metadata.\(field.key)" : field.key] = .string(field.value)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    JSON.object(object).append(to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}
