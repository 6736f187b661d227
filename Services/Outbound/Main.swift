import ServiceKit

@main
struct Main {
  static func main() async {
    await ServiceMain.run(.outbound) { settings, logger, health in try compose(settings, logger, health) }
  }
}
