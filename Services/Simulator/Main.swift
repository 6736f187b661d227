import ServiceKit

/// Meta's side for development: a Messenger without Facebook. See `compose` for its parts and settings.
@main
struct Main {
  static func main() async {
    await ServiceMain.run(.simulator) { settings, logger, health in
      try compose(settings, logger, health)
    }
  }
}
