import JSON
import Synchronization

/// The faces a page speaks with (Meta, personas).
final class Personas: Sendable {
  struct Persona: Sendable, Hashable {
    var id: String
    var page: String
    var name: String
    var picture: String

    var json: JSON { ["name": .string(name), "profile_picture_url": .string(picture), "id": .string(id)] }
  }

  private let ids = Atomic<Int>(2_000_000_000_000_000)
  private let kept = Mutex<[Persona]>([])

  func add(name: String?, picture: String?, page: String) throws(GraphError) -> Persona {
    guard let name, LimitTable<PlatformLimit>.meta[.personaName].contains(name.utf16.count) else {
      throw .badParameter("param name must have 1 to 50 characters")
    }
    guard let picture, picture.hasPrefix("https://") || picture.hasPrefix("http://") else {
      throw .badParameter("param profile_picture_url must be a valid URL")
    }
    let id = String(ids.add(1, ordering: .relaxed).newValue)
    let persona = Persona(id: id, page: page, name: name, picture: picture)
    kept.withLock { $0.append(persona) }
    return persona
  }

  func all(page: String) -> [Persona] { kept.withLock { $0.filter { $0.page == page } } }

  func persona(_ id: String, page: String) -> Persona? { all(page: page).first { $0.id == id } }

  func has(_ id: String) -> Bool { kept.withLock { $0.contains { $0.id == id } } }

  func remove(_ id: String, page: String) { kept.withLock { $0.removeAll { $0.id == id && $0.page == page } } }
}
