/// What a key is good for.
package enum APIRight: String, Sendable, Hashable, CaseIterable {
  /// Messages by a program: every ground but `human_agent`.
  case send
  /// Messages that a person wrote, and answers for: only the ground `human_agent`. The key names that person.
  case humanAgent = "human_agent"
  case broadcast
  /// What became of messages and broadcasts; never their words.
  case read
}
