import ChildProcesses
import Cryptography
import LocalCluster
import LocalFleet

/// Requests through real sockets to a real `ingress` with a PostgreSQL of its own.
struct DoorFuzz: Sendable {
  struct Outcome: Sendable {
    var counts = DoorTally.Counts()
    var crashes: [FuzzCrash] = []
    /// Bytes that the ingress held after warm-up and at the end.
    var residentAfterWarmUp = 0
    var residentAtEnd = 0

    var growth: Double {
      residentAfterWarmUp == 0 ? 0 : Double(residentAtEnd) / Double(residentAfterWarmUp) - 1
    }
  }

  /// The share of the cases that count as warm-up.
  private static let warmUp = 0.2
  /// Seconds without a byte: the door has to answer within five.
  private static let patience = 10

  let cases: Int
  let connections: Int
  let seed: UInt64
  let seeds: [[UInt8]]
  /// The folder of `ingress` and `martlet`.
  let executables: String

  func run() async throws -> Outcome {
    try await LocalCluster.withThrowaway { cluster in
      try await cluster.createDatabase("martlet")
      var plan = FleetPlan(executables: executables, databaseURL: cluster.url(database: "martlet"))
      // The least that still tells the ports.
      plan.logLevel = "notice"
      plan.replicas = [.simulator: 0, .identity: 0, .nlu: 0, .outbound: 0]
      let fleet = LocalFleet(plan)
      do {
        try await fleet.start()
        let outcome = try await attack(fleet)
        await fleet.stop()
        return outcome
      } catch {
        await fleet.stop()
        throw error
      }
    }
  }

  private func attack(_ fleet: LocalFleet) async throws -> Outcome {
    let ingress = try fleet.instance("ingress-1")
    let tally = DoorTally()
    var outcome = Outcome()
    let first = Int(Double(cases) * Self.warmUp)
    // The largest bodies belong to the warm-up: buffers of their size stay.
    outcome.crashes += try await wave(fleet, ingress, tally, cases: first, salt: 1, opening: seeds)
    outcome.residentAfterWarmUp = try await resident(ingress)
    outcome.crashes += try await wave(fleet, ingress, tally, cases: cases - first, salt: 2, opening: [])
    outcome.residentAtEnd = try await resident(ingress)
    outcome.counts = tally.counts
    return outcome
  }

  /// At rest: what the last large body took has been given back by then.
  private func resident(_ ingress: FleetInstance) async throws -> Int {
    try await Task.sleep(for: .seconds(2))
    return ResidentMemory.bytes(ingress.processID)
  }

  /// - Parameter opening: Bodies sent unchanged before the cases.
  private func wave(
    _ fleet: LocalFleet, _ ingress: FleetInstance, _ tally: DoorTally, cases: Int, salt: UInt64, opening: [[UInt8]]
  ) async throws -> [FuzzCrash] {
    guard let port = ingress.publicPort else { return [] }
    let senders = (0..<connections).map { number in
      DoorSender(
        port: port, patience: Self.patience, credentials: fleet.plan.credentials,
        seed: seed &+ salt &* 15_485_863 &+ UInt64(number) &* 32_452_843, seeds: seeds,
        opening: number == 0 ? opening : [], cases: cases / connections + (number < cases % connections ? 1 : 0),
        tally: tally)
    }
    let lasts = await withTaskGroup(of: [UInt8]?.self) { group in
      for sender in senders { group.addTask { await sender.run() } }
      return await group.reduce(into: [[UInt8]]()) { if let last = $1 { $0.append(last) } }
    }
    try Task.checkCancellation()
    guard !ingress.isRunning else { return [] }
    try await fleet.restart("ingress-1")
    return lasts.map { FuzzCrash(part: "door", how: "the ingress ended", input: $0) }
  }
}

/// One connection after the other, on a thread of its own.
private struct DoorSender: Sendable {
  let port: Int
  let patience: Int
  let credentials: FleetCredentials
  let seed: UInt64
  let seeds: [[UInt8]]
  let opening: [[UInt8]]
  let cases: Int
  let tally: DoorTally

  /// Returns what it sent last when nobody listens any more.
  func run() async -> [UInt8]? {
    await withCheckedContinuation { continuation in
      OwnThread { continuation.resume(returning: send()) }.start()
    }
  }

  private func send() -> [UInt8]? {
    var random = SeededRandom(seed: seed)
    let mutator = Mutator(seeds)
    var connection = BlockingConnection(port: port, limit: patience)
    for number in 0..<(opening.count + cases) {
      let isOpening = number < opening.count
      let body = isOpening ? opening[number] : mutator.next(&random)
      let request =
        isOpening
        ? DoorCase(signed: body, secret: credentials.appSecret)
        : DoorCase(body, secret: credentials.appSecret, verifyToken: credentials.verifyToken, &random)
      if connection == nil { connection = BlockingConnection(port: port, limit: patience) }
      guard let answer = exchange(request, on: &connection) else { return request.bytes }
      if !isOpening { tally.add(request, answer.answer, leaks: leaks(answer.answer, request)) }
    }
    return nil
  }

  /// Nil when nobody listens.
  private func exchange(
    _ request: DoorCase, on connection: inout BlockingConnection?
  ) -> (answer: BlockingConnection.Answer?, Void)? {
    var isSecondTry = false
    while true {
      if connection == nil { connection = BlockingConnection(port: port, limit: patience) }
      guard let open = connection.take() else { return nil }
      let isSent = open.send(request.bytes)
      if request.form == .head { open.finish() }
      let answer = open.receive()
      // A kept connection may have been closed just before: that says nothing about this request.
      if !isSecondTry, request.form != .head, answer.map({ $0.bytes.isEmpty }) ?? false || !isSent && answer == nil {
        isSecondTry = true
        continue
      }
      if request.form != .head, answer?.isWhole == true, answer?.status != 413 { connection = consume open }
      return (answer, ())
    }
  }

  private func leaks(_ answer: BlockingConnection.Answer?, _ request: DoorCase) -> Bool {
    guard let answer, answer.bytes.count > 20 else { return false }
    let digest = HMACSHA256.authenticate(key: credentials.appSecret.utf8, message: request.body)
    return DigestLeak.writings(of: digest, name: "").contains { answer.bytes.holds(Array($0.text.utf8)) }
  }
}
