internal import RouteScript

/// Parameters of OpenSIPS's modules as settings of Carillon: a row each, so that a script's `modparam` does what it
/// did there.
enum ScriptParameters {
    /// What a parameter does here.
    enum Effect: Sendable {
        /// It gives this setting the text's value as it is.
        case setting(String)
        /// The same, once the value is put into Carillon's form; nil: it cannot be.
        case converted(String, expected: String, @Sendable (ScriptValue) -> String?)
        /// A part of `--listen`: httpd has address and port apart.
        case listenHost, listenPort
        /// A part of `--flood-limit`: pike counts requests in so many seconds.
        case floodCount, floodSeconds
        /// It names a statistic of the script.
        case statistic
        /// Carillon has no such thing, and why nothing is lost.
        case none(String)
    }

    /// One row.
    struct Row: Sendable {
        let module: String
        let name: String
        let effect: Effect

        init(_ module: String, _ name: String, _ effect: Effect) {
            self.module = module
            self.name = name
            self.effect = effect
        }
    }

    /// Every parameter of the modules that are Carillon's business. Those of other modules are all passed over.
    // One row a line:
    // swift-format-ignore
    static let table: [Row] = [
        Row("mi_fifo", "fifo_name", .setting("fifo")),
        Row("mi_fifo", "reply_dir", .setting("fifo-reply-directory")),
        Row("mi_fifo", "fifo_mode", .none("the FIFO is for its own user alone")),
        Row("mi_fifo", "fifo_user", .none("the FIFO is for its own user alone")),
        Row("mi_fifo", "fifo_group", .none("the FIFO is for its own user alone")),
        Row("mi_fifo", "reply_indent", .none("classic replies are indented by tabs")),
        Row("mi_fifo", "pretty_printing", .none("replies are compact")),
        Row("mi_fifo", "trace_destination", .none("there is no tracing")),
        Row("mi_fifo", "trace_bwlist", .none("there is no tracing")),
        Row("mi_datagram", "socket_name", .converted("mi-datagram", expected: "udp:HOST:PORT or a /path", datagramAddress)),
        Row("mi_datagram", "children_count", .none("one event loop serves all datagrams")),
        Row("mi_datagram", "unix_socket_mode", .none("the kernel says who sends")),
        Row("mi_datagram", "unix_socket_user", .none("the kernel says who sends")),
        Row("mi_datagram", "unix_socket_group", .none("the kernel says who sends")),
        Row("mi_datagram", "socket_timeout", .none("no reply waits for its receiver")),
        Row("mi_datagram", "reply_indent", .none("classic replies are indented by tabs")),
        Row("mi_datagram", "pretty_printing", .none("replies are compact")),
        Row("mi_datagram", "trace_destination", .none("there is no tracing")),
        Row("mi_datagram", "trace_bwlist", .none("there is no tracing")),
        Row("httpd", "ip", .listenHost),
        Row("httpd", "port", .listenPort),
        Row("httpd", "buf_size", .none("answers have the room they need")),
        Row("httpd", "post_buf_size", .none("the setting is body-max")),
        Row("httpd", "receive_buf_size", .none("answers have the room they need")),
        Row("httpd", "conn_timeout", .none("the setting is idle-seconds")),
        Row("httpd", "max_connections", .setting("connections-max")),
        Row("mi_http", "root", .converted("", expected: "mi, as MI is served at /mi", { $0 == ScriptValue("mi") ? "" : nil })),
        Row("mi_http", "pretty_printing", .none("replies are compact")),
        Row("mi_http", "trace_destination", .none("there is no tracing")),
        Row("mi_http", "trace_bwlist", .none("there is no tracing")),
        Row("mi_json", "root", .converted("", expected: "json, as it is served at /json", { $0 == ScriptValue("json") ? "" : nil })),
        Row("mi_json", "pretty_printing", .none("replies are compact")),
        Row("event_rabbitmq", "heartbeat", .none("connections are watched anyhow")),
        Row("event_rabbitmq", "connect_timeout", .none("no raise waits for a broker")),
        Row("event_rabbitmq", "timeout", .none("no raise waits for a broker")),
        Row("event_rabbitmq", "use_tls", .none("say so in the socket")),
        Row("event_jsonrpc", "sync_mode", .none("no raise waits for a subscriber")),
        Row("event_jsonrpc", "timeout", .none("the socket's option is timeout")),
        Row("event_jsonrpc", "event_param", .none("the event's name is the method")),
        Row("event_stream", "reliable_mode", .none("the socket's option is mode")),
        Row("event_stream", "timeout", .none("the socket's option is timeout")),
        Row("event_stream", "event_param", .none("the event's name is the method")),
        Row("event_xmlrpc", "use_struct_param", .none("named params are members of a struct")),
        Row("event_virtual", "failover_timeout", .none("members fail over when a delivery fails")),
        Row("event_flatstore", "max_open_sockets", .none("files are opened as needed")),
        Row("event_flatstore", "delimiter", .none("values are separated by commas")),
        Row("event_flatstore", "escape_delimiter", .none("values are separated by commas")),
        Row("event_flatstore", "file_permissions", .none("files are for their own user")),
        Row("event_flatstore", "suppress_event_name", .none("the name is written")),
        Row("event_flatstore", "rotate_period", .none("files are rotated from outside")),
        Row("event_flatstore", "rotate_count", .none("files are rotated from outside")),
        Row("event_flatstore", "rotate_size", .none("files are rotated from outside")),
        Row("event_flatstore", "suffix", .none("the socket's path is the file's")),
        Row("pike", "sampling_time_unit", .floodSeconds),
        Row("pike", "reqs_density_per_unit", .floodCount),
        Row("pike", "remove_latency", .setting("flood-block-seconds")),
        Row("pike", "check_route", .none("requests over HTTP are counted, not SIP")),
        Row("pike", "pike_log_level", .none("the setting is log-level")),
        Row("statistics", "variable", .statistic),
        Row("statistics", "stat_groups", .none("groups need not be declared")),
        Row("statistics", "stat_iter_limit", .none("groups need not be declared")),
    ]

    /// The rows of a module, empty for one that is none of Carillon's business.
    static func rows(of module: String) -> [Row] { table.filter { $0.module == module } }

    /// `udp:127.0.0.1:8765` or `/path`, as the setting has it.
    @Sendable private static func datagramAddress(_ value: ScriptValue) -> String? {
        let text = value.description
        if text.hasPrefix("/") { return text }
        guard text.hasPrefix("udp:"), text.utf8.count > 4 else { return nil }
        return String(text.dropFirst(4))
    }
}
