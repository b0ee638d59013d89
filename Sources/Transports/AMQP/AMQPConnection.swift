internal import Crabbitmq
internal import EventCore
internal import Glibc
internal import Net
internal import WireFormats

/// One connection with a broker, through librabbitmq. Belongs to one thread; a call blocks it for
/// no longer than its timeout. After a failure of any call only `deinit` may follow: the peer may
/// be dead, and is not spoken to any more (rabbitmq-c #313, #380: closing politely hangs).
final class AMQPConnection {
    /// The broker's address, for sentences.
    let peer: String

    private let broker: AMQPBroker
    private let address: IPAddress
    private let lifeline: AMQPLifeline
    private let handle: amqp_connection_state_t
    /// What TLS compares the certificate with; the library keeps both pointers.
    private let hostName: UnsafeMutablePointer<CChar>
    private let tls: UnsafeMutablePointer<carillon_amqp_tls>
    private var reader: AMQPFrameReader
    private var writer = AMQPWriter()

    /// A connection that is not open yet. Throws when there is no memory.
    init(
        broker: AMQPBroker, address: IPAddress, lifeline: AMQPLifeline
    ) throws(AMQPFailure) {
        self.broker = broker
        self.address = address
        self.lifeline = lifeline
        peer = HostPort(host: .address(address), port: broker.address.port).text
        reader = AMQPFrameReader(password: broker.password)
        guard let handle = amqp_new_connection(),
            let hostName = strdup(Self.certified(broker.address.host))
        else { throw AMQPFailure(.system, "no memory left") }
        self.handle = handle
        self.hostName = hostName
        tls = .allocate(capacity: 1)
        var isAddress: Int32 = 0
        if case .address = broker.address.host { isAddress = 1 }
        tls.initialize(
            to: carillon_amqp_tls(
                host: hostName, is_address: isAddress, verify_result: 0, certificate_end: 0))
    }

    deinit {
        lifeline.letGo()
        // Closes the descriptor without a word to the peer.
        amqp_destroy_connection(handle)
        tls.deallocate()
        free(hostName)
    }

    /// What poll watches.
    var descriptor: Int32 { amqp_get_sockfd(handle) }

    /// How often each side shows that it lives, as both agreed when we logged in.
    var heartbeatSeconds: Int { Int(amqp_get_heartbeat(handle)) }

    // MARK: Opening

    /// Goes on with a connected descriptor, which it owns from now on.
    func adopt(_ descriptor: Int32) {
        // Nil only without memory: then there is no descriptor to log in on, which fails.
        guard let socket = amqp_tcp_socket_new(handle) else {
            close(descriptor)
            return
        }
        amqp_tcp_socket_set_sockfd(socket, descriptor)
    }

    /// Connects with TLS 1.2 or newer, peer and name verified. Throws `.tls` among others.
    func openSecurely(until deadline: Int64, authorities: String?) throws(AMQPFailure) {
        guard let socket = amqp_ssl_socket_new(handle) else {
            throw AMQPFailure(.system, "no memory left")
        }
        guard carillon_amqp_secure(socket, tls, authorities) == 1 else {
            throw AMQPFailure(.tls, "the certificate authorities cannot be read")
        }
        let left = max(1, (deadline - Clock.boot()) / 1_000_000)
        let status = carillon_amqp_open(
            socket, address.description, Int32(broker.address.port), Int32(clamping: left))
        guard status >= 0 else {
            var failure = AMQPFailure(status: status, peer: peer)
            if failure.reason == .tls {
                failure.tls =
                    TLSTrouble(verifyResult: tls.pointee.verify_result) ?? .failed(failure.words)
            }
            throw failure
        }
        guard lifeline.hold(descriptor) else { throw AMQPFailure(.connect, "stopping") }
    }

    /// When the broker's certificate ends, milliseconds since 1970; nil without TLS, or before it stands.
    var certificateEnd: Int64? {
        let seconds = tls.pointee.certificate_end
        return seconds == 0 ? nil : seconds * 1_000
    }

