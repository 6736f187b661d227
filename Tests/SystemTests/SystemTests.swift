import Testing

/// The real executables, one system at a time: each test fills both cores.
@Suite("The system", .serialized)
struct SystemTests {}
