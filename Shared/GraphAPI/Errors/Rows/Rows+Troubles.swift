/// Meta's own trouble.
extension GraphErrorTable {
  static let trouble = Advice("Meta has a problem of its own", "Nothing to do: it is tried again.")

  static let troubles: [Row] = [
    Row(1, .retry, Advice("Meta does not say what went wrong", "Nothing to do: it is tried again.")),
    Row(
      1, 99, .retry,
      Advice("Meta does not say what went wrong", "If it stays, check the app's permissions in its dashboard.")),
    Row(
      1, 1_357_046, .unknown,
      Advice("Meta lost its own answer, and the message may have been delivered", "Wait for the echo.")),
    Row(
      2, .retry,
      Advice(
        "Meta's service is unavailable",
        "Nothing to do: it is tried again. If it stays for one person, they may have blocked the page.")),
    Row(1200, .retry, Advice("Meta could not send it for the moment", "Nothing to do: it is tried again.")),
  ]
}
