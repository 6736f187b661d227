import Synchronization

/// A person as the profile call shows them.
struct Person: Sendable, Hashable {
  var psid: String
  var firstName: String
  var lastName: String

  /// A name made from the PSID: the same one every time.
  init(psid: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in psid.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.psid = psid
    firstName = Self.firstNames[Int(hash >> 8) & 31]
    lastName = Self.lastNames[Int(hash >> 32) & 31]
  }

  private static let firstNames = [
    "Ada", "Bea", "Cem", "Dana", "Emil", "Fay", "Gil", "Hana", "Ida", "Jan", "Kai", "Lea", "Mia", "Nils", "Ola",
    "Pia", "Quinn", "Rosa", "Sami", "Tess", "Uma", "Vera", "Wim", "Xenia", "Yara", "Zoe", "Aron", "Birk", "Cleo",
    "Dov", "Esra", "Finn",
  ]
  private static let lastNames = [
    "Abel", "Berg", "Costa", "Diaz", "Ek", "Falk", "Gold", "Holm", "Ito", "Jung", "Kaya", "Lund", "Meier", "Novak",
    "Okoye", "Park", "Quist", "Rossi", "Sato", "Toth", "Ueda", "Vogel", "Wolf", "Xu", "Young", "Zeller", "Adler",
    "Bauer", "Cruz", "Dahl", "Eder", "Frei",
  ]
}

/// Everybody who may be written to: whoever wrote first, or was introduced by the control side. A PSID belongs to one
/// page, so that a person's standing with it is kept by PSID.
final class People: Sendable {
  private struct Known {
    var person: Person
    var standing: Standing
  }

  private let known = Mutex<[String: Known]>([:])

  var count: Int { known.withLock { $0.count } }

  func person(_ psid: String) -> Person? { known.withLock { $0[psid]?.person } }

  func standing(_ psid: String) -> Standing? { known.withLock { $0[psid]?.standing } }

  /// Another app leads the conversation: ours only listens.
  func isLedByOthers(_ psid: String) -> Bool {
    guard case .app = standing(psid)?.thread else { return false }
    return true
  }

  /// Whoever is new counts as having written just now; a person known before keeps their standing.
  func introduce(_ person: Person) {
    known.withLock { known in
      let standing = known[person.psid]?.standing ?? Standing(lastIn: platformTime())
      known[person.psid] = Known(person: person, standing: standing)
    }
  }

  /// - Returns: false where nobody has that PSID.
  @discardableResult
  func change(_ psid: String, _ change: (inout Standing) -> Void) -> Bool {
    known.withLock { known in
      guard known[psid] != nil else { return false }
      change(&known[psid]!.standing)
      return true
    }
  }

  /// Whoever writes is known from then on, and may be written to for 24 hours.
  @discardableResult
  func meet(_ psid: String) -> Person {
    let now = platformTime()
    return known.withLock { known in
      if let person = known[psid]?.person {
        known[psid]?.standing.lastIn = now
        return person
      }
      let person = Person(psid: psid)
      known[psid] = Known(person: person, standing: Standing(lastIn: now))
      return person
    }
  }

  func forgetAll() { known.withLock { $0.removeAll() } }
}
