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

/// Everybody who may be written to: whoever wrote first, or was introduced by the control side.
final class People: Sendable {
  private let known = Mutex<[String: Person]>([:])

  func person(_ psid: String) -> Person? { known.withLock { $0[psid] } }

  func introduce(_ person: Person) { known.withLock { $0[person.psid] = person } }

  /// Whoever writes is known from then on.
  @discardableResult
  func meet(_ psid: String) -> Person {
    known.withLock { known in
      if let person = known[psid] { return person }
      let person = Person(psid: psid)
      known[psid] = person
      return person
    }
  }

  func forgetAll() { known.withLock { $0.removeAll() } }
}
