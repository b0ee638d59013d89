/// The modules of OpenSIPS that a script may load: Carillon has their part built in, or the script needs nothing of
/// them.
enum ScriptModules {
    /// Every name that `loadmodule` knows, without `.so`.
    static let known: Set<String> = Set(
        waysOut + waysIn + functions + proxy)

    /// Transports of events.
    private static let waysOut = [
        "event_datagram", "event_flatstore", "event_jsonrpc", "event_kafka", "event_rabbitmq",
        "event_route", "event_routing", "event_sqs", "event_stream", "event_virtual",
        "event_xmlrpc",
    ]

    /// The management interface and what it listens with.
    private static let waysIn = [
        "httpd", "mi_datagram", "mi_fifo", "mi_html", "mi_http", "mi_json", "mi_script",
        "mi_xmlrpc", "mi_xmlrpc_ng",
    ]

    /// Modules whose functions and variables scripts here can use.
    private static let functions = [
        "avpops", "cachedb_local", "cfgutils", "mathops", "pike", "rest_client", "statistics",
        "textops", "tm", "sipmsgops", "maxfwd",
    ]

    /// Modules that a proxy's script loads; Carillon is none, so nothing of theirs is needed.
    private static let proxy = [
        "acc", "aaa_radius", "alias_db", "auth", "auth_db", "b2b_entities", "b2b_logic",
        "cachedb_redis", "call_center", "callops", "clusterer", "db_flatstore", "db_http",
        "db_mysql", "db_postgres", "db_sqlite", "db_text", "dialog", "dialplan", "dispatcher",
        "domain", "drouting", "enum", "event_routing", "exec", "fraud_detection", "gflags",
        "group", "json", "load_balancer", "mid_registrar", "nat_traversal", "nathelper", "options",
        "permissions", "presence", "presence_dialoginfo", "presence_mwi", "presence_xml",
        "proto_bin", "proto_hep", "proto_smpp", "proto_tcp", "proto_tls", "proto_udp", "proto_ws",
        "proto_wss", "pua", "qos", "qrouting", "ratelimit", "regex", "registrar", "rr", "rtpengine",
        "rtpproxy", "signaling", "siptrace", "sl", "sipcapture", "sockets_mgm", "speeddial",
        "sql_cacher", "sqlops", "sst", "stir_shaken", "stun", "tls_mgm", "tls_openssl",
        "tls_wolfssl", "topology_hiding", "tracer", "uac", "uac_auth", "uac_redirect",
        "uac_registrant", "uri", "userblacklist", "usrloc", "xcap", "xcap_client", "xml",
    ]

    /// Every name of a global parameter that scripts set and Carillon has no use for.
    static let idleGlobals: Set<String> = [
        "abort_on_assert", "advertised_address", "advertised_port", "alias", "auto_aliases",
        "auto_scaling_cycle", "auto_scaling_profile", "check_via", "children", "chroot",
        "db_default_url", "db_max_async_connections", "db_version_table", "debug", "debug_mode",
        "disable_503_translation", "disable_core_dump", "disable_dns_blacklist",
        "disable_dns_failover", "disable_stateless_fwd", "disable_tcp", "disable_tls", "dns",
        "dns_retr_no", "dns_retr_time", "dns_servers_no", "dns_try_ipv6", "dns_try_naptr",
        "dns_use_search_list", "dst_blacklist", "enable_asserts", "event_pkg_threshold",
        "event_shm_threshold", "exec_dns_threshold", "exec_msg_threshold", "fork", "gid", "group",
        "listen", "log_facility", "log_level_filter", "log_name", "log_prefix", "log_stderror",
        "log_stdout", "max_while_loops", "maxbuffer", "mcast_loopback", "mcast_ttl", "mem-group",
        "memdump", "memlog", "mhomed", "mpath", "open_files_limit", "port", "reply_to_via",
        "restart_persistency_cache_file", "rev_dns", "server_header",
        "server_signature", "shm_hash_split_percentage",
        "sip_warning", "socket", "stderror_enabled", "stderror_level_filter", "syslog_enabled",
        "syslog_facility", "syslog_level_filter", "syslog_name", "tcp_accept_aliases",
        "tcp_children", "tcp_connect_timeout", "tcp_connection_lifetime", "tcp_keepalive",
        "tcp_max_connections", "tcp_max_msg_chunks", "tcp_no_new_conn_bflag", "tcp_socket_backlog",
        "tcp_threshold", "tcp_workers", "timer_partitions", "timer_workers", "tos", "udp_workers",
        "uid", "user", "user_agent_header", "wdir", "xlog_buf_size", "xlog_force_color",
        "xlog_level", "xlog_print_level",
    ]
}
