@testable import CLI

extension Flaw {
  /// The names of the vectors that must fail, and no others.
  func vectors(of all: [ConformanceVector]) -> Set<String> {
    switch self {
    case .acknowledgesFirst:
      return Set(all.filter { $0.kept?.allows(0) == false }.map(\.name)).subtracting(Self.unreadable)
    case .bodyInTheRefusal, .digestInTheRefusal, .base64DigestInAHeader:
      return Set(all.filter { $0.group == "forgeries" }.map(\.name)).union(["forged-then-real", "query-beside-a-post"])
    case .secretInTheAnswer:
      // Whatever is answered 200.
      let others = ["known-answers", "verification", "forgeries"]
      let refused = ["other-object", "claims-gzip", "gzip", "other-methods", "query-beside-a-post"]
      return Set(all.filter { !others.contains($0.group) && !refused.contains($0.name) }.map(\.name))
    default: return Set(names)
    }
  }

  private static let unreadable: Set = [
    "bad-utf-8", "surrogate-in-utf-8", "latin-1", "raw-control-character", "raw-nul", "byte-order-mark", "deep-json",
    "cut-short", "two-values", "no-json",
  ]

  private var names: [String] {
    switch self {
    case .noCheckWithoutHeader:
      ["no-signature", "sha-1-only", "sha-256-in-the-older-header", "forged-nonsense", "query-beside-a-post"]
    case .algorithmFromTheCaller: ["sha-1-in-the-newer-header", "sha-512-in-the-newer-header"]
    case .prefixCompared: ["empty-digest", "truncated-63", "truncated-8", "truncated-1"]
    case .upperCaseAccepted: ["upper-case-digest", "upper-case-prefix"]
    case .sha1Accepted: ["sha-1-only"]
    case .olderHeaderRescues: ["sha-1-only", "wrong-newer-right-older"]
    case .hashesParsedJSON:
      [
        "over-the-parsed-json", "over-the-trimmed-body", "escaped-unicode-known", "escaped-as-meta",
        "lone-high-surrogate", "lone-low-surrogate", "surrogates-swapped", "escaped-controls",
        "duplicate-keys", "trailing-newline", "leading-space", "spread-out",
      ]
    case .hashesTrimmedBody: ["over-the-trimmed-body", "trailing-newline"]
    case .hashesFirstKilobyte:
      [
        "over-the-first-kilobyte", "commerce-and-feedback", "deep-json", "fifty-of-one-person", "huge-ids",
        "huge-ids-told-apart", "long-text",
      ]
    case .emptySecretAccepted: ["empty-secret"]
    case .throwsOnOddHeader: ["not-ascii"]
    case .onlyFirstEntry: ["three-entries", "standby-beside-messaging", "odd-entry-between"]
    case .onlyFirstEvent:
      [
        "account-linking", "batch-again-with-one-more", "commerce-and-feedback", "delivery", "edit",
        "fifty-of-one-person", "huge-ids-told-apart", "lists-side-by-side", "no-sender", "odd-between", "optin",
        "reaction", "read", "referral", "standby-kinds", "thread-control", "three-events-in-one-entry", "times",
        "unknown-between",
      ]
    case .hangsUpOnStandby:
      [
        "dashboard-test", "feed-comment", "inbox-label", "odd-entry-between", "standby-beside-messaging",
        "standby-copy-and-message", "standby-kinds", "standby-only", "unknown-change",
      ]
    case .failsOnUnknownKind:
      [
        "null-members", "odd-between", "odd-entry-between", "unknown-between", "unknown-change", "unknown-kind",
        "unknown-kind-twice", "wrong-types",
      ]
    case .dropsUnknownKinds: ["unknown-between", "unknown-change", "unknown-kind", "unknown-kind-twice"]
    case .refusesUnreadable: Array(Self.unreadable)
    case .keepsDuplicates:
      [
        "same-mid-twice-inside", "duplicate", "same-mid-other-timestamp", "batch-again-with-one-more", "two-reactions",
        "two-reads", "unknown-kind-twice",
      ]
    case .timestampInTheKey: ["same-mid-other-timestamp"]
    case .midAloneIsTheKey: ["edit", "life-of-one-mid", "standby-copy-and-message", "unsent-before-message"]
    case .forgeryUsesUpTheMid: ["forged-then-real"]
    case .smallBodies: ["body-of-300-kB", "body-of-3-MB", "very-deep-json", "wide-object", "thousand-events"]
    case .slow: ["thousand-events"]
    case .readsNoChunks: ["chunked"]
    case .headerNamesHaveCase: ["lower-case-header"]
    case .eatsForms: ["content-type-of-a-form"]
    case .anyMethod: ["other-methods"]
    case .anyVerifyToken:
      ["wrong-token", "empty-token", "no-token", "half-a-token", "token-and-more", "odd-parameters"]
    case .prefixOfVerifyToken: ["empty-token", "half-a-token"]
    case .anyMode: ["wrong-mode", "no-mode"]
    case .challengeAsJSON:
      ["right", "right-in-another-order", "right-with-more", "large-number", "escaped-challenge"]
    case .challengeAsNumber: ["large-number"]
    case .challengeAsHTML: ["escaped-challenge"]
    case .acknowledgesFirst, .bodyInTheRefusal, .digestInTheRefusal, .base64DigestInAHeader, .secretInTheAnswer: []
    }
  }
}
