import Testing

@testable import Identity

@Suite("Which links are followed")
struct MediaHostsTests {
  @Test(
    "Meta's storage over TLS, and what lies below it",
    arguments: [
      "https://scontent.xx.fbcdn.net/v/t1.15752-9/1_n.jpg?oh=1&oe=6Ab", "https://cdn.fbsbx.com/a", "https://FBCDN.net/",
      "https://fbcdn.net?x=1", "https://video.fbcdn.net",
    ])
  func allowed(url: String) {
    #expect(MediaHosts().trust(in: url) == .public)
  }

  @Test(
    "nothing else, however it looks",
    arguments: [
      "http://scontent.xx.fbcdn.net/", "https://evil.example/fbcdn.net", "https://evilfbcdn.net/",
      "https://fbcdn.net.evil.example/", "https://fbcdn.net@evil.example/", "https://evil.example#.fbcdn.net/",
      "https://evil.example?.fbcdn.net", "https://a:b@fbcdn.net/", "https://fbcdn.net:8443/",
      "https://evil.example\\.fbcdn.net/", "https://127.0.0.1/", "https://[::1]/", "https://fbcdn%2Enet/",
      "https://.fbcdn.net.", "https:///fbcdn.net", "file:///etc/passwd", "ftp://fbcdn.net/", "//fbcdn.net/", "",
      "https://fbcdn.net/a b", "https://fbcdn.net/\r\nX: 1", "https://fbcdn.net/\u{e4}",
    ])
  func refused(url: String) {
    #expect(MediaHosts().trust(in: url) == nil)
  }

  @Test("an operator's list takes the place of Meta's; a whole origin is trusted wholly, and no longer one like it")
  func setting() {
    let hosts = MediaHosts("media.example, http://127.0.0.1:8090")
    #expect(hosts.trust(in: "https://a.media.example/1") == .public)
    #expect(hosts.trust(in: "http://127.0.0.1:8090/1") == .full)
    for url in ["https://fbcdn.net/", "http://127.0.0.1:80901/", "http://127.0.0.1:8090@evil.example/"] {
      #expect(hosts.trust(in: url) == nil)
    }
  }
}
