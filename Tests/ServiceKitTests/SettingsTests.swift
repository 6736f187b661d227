import Foundation
import Logging
import ServiceKit
import Testing

@Suite struct SettingsTests {
  private func settings(
    _ service: ServiceName = .ingress, _ environment: [String: String] = [:], _ flags: String...
  ) throws -> Settings {
    try Settings(service: service, environment: environment, arguments: ["program"] + flags)
  }

  private func error(_ body: () throws -> some Any) -> ConfigurationError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? ConfigurationError
    }
  }

  private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try body(file.path)
  }

  @Test("a flag wins over a variable, a variable over a file")
  func precedence() throws {
    try withFile("from file") { path throws in
      let file = ["MARTLET_BOT_FILE": path]
      #expect(try settings(.nlu, file).string(.bot) == "from file")
      let both = file.merging(["MARTLET_BOT": "from variable"]) { $1 }
      #expect(try settings(.nlu, both).string(.bot) == "from variable")
      #expect(try settings(.nlu, both, "--bot", "from flag").string(.bot) == "from flag")
      #expect(try settings(.nlu, both, "--bot=from flag").string(.bot) == "from flag")
    }
  }

  @Test("NAME_FILE gives the file's content without the newline at its end")
  func secretFile() throws {
    try withFile("{\n  \"a\": 1\n}\n\n") { path throws in
      #expect(try settings(.ingress, ["MARTLET_KEYS_FILE": path]).keysJSON == "{\n  \"a\": 1\n}")
      #expect(try settings(.ingress, [:], "--keys-file", path).keysJSON == "{\n  \"a\": 1\n}")
    }
  }

  @Test("a file that cannot be read is a refusal that names variable and path")
  func unreadableFile() {
    let found = error { try settings(.ingress, ["MARTLET_KEYS_FILE": "/nowhere/keys"]) }
    #expect(found?.code == .unreadableFile)
    #expect(found?.description.contains("MARTLET_KEYS_FILE") == true)
    #expect(found?.description.contains("/nowhere/keys") == true)
  }

  @Test("a missing secret is a refusal that names the variable", arguments: [[:], ["MARTLET_DATABASE_URL": ""]])
  func missing(environment: [String: String]) {
    let found = error { try settings(.ingress, environment).databaseURL }
    #expect(found?.code == .missing)
    #expect(found?.description.hasPrefix("MARTLET_DATABASE_URL is not set.") == true)
    #expect(found?.description.contains("MARTLET_DATABASE_URL_FILE") == true)
  }

  @Test(
    "no error repeats a value",
    arguments: [
      (SettingName.apps, "s3cret"), (.apps, #"{"1":"s3cret"}"#), (.apps, #"{"1":{"secrets":["s3cret"]}}"#),
      (.pages, #"{"1":{"token":"s3cret"}}"#), (.pages, #"["s3cret"]"#),
      (.pages, #"{"1":{"app":"1","token":"s3cret","unknown_rule":"s3cret"}}"#),
    ])
  func redaction(name: SettingName, value: String) throws {
    let settings = try settings(.ingress, [name.variable: value])
    let found = error { name == .apps ? try settings.apps.count : try settings.pages.count }
    #expect(found?.description.contains(name.variable) == true)
    #expect(found?.description.contains("s3cret") == false)
  }

  @Test("printing settings shows no value")
  func description() throws {
    let settings = try settings(
      .ingress,
      [
        "MARTLET_APPS": #"{"1":{"secrets":["s3cret"],"verify_token":"t0ken"}}"#,
        "MARTLET_PAGES": #"{"2":{"app":"1","token":"t0ken"}}"#, "MARTLET_DATABASE_URL": "postgresql://u:s3cret@h/d",
      ])
    for text in ["\(settings)", "\(try settings.apps)", "\(try settings.pages)", String(reflecting: settings)] {
      #expect(!text.contains("s3cret") && !text.contains("t0ken"))
    }
    var dumped = ""
    dump((settings, try settings.apps, try settings.pages), to: &dumped)
    #expect(!dumped.contains("s3cret") && !dumped.contains("t0ken"))
  }

  @Test("apps and pages keep their order and their defaults")
  func appsAndPages() throws {
    let apps = #"{"20":{"secrets":["a","b"],"verify_token":"v"},"10":{"secrets":["c"],"verify_token":"w"}}"#
    let pages = #"{"9":{"app":"20","name":"Nine","token":"t","unknown_rule":"resend"},"8":{"app":20,"token":"u"}}"#
    // As a flag too: JSON is full of commas, at which the command line provider splits.
    for settings in [
      try settings(.identity, ["MARTLET_APPS": apps, "MARTLET_PAGES": pages]),
      try settings(.identity, [:], "--apps", apps, "--pages=\(pages)"),
    ] {
      #expect(try settings.apps.map(\.id) == ["20", "10"])
      #expect(try settings.apps.first?.secrets == ["a", "b"])
      #expect(try settings.pages.map(\.name) == ["Nine", "8"])
      #expect(try settings.pages.map(\.unknownRule) == [.resend, .hold])
      #expect(try settings.pages.map(\.app) == ["20", "20"])
    }
  }

  @Test("each service has its own ports, and port 0 may be asked for")
  func ports() throws {
    #expect(try settings(.outbound).port == 8082)
    #expect(try settings(.outbound).adminPort == 9082)
    #expect(try settings(.simulator).adminPort == nil)
    #expect(try settings(.simulator, ["MARTLET_ADMIN_PORT": "0"]).adminPort == 0)
    #expect(try settings(.ingress, [:], "--port", "0").port == 0)
    #expect(try settings(.ingress).bind == "127.0.0.1")
  }

  @Test(
    "a value out of its range or form is refused by name",
    arguments: [
      ("MARTLET_PORT", "65536"), ("MARTLET_PORT", "http"), ("MARTLET_LEASE_SECONDS", "0.125"),
      ("MARTLET_LEASE_SECONDS", "soon"), ("MARTLET_LOG_LEVEL", "loud"), ("MARTLET_LOG_FORMAT", "xml"),
      ("MARTLET_GRAPH_URL", "graph.example"),
    ])
  func malformed(variable: String, value: String) {
    let found = error { try settings(.ingress, [variable: value]) }
    #expect(found?.name == variable)
    #expect(found?.description.contains(value) == false)
  }

  @Test("seconds may have a fraction; levels and addresses are read as people write them")
  func values() throws {
    let settings = try settings(
      .ingress,
      [
        "MARTLET_LEASE_SECONDS": "2.5", "MARTLET_LOG_LEVEL": "DEBUG",
        "MARTLET_GRAPH_URL": "http://127.0.0.1:8090/v26.0/",
        "MARTLET_SEND_IN_FLIGHT": "7",
      ])
    #expect(settings.lease == .milliseconds(2500))
    #expect(settings.logLevel == .debug)
    #expect(settings.graphURL == "http://127.0.0.1:8090/v26.0")
    #expect(try settings.int(.sendInFlight, default: 64) == 7)
    #expect(try settings.seconds(.sendGrace, default: .seconds(60)) == .seconds(60))
  }

  @Test(
    "a mistyped command line is refused",
    arguments: [
      (["--databse-url", "x"], ConfigurationError.Code.unknownFlag), (["--port"], .misplacedArgument),
      (["--port", "--bind"], .misplacedArgument), (["8080"], .misplacedArgument),
      (["--port", "1", "2"], .misplacedArgument), (["--port", "1", "--port", "2"], .misplacedArgument),
    ])
  func commandLine(flags: [String], code: ConfigurationError.Code) {
    #expect(error { try Settings(service: .ingress, environment: [:], arguments: ["p"] + flags) }?.code == code)
  }

  @Test("a variable that looks like ours and is not is told")
  func unknownVariable() throws {
    let found = try settings(.ingress, ["MARTLET_DATABSE_URL": "x", "MARTLET_KEYS": "x", "OTHER": "x"])
    #expect(found.unknownVariables == ["MARTLET_DATABSE_URL"])
  }
}
