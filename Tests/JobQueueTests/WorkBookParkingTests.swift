import Testing

@testable import JobQueue

@Suite("The book of work, parking")
struct WorkBookParkingTests {
  @Test("a parking names the rows of its conversation that stand in the lane, and of no other")
  func idsToMove() {
    var book = WorkBook.holding()
    book.read([job(1), job(2, of: 64), job(3)])
    #expect(book.startAll() == [1, 2])
    #expect(book.startParking(job(1)) == [1, 3])
  }

  @Test("a parking that comes again names only what is not aside already")
  func idsOfAReplay() {
    var book = WorkBook.holding()
    _ = book.startRead(.everywhere)
    book.replay([job(1, isAside: true), job(2, isAside: true)])
    #expect(book.startAll() == [1])
    book.read([job(3)])
    #expect(book.startParking(job(1, isAside: true)) == [3])
  }

  @Test("a parked conversation starts nothing more, while its neighbours go on")
  func parked() {
    var book = WorkBook.holding()
    book.read([job(1), job(2), job(3, of: 64)])
    #expect(book.startAll() == [1, 3])
    _ = book.startParking(job(1))
    #expect(book.startAll().isEmpty)
    book.parked(job(1))
    #expect(book.startAll().isEmpty)
    #expect(book.loaded == 1)
    #expect(book.running == 1)
  }

  @Test("what a read brings of a parked conversation steps aside, and starts nothing")
  func stepsAside() {
    var book = WorkBook.holding()
    _ = book.startRead(.everywhere)
    book.read([(job(1), true), (job(2, of: 64), false), (job(3), true)])
    #expect(book.aside() == [1, 3])
    #expect(book.startAll() == [2])
    book.readAfterAll([])
    #expect(book.aside().isEmpty)
    #expect(book.startAll().isEmpty)
    #expect(book.cursors() == [[0, 3]])
  }

  @Test("a read under way while a parking is stored has its rows stepped aside, though it did not see the parking")
  func readMeanwhile() {
    var book = WorkBook.holding()
    book.read([job(1)])
    #expect(book.startAll() == [1])
    _ = book.startRead(.everywhere)
    _ = book.startParking(job(1))
    book.parked(job(1))
    book.read([job(2)])
    #expect(book.aside() == [2])
    #expect(book.startAll().isEmpty)
  }

  @Test("rows read before a parking is stored wait for it, and are not forgotten with what it drops")
  func readBeforeStored() {
    var book = WorkBook.holding()
    book.read([job(1)])
    #expect(book.startAll() == [1])
    _ = book.startRead(.everywhere)
    #expect(book.startParking(job(1)) == [1])
    book.read([job(2)])
    #expect(book.aside().isEmpty)
    book.parked(job(1))
    #expect(book.aside() == [2])
  }

  @Test("rows that could not move because the parking was stored a moment later are moved once more")
  func movedTooEarly() {
    var book = WorkBook.holding()
    book.read([job(1)])
    #expect(book.startAll() == [1])
    _ = book.startRead(.everywhere)
    book.read([(job(2), true)])
    #expect(book.aside() == [2])
    _ = book.startParking(job(1))
    book.readAfterAll([job(2)])
    book.parked(job(1))
    #expect(book.startAll().isEmpty)
    #expect(book.aside() == [2])
  }

  @Test("rows whose move failed step aside before what comes behind them")
  func moveFailed() {
    var book = WorkBook.holding()
    _ = book.startRead(.everywhere)
    book.read([(job(1), true), (job(2), true)])
    let jobs = book.takeAside()
    book.putBack(jobs)
    book.read([(job(3), true)])
    #expect(book.aside() == [1, 2, 3])
    #expect(book.startAll().isEmpty)
  }

  @Test("rows that were to step aside run in order once their conversation no longer waits")
  func waitsNoMore() {
    var book = WorkBook.holding()
    _ = book.startRead(.everywhere)
    book.read([(job(1), true), (job(2), true)])
    let jobs = book.takeAside()
    book.readAfterAll(jobs)
    book.read([job(3)])
    for id in 1...3 as ClosedRange<Int64> {
      #expect(book.startAll() == [id])
      book.finished(job(id))
    }
  }

  @Test("a conversation that is due replays in order, and is not read from its parking meanwhile")
  func replay() {
    var book = WorkBook.holding()
    _ = book.startRead(.everywhere)
    book.replay([job(1, isAside: true), job(2, isAside: true)])
    #expect(book.startAll() == [1])
    #expect(book.busy() == [0])
    book.finished(job(1, isAside: true))
    #expect(book.startAll() == [2])
    book.finished(job(2, isAside: true))
    #expect(book.busy() == [])
    #expect(book.loaded == 0)
  }

  @Test("a conversation whose parking is being stored is not read from its parking")
  func busy() {
    var book = WorkBook.holding()
    book.read([job(1)])
    #expect(book.startAll() == [1])
    _ = book.startParking(job(1))
    #expect(book.busy() == [0])
    book.parked(job(1))
    #expect(book.busy() == [])
  }

  @Test("a replay that was read before the conversation was parked again is left for the next read")
  func staleReplay() {
    var book = WorkBook.holding()
    book.read([job(1)])
    #expect(book.startAll() == [1])
    _ = book.startRead(.everywhere)
    _ = book.startParking(job(1))
    book.parked(job(1))
    book.replay([job(1, isAside: true)])
    #expect(book.startAll().isEmpty)
    _ = book.startRead(.everywhere)
    book.replay([job(1, isAside: true)])
    #expect(book.startAll() == [1])
  }

  @Test("a lane that is lost takes its parkings with it")
  func lostLane() {
    var book = WorkBook.holding()
    book.read([job(1), (job(2, of: 64))])
    #expect(book.startAll() == [1, 2])
    _ = book.startParking(job(1))
    _ = book.startRead(.everywhere)
    book.read([(job(3, of: 64), true)])
    _ = book.holds([(0, 2)], fairShare: 64)
    #expect(book.aside().isEmpty)
    #expect(book.busy() == [])
    book.parked(job(1))
    book.read([job(1, epoch: 2), job(2, of: 64, epoch: 2)])
    #expect(book.startAll() == [1, 2])
    #expect(book.loaded == 2)
  }
}
