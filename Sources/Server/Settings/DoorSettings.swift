internal import Net
internal import WireFormats

/// The settings of the FIFO and the datagram ports, read.
enum DoorSettings {
    /// Checks what can be checked without opening anything.
    static func check(_ settings: Settings) throws(StartError) {
        _ = try addresses(settings)
        _ = try sources(settings)
        for (name, path) in [
            ("fifo", settings.fifoPath), ("fifo-reply-directory", settings.fifoReplyDirectory),
        ] {
            if let path, !path.hasPrefix("/") {
                throw StartError("--\(name) \(path): expected an absolute path.")
            }
        }
    }

    /// `mi-datagram`. Nothing that other machines reach is opened while nobody has to say who they are.
    static func addresses(_ settings: Settings) throws(StartError) -> [DatagramAddress] {
        try settings.miDatagram.map { text throws(StartError) in
            let address = try ListenSetting.parse(text, name: "mi-datagram")
            guard settings.insecure || ListenSetting.isLocal(address) else {
                throw StartError(
                    "--mi-datagram \(text) can be reached from other machines, and a datagram does not say whose it is: "
                        + "use 127.0.0.1 or a UNIX socket, or add --insecure if a firewall protects it."
                )
            }
            switch address {
            case .unix(let path): return .unix(path: path)
            case .tcp(let host, let port):
                guard !settings.asksForCredentials || settings.miDatagramRoles != nil else {
                    throw StartError(
                        "--mi-datagram \(text): callers have to say who they are, and a UDP datagram cannot: "
                            + "use a UNIX socket, or say with --mi-datagram-role what its senders may."
                    )
                }
                return .udp(host: host, port: port)
            }
        }
    }

    /// `mi-datagram-source`.
    static func sources(_ settings: Settings) throws(StartError) -> [AddressRange] {
        try settings.miDatagramSources.map { text throws(StartError) in
            guard let block = AddressRange.parse(text) else {
                throw StartError(
                    "--mi-datagram-source \(text): expected an address or a block like 10.0.0.0/8.")
            }
            return block
        }
    }

    /// The directory a file lies in.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "" }
        return String(path[..<slash])
    }
}
