internal import EventCore
internal import Net
struct MI: Sendable {
    let interface: EventInterface
    func answer(_ request: borrowing HTTPRequest, _ response: inout HTTPResponse) -> HTTPAnswer { .ready }
}
