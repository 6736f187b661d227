/// A command could not do what it was asked for; told to the person as it is.
struct ToolError: Error, CustomStringConvertible {
  enum Code { case portTaken, noReply, database, files, unhealthy, bench, notFound, meta }

  let code: Code
  let doing: String
  let cause: String
  var remedy: String?

  var description: String {
    "could not \(doing): \(cause)" + (remedy.map { "; \($0)" } ?? "")
  }
}
