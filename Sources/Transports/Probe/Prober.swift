internal import Dispatch
public import EventCore
public import Net
internal import Synchronization
internal import WireFormats

/// Tests subscribers: each test has a transport of its own, which goes with it.
public final class Prober: ProbeControl {
    /// A transport for one test, without retries: the one of this scheme, which tells the witness what it sees. Nil
    /// where none has the scheme.
    public typealias Make =
        @Sendable (_ scheme: String, AttemptWitness) throws(SystemError) -> (any Transport)?

    private let make: Make
    private let routes: any RouteControl
    private let state = Lock(State())
    private let queue = DispatchQueue(label: "carillon.probe", attributes: .concurrent)

    private struct State {
        var underWay: [UInt64: Running] = [:]
        var newest: UInt64 = 0
        var isStopped = false
    }

    private struct Running {
        let answer: CommandContinuation
        var probes: [SocketProbe] = []
    }

    /// Tests at a time; one more is refused.
    public static let testsMax = 8
    /// The param of a test's message; its value is the name of the test.
    public static let param = "carillon_test"

    /// A prober; `routes` runs event_routes.
    public init(routes: any RouteControl, make: @escaping Make) {
        self.make = make
        self.routes = routes
    }

    /// See `ProbeControl`.
    public func probe(_ request: ProbeRequest, _ answer: @escaping CommandContinuation) {
        let number = state.withLock { state -> UInt64? in
            guard !state.isStopped, state.underWay.count < Self.testsMax else { return nil }
            state.newest += 1
            state.underWay[state.newest] = Running(answer: answer)
            return state.newest
        }
        guard let number else {
            let words = "\(Self.testsMax) tests are under way, or the service is stopping."
            return answer(.failure(CommandError(.serviceUnavailable, words)))
        }
        // Reading sockets, making transports: not on the thread that asks.
        queue.async { self.begin(number, request) }
    }

    /// Ends all tests, and begins none any more.
    public func stop() {
        let probes = state.withLock { state in
            state.isStopped = true
            return state.underWay.values.flatMap(\.probes)
        }
        for probe in probes { probe.stop() }
    }

    // MARK: One test

    /// What all parts of a test share.
    private struct Test: Sendable {
        let number: UInt64
        let request: ProbeRequest
        let occurrence: Occurrence
    }

    /// A part of a test: one socket, with secrets and without.
    private struct Part: Sendable {
        let text: String
        let shown: String
        /// The name of its transport; of a member its scheme, until the transport is there.
        var transport: String

        var scheme: String { String(text.prefix { $0 != ":" }) }
    }

    private func begin(_ number: UInt64, _ request: ProbeRequest) {
        let now = Clock.now()
        // No raise has such an id: those of this process have the time at which it began.
        let id = OccurrenceID(epoch: now.wall, sequence: number)
        let params = Params(named: [(Self.param, .string(id.description))])
        let test = Test(
            number: number, request: request,
            occurrence: Occurrence(id: id, event: request.event, params: params, time: now.wall))
        let whole = Part(
            text: request.socketText, shown: request.shownSocket, transport: request.transport)
        // The canonical text of a group: its policy and its members, with blanks between.
        let words = whole.text.split(separator: " ").map(String.init)
        if whole.scheme == Self.groupScheme, words.count > 1,
            let policy = VirtualPolicy(rawValue: String(words[0].dropFirst(whole.scheme.count + 1)))
        {
            let shown = whole.shown.split(separator: " ").map(String.init)
            let members = zip(words, shown).dropFirst().map { text, shown in
                Part(text: text, shown: shown, transport: String(text.prefix { $0 != ":" }))
            }
            run(members, policy, whole, of: test, began: now.boot)
        } else {
            run(whole, of: test) { self.end(number, $0) }
        }
    }

    private static let groupScheme = "virtual"

    private func run(
        _ members: [Part], _ policy: VirtualPolicy, _ whole: Part, of test: Test, began: Int64
    ) {
        let results = Lock([ProbeView?](repeating: nil, count: members.count))
        for (place, member) in members.enumerated() {
            queue.async {
                self.run(member, of: test) { result in
                    let views = results.withLock { results in
                        results[place] = result
                        return results.compactMap { $0 }
                    }
                    guard views.count == members.count else { return }
                    var sum = self.view(
                        whole, of: test, GroupDiagnosis.finding(views.map(\.finding), policy))
                    sum.members = views
                    sum.microseconds = (Clock.boot() - began) / 1_000
                    self.end(test.number, sum)
                }
            }
        }
    }

    private func run(
        _ part: Part, of test: Test, _ done: @escaping @Sendable (ProbeView) -> Void
    ) {
        if part.scheme == ProbeRoute.scheme {
            return ProbeRoute.run(part.text, test.occurrence, on: routes) { finding, attempt in
                done(self.view(part, of: test, finding, attempt, attempt?.facts.microseconds ?? 0))
            }
        }
        var part = part
        let witness = AttemptWitness()
        let transport: any Transport
        let socket: Socket
        do throws(SystemError) {
            guard let made = try make(part.scheme, witness) else {
                return done(view(part, of: test, Self.unreadable))
            }
            transport = made
            part.transport = made.name
        } catch {
            return done(view(part, of: test, Diagnosis.finding(.failed, error.words)))
        }
        do throws(SocketError) {
            socket = try transport.parse(SocketText.parse(part.text))
        } catch {
            return done(view(part, of: test, Self.finding(error)))
        }
        let probe = SocketProbe(
            through: transport, ProbeObservation.Kind(scheme: part.scheme), witness: witness,
            occurrence: test.occurrence, queue: queue
        ) { [part] seen, attempt in
            done(self.view(part, of: test, Diagnosis.finding(seen), attempt, seen.microseconds))
        }
        let mayStart = state.withLock { state in
            state.underWay[test.number]?.probes.append(probe)
            return !state.isStopped
        }
        probe.start(
            to: socket, timeoutMilliseconds: mayStart ? test.request.timeoutMilliseconds : 0)
    }

    private func end(_ number: UInt64, _ view: ProbeView) {
        let running = state.withLock { $0.underWay.removeValue(forKey: number) }
        running?.answer(.success(.probed(view)))
    }

    private func view(
        _ part: Part, of test: Test, _ finding: ProbeFinding, _ attempt: AttemptView? = nil,
        _ microseconds: Int64 = 0
    ) -> ProbeView {
        ProbeView(
            subscription: test.request.subscription, event: test.request.event, socket: part.shown,
            transport: part.transport, finding: finding, microseconds: microseconds,
            attempt: attempt)
    }

    private static let unreadable = Diagnosis.finding(
        .failed, "no transport has such sockets any more")

    /// What it means that a socket which was taken once is refused now.
    private static func finding(_ error: SocketError) -> ProbeFinding {
        Diagnosis.finding(error.reason == .forbidden ? .addressForbidden : .failed, error.message)
    }
}

extension ProbeObservation.Kind {
    /// Of a scheme.
    fileprivate init(scheme: String) {
        self =
            switch scheme {
            case "udp": .udp
            case "unix": .unix
            case "flatstore": .file
            case "http", "https", "xmlrpc": .http
            case "rabbitmq": .broker
            case "route": .route
            default: .stream
            }
    }
}
