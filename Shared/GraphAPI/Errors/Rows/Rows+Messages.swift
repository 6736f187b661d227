/// The message itself.
extension GraphErrorTable {
  private static let validate = "martlet messenger validate tells what is wrong with a request."

  static let messages: [Row] = [
    Row(
      100, .drop,
      Advice("a field is too long, wrong or missing, an id is invalid, or the tag was retired", validate)),
    Row(
      100, 33, .drop,
      Advice("the page or the person does not exist, or the token may not see it", "Check both ids and the token.")),
    Row(
      100, 2_018_012, .drop,
      Advice("Meta refused a part of the message and does not document which", validate)),
    Row(100, 2_018_014, .drop, Advice("a message and a sender action came in one request", "Send two requests.")),
    Row(100, 2_018_034, .drop, Advice("the message is empty", "Give it a text, an attachment or a template.")),
    Row(100, 2_018_320, .drop, Advice("a product's id is wrong", "Use an id of the page's catalogue.")),
    Row(100, 2_018_328, .drop, Advice("the version is too old for product templates", "Set MARTLET_GRAPH_URL.")),
    Row(
      100, 2_534_013, through: 2_534_037, .drop,
      Advice("an Instagram account does not take this message", "Send it to Messenger only.")),
    Row(1, 2_018_382, .drop, Advice("the instant form's id is wrong or may not be used", "Correct the form's id.")),
    Row(506, .drop, Advice("the same was posted just before", "Change the text, or send it once.")),
    Row(803, .drop, Advice("an id in the request does not exist", "Correct the id.")),
    Row(
      9_000_001, .drop,
      Advice("the message that is asked for is gone", "Only the 20 newest of a conversation can be read.")),
    Row(
      nil, 2_071_010, through: 2_071_025, .drop,
      Advice("the Messenger Extensions in a web page failed", "See the page's own JavaScript.")),
    Row(24001, .drop, Advice("payments in Messenger have ended", "Link to a shop.")),
    Row(24002, .drop, Advice("payments in Messenger have ended", "Link to a shop.")),
    Row(24005, .drop, Advice("payments in Messenger have ended", "Link to a shop.")),
  ]
}
