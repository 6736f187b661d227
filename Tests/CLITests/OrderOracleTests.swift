import Testing

@testable import CLI

@Suite("The bench's order oracle")
struct OrderOracleTests {
  @Test("finds nothing when every conversation's jobs come once and in turn")
  func exact() {
    var oracle = OrderOracle(keys: 2)
    for number in 0..<3 { for key in 0..<2 { oracle.did(number, of: key) } }
    #expect((oracle.swapped, oracle.doubled, oracle.lost(of: 6)) == (0, 0, 0))
  }

  @Test("counts a job that was overtaken as swapped, and not as lost or doubled")
  func swapped() {
    var oracle = OrderOracle(keys: 1)
    for number in [0, 2, 1, 3] { oracle.did(number, of: 0) }
    #expect((oracle.swapped, oracle.doubled, oracle.lost(of: 4)) == (1, 0, 0))
  }

  @Test("counts a job that came again, and one that never came")
  func doubledAndLost() {
    var oracle = OrderOracle(keys: 1)
    for number in [0, 1, 1, 3] { oracle.did(number, of: 0) }
    #expect((oracle.swapped, oracle.doubled, oracle.lost(of: 4)) == (1, 1, 1))
  }
}