    /// Shakes hands and logs in. Throws `.rejected` when the broker refuses user, password or
    /// virtual host.
    func logIn(_ settings: AMQPSettings) throws(AMQPFailure) {
        setWriteTimeout(settings.writeTimeoutMilliseconds)
        let loginTimeout = Int32(clamping: settings.loginTimeoutMilliseconds)
        try check(carillon_amqp_set_login_timeout(handle, loginTimeout))
        let replyTimeout = Int32(clamping: settings.replyTimeoutMilliseconds)
        try check(carillon_amqp_set_reply_timeout(handle, replyTimeout))
        let reply = broker.virtualHost.withCString { virtualHost in
            broker.user.withCString { user in
                broker.password.bytes.withCString { password in
                    carillon_amqp_login(
                        handle, virtualHost, AMQP_DEFAULT_FRAME_SIZE,
                        Int32(settings.heartbeatSeconds), user, password)
                }
            }
        }
        try check(reply)
    }

    /// How long written bytes may stay unread before the kernel gives the connection up; 0 = for
    /// ever.
    func setWriteTimeout(_ milliseconds: Int) {
        var time = UInt32(clamping: milliseconds)
        // It can only fail on a descriptor that is none: then writing fails too.
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &time,
            socklen_t(MemoryLayout<UInt32>.size))
    }

    // MARK: Channels and messages

    /// Opens a channel on which messages are confirmed.
    func openChannel(_ channel: UInt16) throws(AMQPFailure) {
        amqp_channel_open(handle, channel)
        try check(amqp_get_rpc_reply(handle))
        amqp_confirm_select(handle, channel)
        try check(amqp_get_rpc_reply(handle))
    }

    /// Closes a channel on which everything is answered.
    func closeChannel(_ channel: UInt16) throws(AMQPFailure) {
        try check(amqp_channel_close(handle, channel, AMQP_REPLY_SUCCESS))
    }

    /// Acknowledges that the broker closed a channel; its number can be used again.
    func confirmClosed(_ channel: UInt16) throws(AMQPFailure) {
        var method = amqp_channel_close_ok_t()
        try check(amqp_send_method(handle, channel, carillon_amqp_channel_close_ok, &method))
    }

    /// Publishes one delivery, to be returned where no queue takes it.
    func publish(
        _ delivery: QueuedDelivery<AMQPTarget>, on channel: UInt16
    ) throws(AMQPFailure) {
        try check(writer.publish(delivery, on: channel, of: handle))
    }

    /// What the broker said since the last time; nil when there is nothing more. Also sends
    /// heartbeats that are due, and throws when those of the broker are overdue.
    func nextEvent() throws(AMQPFailure) -> AMQPEvent? {
        while true {
            var frame = amqp_frame_t()
            let status = carillon_amqp_next_frame(handle, &frame)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try check(status)
            let event = reader.read(frame)
            amqp_maybe_release_buffers_on_channel(handle, frame.channel)
            if let event { return event }
        }
    }

    /// Ends the connection as the protocol wants it, for a broker that has just answered; gives up
    /// soon.
    func closePolitely() {
        guard carillon_amqp_set_reply_timeout(handle, 500) == AMQP_STATUS_OK.rawValue else {
            return
        }
        // However it ends: the connection goes in any case.
        _ = amqp_connection_close(handle, AMQP_REPLY_SUCCESS)
    }

    // MARK: Errors

    private func check(_ status: Int32) throws(AMQPFailure) {
        guard status < 0 else { return }
        throw AMQPFailure(status: status, peer: peer)
    }

    private func check(_ reply: amqp_rpc_reply_t) throws(AMQPFailure) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            let refusal = reader.refusal(in: reply.reply)
            throw AMQPFailure(
                .rejected, "\(peer) says: \(refusal?.words ?? "no reason given")",
                answer: refusal?.answer ?? .none)
        default: throw AMQPFailure(status: reply.library_error, peer: peer)
        }
    }

    /// The host as certificates name it: a name, or an address without brackets.
    private static func certified(_ host: Host) -> String {
        switch host {
        case .name(let name): name
        case .address(let address): address.description
        }
    }
}

extension [UInt8] {
    /// Lends the bytes as a C string; none of them is 0.
    fileprivate func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            // The final 0 is there: the buffer has an address.
            body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}
