internal import Logging
internal import Postgres
internal import Synchronization

/// Keeping lanes, and giving them back.
extension QueueConsumer {
  /// One renewal at a time: the answer of an earlier one must not undo a later one's.
  func keepLeases() async throws {
    await renew()
    for await _ in renewals.rings { await renew() }
  }

  func keepRenewing() async throws {
    while !Task.isCancelled {
      try? await Task.sleep(for: configuration.lease / 3)
      renewals.ring()
    }
  }

  func renew() async {
    let sent = ContinuousClock.now
    let givingBack = book.lanesToGiveBack()
    do {
      let rows = try await leases.run([
        .synchronousCommit(false), statements.lease(ttl: configuration.lease, givingBack: givingBack),
      ])[1]
      let held = try rows.map {
        (lane: try $0.int("lane"), epoch: try $0.int64("epoch"), isSuspect: try $0.bool("suspect"))
      }
      let fair = try rows.first.map { try $0.int("fair") } ?? 64
      book.gaveBack(givingBack)
      hold(held, until: sent + configuration.lease)
      // Lanes that are new, or new again after a start of the server, before which nothing said of sleeping counts.
      if book.holds(held.map { ($0.lane, $0.epoch) }, fairShare: fair) { isSleeping = false }
      isPaused = try rows.first?.bool("paused") ?? false
      deadline.extend(to: sent + configuration.lease)
      configuration.onStep?(.leased)
      if !book.lanesToGiveBack().isEmpty { renewals.ring() }
      setStatus(failure: nil)
      doorbell.ring(.everywhere)
    } catch {
      setStatus(failure: "leases could not be renewed: \(error)")
      logger.debug("leases could not be renewed", metadata: ["error": "\(error)"])
    }
  }

  func hold(
    _ held: [(lane: Int, epoch: Int64, isSuspect: Bool)], until instant: ContinuousClock.Instant
  ) {
    var kept: [Int: HeldLane] = [:]
    for (lane, epoch, isSuspect) in held {
      if let known = lanes[lane], known.epoch == epoch {
        known.deadline.extend(to: instant)
        kept[lane] = known
      } else {
        kept[lane] = HeldLane(
          epoch: epoch, deadline: LeaseDeadline(instant), suspectSince: isSuspect ? .now : nil)
      }
    }
    for (lane, old) in lanes where kept[lane]?.epoch != old.epoch { old.deadline.end() }
    lanes = kept
  }

  func leave() async {
    configuration.onStep?(.leaving)
    hold([], until: .now)
    _ = try? await pool.run([.synchronousCommit(false), statements.leave()])
    _ = book.holds([], fairShare: 64)
    setStatus(failure: "stopped")
  }

  func keepPolling() async throws {
    while !Task.isCancelled {
      try? await Task.sleep(for: configuration.poll)
      doorbell.ring(.everywhere)
    }
  }

  func setStatus(failure: String?) {
    statusBox.withLock {
      $0 = Status(lanes: book.lanesHeld, running: book.running, isPaused: isPaused, failure: failure)
    }
    meters.holds(lanes: book.lanesHeld)
  }
}
