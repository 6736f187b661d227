/// Who leads the conversation.
extension GraphErrorTable {
  static let threads: [Row] = [
    Row(
      10, 2_018_300, .parkConversation,
      Advice(
        "another app or a person leads this conversation",
        "Nothing to do: its messages wait until the thread is passed back.")),
    Row(
      10, 2_018_321, .parkConversation,
      Advice(
        "Messenger itself asks this person the questions of a lead form",
        "Nothing to do: the messages wait until they are answered.")),
    Row(
      100, 2_018_164, .drop,
      Advice("the app that the thread is to go to does not exist", "Correct the app's id in the thread control.")),
    Row(2_018_171, .drop, Advice("only the primary receiver may do this", "Set up conversation routing for the page.")),
    Row(2_018_234, .drop, Advice("only a secondary receiver may do this", "Set up conversation routing for the page.")),
  ]
}
