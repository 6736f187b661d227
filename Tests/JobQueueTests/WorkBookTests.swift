import Testing

@testable import JobQueue

@Suite("The book of work, reading and running")
struct WorkBookTests {
  @Test("the jobs of a conversation start one after the other, in order")
  func order() {
    var book = WorkBook.holding()
    book.read([job(1), job(2), job(3)])
    for id in 1...3 as ClosedRange<Int64> {
      #expect(book.startAll() == [id])
      book.finished(job(id))
    }
    #expect(book.startAll().isEmpty)
    #expect(book.loaded == 0)
    #expect(book.running == 0)
  }

  @Test("conversations run side by side, also those of one lane")
  func sideBySide() {
    var book = WorkBook.holding([0, 1])
    book.read([job(1), job(2, of: 64), job(3), job(4, of: 1)])
    #expect(book.startAll() == [1, 2, 4])
    #expect(book.running == 3)
    book.finished(job(2, of: 64))
    #expect(book.startAll().isEmpty)
    book.finished(job(1))
    #expect(book.startAll() == [3])
  }

  @Test("a job read later queues up behind the one of its conversation that runs")
  func later() {
    var book = WorkBook.holding()
    book.read([job(1)])
    #expect(book.startAll() == [1])
    book.read([job(2)])
    #expect(book.startAll().isEmpty)
    book.finished(job(1))
    #expect(book.startAll() == [2])
  }

  @Test("keeps its order over more conversations than it keeps started ones in memory")
  func many() {
    var book = WorkBook.holding()
    let jobs = (0..<5000).map { job(Int64($0) + 1, of: Int64($0) * 64) }
    book.read(jobs)
    #expect(book.startAll() == jobs.map(\.id))
    for job in jobs { book.finished(job) }
    #expect(book.loaded == 0)
    book.read([job(6000)])
    #expect(book.startAll() == [6000])
  }

  @Test("jobs that were done together with the one before them end with it")
  func together() {
    var book = WorkBook.holding()
    book.read([job(1), job(2), job(3)])
    #expect(book.startAll() == [1])
    #expect(book.behind(job(1)).map(\.id) == [2, 3])
    book.finished(job(1), and: 1)
    #expect(book.loaded == 1)
    #expect(book.startAll() == [3])
  }

  @Test("reads each lane from behind what it has read of it")
  func cursors() {
    var book = WorkBook.holding([0, 1])
    #expect(book.cursors() == [[0, 0], [1, 0]])
    book.read([job(7), job(9), job(8, of: 1)])
    #expect(book.cursors() == [[0, 9], [1, 8]])
    #expect(book.startAll() == [7, 8])
    book.finished(job(7))
    #expect(book.cursors() == [[0, 9], [1, 8]])
  }

  @Test("reads only the lanes with news, and only those that it holds")
  func news() {
    var book = WorkBook.holding([0, 1, 2])
    #expect(book.cursors(.lanes([2, 0, 5])) == [[0, 0], [2, 0]])
    #expect(book.cursors(.lanes([5])).isEmpty)
    #expect(book.cursors(.nowhere).isEmpty)
    #expect(book.dueLanes(.lanes([2])) == [0, 1, 2])
  }

  @Test("keeps what it read when its lanes are renewed, and says whether any is new")
  func renewal() {
    var book = WorkBook()
    #expect(book.holds([(0, 1)], fairShare: 64) == true)
    book.read([job(1)])
    #expect(book.holds([(0, 1)], fairShare: 64) == false)
    #expect(book.startAll() == [1])
    #expect(book.holds([(0, 1), (1, 1)], fairShare: 64) == true)
    #expect(book.cursors() == [[0, 1], [1, 0]])
  }

  @Test("a new epoch of a lane forgets what was read under the old one, and of no other lane")
  func newEpoch() {
    var book = WorkBook.holding([0, 1])
    book.read([job(1), job(2), job(3, of: 1), job(4, of: 1)])
    #expect(book.startAll() == [1, 3])
    #expect(book.holds([(0, 2), (1, 1)], fairShare: 64) == true)
    #expect(book.loaded == 2)
    #expect(book.cursors() == [[0, 0], [1, 4]])
    book.read([job(1, epoch: 2), job(2, epoch: 2)])
    #expect(book.startAll() == [1])
  }

