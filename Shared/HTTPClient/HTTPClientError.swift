/// Why a call has no answer. `description` names method, host and path, never query, headers or body.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
  package struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case connect, timeout, tls, protocolError, tooLarge, cancelled, closed, invalidRequest, forbiddenAddress,
        wrongType
    }
    private let value: Value

    /// Name not resolved, connection refused, or not open within the connect time-out.
    package static let connect = Code(value: .connect)
    /// The call's own time ran out.
    package static let timeout = Code(value: .timeout)
    package static let tls = Code(value: .tls)
    /// The peer spoke something that is not HTTP.
    package static let protocolError = Code(value: .protocolError)
    package static let tooLarge = Code(value: .tooLarge)
    /// The calling task was cancelled.
    package static let cancelled = Code(value: .cancelled)
    /// The connection ended before the whole answer was here.
    package static let closed = Code(value: .closed)
    /// Refused before anything was sent: bad URL, plain HTTP where it is not allowed, a line break in a header.
    package static let invalidRequest = Code(value: .invalidRequest)
    /// The name leads where the request must not go.
    package static let forbiddenAddress = Code(value: .forbiddenAddress)
    /// The answer is of a type that was not asked for.
    package static let wrongType = Code(value: .wrongType)

    package var description: String { value.rawValue }
  }

  package let code: Code
  /// False only when it is certain that no byte of the request left this process.
  package let mayHaveBeenSent: Bool
  /// Method and URL without the query.
  package let target: String
  /// libcurl's fixed text for the cause.
  package let cause: String

  package init(code: Code, mayHaveBeenSent: Bool, target: String, cause: String) {
    self.code = code
    self.mayHaveBeenSent = mayHaveBeenSent
    self.target = target
    self.cause = cause
  }

  package var remedy: String {
    switch code {
    case .connect: "check that the address is right and that something listens there"
    case .timeout: "the server is slow or stuck: look at its load, or allow the call more time"
    case .tls: "check the server's certificate and this machine's CA certificates and clock"
    case .invalidRequest: "correct the URL or header in the configuration"
    case .forbiddenAddress: "name a host of the public internet"
    case .tooLarge, .wrongType: "the answer is not what was asked for: check the address"
    default: "try again later"
    }
  }

  package var description: String {
    let sent = mayHaveBeenSent ? "may have been sent" : "nothing was sent"
    return "\(target): \(code) (\(cause); \(sent)); \(remedy)"
  }
}
