/// What receivers in the field do wrong, one switch each.
enum Flaw: String, CaseIterable, Sendable {
  // The signature.
  case noCheckWithoutHeader, algorithmFromTheCaller, prefixCompared, upperCaseAccepted, sha1Accepted, olderHeaderRescues
  case hashesParsedJSON, hashesTrimmedBody, hashesFirstKilobyte, emptySecretAccepted, throwsOnOddHeader
  // What it takes and keeps.
  case onlyFirstEntry, onlyFirstEvent, hangsUpOnStandby, failsOnUnknownKind, dropsUnknownKinds, refusesUnreadable
  case keepsDuplicates, timestampInTheKey, midAloneIsTheKey, forgeryUsesUpTheMid, acknowledgesFirst
  // HTTP.
  case smallBodies, slow, readsNoChunks, headerNamesHaveCase, eatsForms, anyMethod
  // What it says.
  case bodyInTheRefusal, digestInTheRefusal, base64DigestInAHeader, secretInTheAnswer
  // The handshake.
  case anyVerifyToken, prefixOfVerifyToken, anyMode, challengeAsJSON, challengeAsNumber, challengeAsHTML
}
