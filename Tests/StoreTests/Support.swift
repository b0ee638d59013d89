import EventCore
import Foundation
import Synchronization

@testable import Store

/// A directory of its own for one test, gone with it.
final class Scratch: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "carillon-store-" + UUID().uuidString
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var state: String { path + "/state" }
    var database: String { state + "/carillon.db" }

    /// Every file in `state` but the log's index, which is rebuilt at will.
    func files() -> [String: [UInt8]] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: state)) ?? []
        return Dictionary(
            uniqueKeysWithValues: names.filter { !$0.hasSuffix("-shm") }.map {
                ($0, bytes(state + "/" + $0))
            })
    }

    /// A copy of the database and its log as a crash would leave them.
    func crashImage() throws -> Scratch {
        let image = Scratch()
        try FileManager.default.createDirectory(
            atPath: image.state, withIntermediateDirectories: true)
        for name in ["/carillon.db", "/carillon.db-wal"] {
            write(bytes(state + name), to: image.state + name)
        }
        return image
    }
}

func bytes(_ path: String) -> [UInt8] {
    [UInt8](FileManager.default.contents(atPath: path) ?? Data())
}

func write(_ bytes: [UInt8], to path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
}

/// A subscription that only its id tells apart.
func subscription(_ id: UInt64, deadline: Int64? = 2_000_000) -> StoredSubscription {
    StoredSubscription(
        id: id, event: "E_PIKE_BLOCKED", socket: "udp:127.0.0.1:\(id)", deadline: deadline,
        expire: 3_600, created: 1_000_000)
}

/// What a load handed over.
struct Loaded: Equatable {
    var events: [String] = []
    var subscriptions: [StoredSubscription] = []
    var keys: [StoredKey] = []
    var summary: LoadSummary?

    var ids: [UInt64] { subscriptions.map(\.id) }
}

extension SubscriptionStore {
    static func open(
        _ scratch: Scratch, _ change: (inout StoreConfiguration) -> Void = { _ in }
    ) throws -> SubscriptionStore {
        var configuration = StoreConfiguration()
        change(&configuration)
        return try open(directory: scratch.state, configuration: configuration)
    }

    func load(now: Int64 = 0) throws -> Loaded {
        var loaded = Loaded()
        loaded.summary = try load(
            now: now, event: { loaded.events.append($0) }, key: { loaded.keys.append($0) },
            subscription: { loaded.subscriptions.append($0) })
        return loaded
    }
}

/// What the store in `scratch` holds; opened, read and closed.
func stored(_ scratch: Scratch, now: Int64 = 0) throws -> Loaded {
    let store = try SubscriptionStore.open(scratch)
    defer { store.close() }
    return try store.load(now: now)
}

/// A core as far as a journal needs one: numbers changes, appends them under its lock, takes them back.
final class Core: JournalClient {
    struct State {
        var number: UInt64 = 0
        /// Appended, neither committed nor taken back: their numbers.
        var open: [UInt64] = []
        var committed: [UInt64] = []
        var takenBack: [UInt64] = []
        var errors: [JournalError] = []
    }

    let state = Lock(State())
    private let store: SubscriptionStore
    private let onCommitted: @Sendable (UInt64) -> Void
    /// Called by `failed` before it takes the lock: where other threads could still append.
    private let onFailed: @Sendable (Core) -> Void

    init(
        _ store: SubscriptionStore, onCommitted: @escaping @Sendable (UInt64) -> Void = { _ in },
        onFailed: @escaping @Sendable (Core) -> Void = { _ in }
    ) {
        self.store = store
        self.onCommitted = onCommitted
        self.onFailed = onFailed
        store.attach(self)
    }

    @discardableResult
    func append(_ change: Change) -> UInt64 {
        state.withLock { state in
            state.number += 1
            state.open.append(state.number)
            store.append(change, number: state.number)
            return state.number
        }
    }

    func put(_ ids: ClosedRange<UInt64>) {
        for id in ids { append(.put(subscription(id))) }
    }

    func committed(through number: UInt64) {
        state.withLock { state in
            state.committed += state.open.filter { $0 <= number }
            state.open.removeAll { $0 <= number }
        }
        onCommitted(number)
    }

    func failed(_ error: JournalError, abandon: () -> Void) {
        onFailed(self)
        state.withLock { state in
            abandon()
            state.errors.append(error)
            state.takenBack += state.open.reversed()
            state.open = []
        }
    }

    var committed: [UInt64] { state.withLock { $0.committed } }
    var open: [UInt64] { state.withLock { $0.open } }
    var takenBack: [UInt64] { state.withLock { $0.takenBack } }
    var errors: [JournalError] { state.withLock { $0.errors } }
}

/// A connection of an operator's, beside the store's.
func operatorConnection(_ scratch: Scratch) throws -> Connection {
    try Connection(
        scratch.database, keepsLog: true, isExclusive: false, busyMilliseconds: 0)
}
