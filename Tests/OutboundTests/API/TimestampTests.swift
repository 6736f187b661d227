import Testing

@testable import Outbound

@Suite("A time as RFC 3339 writes it")
struct TimestampTests {
  @Test(
    "is read with its zone and its fraction",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1985-04-12T23:20:50.52Z", 482_196_050_520),
      ("1996-12-19T16:39:57-08:00", 851_042_397_000), ("2000-02-29T12:00:00.123456+00:00", 951_825_600_123),
      ("2026-12-01t07:30:00z", 1_796_110_200_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ] as [(String, Int64)])
  func known(text: String, milliseconds: Int64) {
    #expect(Timestamp(text)?.milliseconds == milliseconds)
  }

  @Test(
    "is refused where it is no moment",
    arguments: [
      "", "2026-12-01", "2026-12-01T07:30:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z",
      "2026-12-01T24:00:00Z", "2026-12-01T07:60:00Z", "2026-12-01T07:30:61Z", "2026-12-01T07:30:00.Z",
      "2026-12-01T07:30:00+0100", "2026-12-01T07:30:00+16:00", "2026-12-01T07:30:00.1234567890Z",
      "2026-12-01T07:30:00Z ", "1969-12-31T23:59:59Z", "tomorrow", "2026-4-31T00:00:00Z",
    ])
  func none(text: String) {
    #expect(Timestamp(text) == nil)
  }
}