  @Test("a job of an older epoch that finishes, or is parked, changes nothing but the count of those that run")
  func staleEnd() {
    var book = WorkBook.holding()
    book.read([job(1), job(2, of: 64)])
    #expect(book.startAll() == [1, 2])
    _ = book.holds([(0, 2)], fairShare: 64)
    book.read([job(1, epoch: 2), job(2, of: 64, epoch: 2), job(3, epoch: 2)])
    #expect(book.startAll() == [1, 2])
    #expect(book.running == 4)

    #expect(book.behind(job(1)).isEmpty)
    #expect(book.startParking(job(2, of: 64)).isEmpty)
    book.finished(job(1))
    book.parked(job(2, of: 64))
    #expect(book.running == 2)
    #expect(book.loaded == 3)
    #expect(book.startAll().isEmpty)
    book.finished(job(1, epoch: 2))
    #expect(book.startAll() == [3])
  }

  @Test("a read that began under an older epoch brings nothing, and moves no cursor")
  func staleRead() throws {
    var book = WorkBook.holding()
    let read = book.startRead(.everywhere)
    let reading = try #require(read)
    _ = book.holds([(0, 2)], fairShare: 64)
    let epoch = try #require(reading.epochs[0])
    book.read([job(5, epoch: epoch)])
    book.replay([job(4, epoch: epoch, isAside: true)])
    #expect(book.startAll().isEmpty)
    #expect(book.loaded == 0)
    #expect(book.cursors() == [[0, 0]])
  }

  @Test("reads no further in lanes beyond its share, and gives them back once they are empty")
  func draining() {
    var book = WorkBook.holding([0, 1, 2])
    book.read([job(1, of: 2), job(2, of: 66), job(3, of: 1)])
    #expect(book.lanesToGiveBack().isEmpty)
    _ = book.holds([(0, 1), (1, 1), (2, 1)], fairShare: 1)
    #expect(book.cursors() == [[0, 0]])
    #expect(book.dueLanes(.everywhere) == [0])
    #expect(book.lanesToGiveBack().isEmpty)
    #expect(book.startAll() == [1, 2, 3])
    book.finished(job(3, of: 1))
    #expect(book.lanesToGiveBack() == [1])
    book.finished(job(1, of: 2))
    #expect(book.lanesToGiveBack() == [1])
    book.finished(job(2, of: 66))
    #expect(book.lanesToGiveBack().sorted() == [1, 2])
    book.gaveBack([1, 2])
    #expect(book.lanesHeld == 1)
  }

  @Test("reads on in a lane that is within its share again")
  func drainingEnds() {
    var book = WorkBook.holding([0, 1])
    book.read([job(5, of: 1)])
    _ = book.holds([(0, 1), (1, 1)], fairShare: 1)
    _ = book.holds([(0, 1), (1, 1)], fairShare: 2)
    #expect(book.cursors() == [[0, 0], [1, 5]])
  }

  @Test("keeps a lane beyond its share while a read of it, or a move aside, is under way")
  func slowReadOfDraining() {
    var book = WorkBook.holding([0, 1])
    _ = book.startRead(.everywhere)
    _ = book.holds([(0, 1), (1, 1)], fairShare: 1)
    #expect(book.lanesToGiveBack().isEmpty)
    book.read([(job(1, of: 1), true)])
    _ = book.startRead(.everywhere)
    #expect(book.lanesToGiveBack().isEmpty)
    #expect(book.aside() == [1])
    #expect(book.lanesToGiveBack().isEmpty)
    book.readAfterAll([])
    _ = book.startRead(.everywhere)
    #expect(book.lanesToGiveBack() == [1])
  }

  @Test("forgets what a read brings of a lane that was given back")
  func givenBackMeanwhile() {
    var book = WorkBook.holding([0, 1])
    _ = book.startRead(.everywhere)
    _ = book.holds([(0, 1), (1, 1)], fairShare: 1)
    book.read([job(1, of: 1)])
    book.gaveBack([1])
    #expect(book.loaded == 0)
    #expect(book.startAll().isEmpty)
    _ = book.holds([(0, 1), (1, 2)], fairShare: 2)
    book.read([job(1, of: 1, epoch: 2)])
    #expect(book.startAll() == [1])
  }
}
