/// What is known of an event whose name exists before anybody subscribes to it.
public struct EventDescription: Sendable, Equatable {
    /// The event's name.
    public let name: String
    /// The module that exports it; `script` for dynamic events, as OpenSIPS says.
    public let module: String
    /// Its params' names, in the order in which the module sends them; empty where they are free.
    public let params: [String]
    /// When it is raised, one sentence.
    public let summary: String

    /// A description.
    public init(name: String, module: String, params: [String], summary: String) {
        self.name = name
        self.module = module
        self.params = params
        self.summary = summary
    }
}

/// The events of OpenSIPS 4.0.1, in the order of their ids: name, exporting module, params, when it is raised.
/// The core's first six come first, as there; `E_CORE_LOG` is the core's last.
public enum OpenSIPSEvents {
    /// The whole catalogue.
    public static let catalogue: [EventDescription] = [
        row(
            "E_CORE_SR_STATUS_CHANGED", "core",
            "group identifier status details old_status",
            "The status of a Status/Report identifier changed."),
        row(
            "E_CORE_THRESHOLD", "core",
            "source time extra",
            "DNS, database or message processing took longer than the threshold; time in "
                + "microseconds."),
        row(
            "E_CORE_SHM_THRESHOLD", "core",
            "usage threshold used size",
            "Shared memory passed its threshold; usage in percent."),
        row(
            "E_CORE_PKG_THRESHOLD", "core",
            "usage threshold used size pid",
            "Private memory of a process passed its threshold; usage in percent."),
        row(
            "E_CORE_PROC_AUTO_SCALE", "core",
            "group_type group_filter group_load scale process_id pid",
            "Auto-scaling forked or ended a process."),
        row(
            "E_CORE_TCP_DISCONNECT", "core",
            "src_ip src_port dst_ip dst_port proto",
            "A TCP, TLS or WebSocket connection ended."),
        row("E_PIKE_BLOCKED", "pike", "ip", "An IP address passed the flood limit."),
        row(
            "E_DLG_STATE_CHANGED", "dialog",
            "id db_id callid from_tag to_tag old_state new_state",
            "A dialog changed its state."),
        row("E_UL_AOR_INSERT", "usrloc", "domain aor", "An address of record entered memory."),
        row("E_UL_AOR_DELETE", "usrloc", "domain aor", "An address of record left memory."),
        row(
            "E_UL_CONTACT_INSERT", "usrloc",
            "domain aor uri received path qval user_agent socket bflags expires callid cseq "
                + "attr latency shtag",
            "A contact was added."),
        row(
            "E_UL_CONTACT_UPDATE", "usrloc",
            "domain aor uri received path qval user_agent socket bflags expires callid cseq "
                + "attr latency shtag",
            "A contact was refreshed."),
        row(
            "E_UL_CONTACT_DELETE", "usrloc",
            "domain aor uri received path qval user_agent socket bflags expires callid cseq "
                + "attr latency shtag",
            "A contact was removed."),
        row(
            "E_UL_LATENCY_UPDATE", "usrloc",
            "domain aor uri received path qval user_agent socket bflags expires callid cseq "
                + "attr latency shtag",
            "A contact's ping latency passed the filter."),
        row(
            "E_UL_CONTACT_REFRESH", "usrloc",
            "domain aor uri received user_agent socket bflags expires callid attr shtag "
                + "reason req_callid",
            "A contact reached by push needs a refresh."),
        row(
            "E_ACC_CDR", "acc",
            "method from_tag to_tag callid sip_code sip_reason time evi_extra evi_extra_bye "
                + "legs duration ms_duration setuptime created",
            "A call data record is complete; extras and legs as configured."),
        row(
            "E_ACC_EVENT", "acc",
            "method from_tag to_tag callid sip_code sip_reason time evi_extra legs",
            "A positive final reply was accounted; extras and legs as configured."),
        row(
            "E_ACC_MISSED_EVENT", "acc",
            "method from_tag to_tag callid sip_code sip_reason time evi_extra legs created "
                + "setuptime",
            "A negative final reply was accounted; extras and legs as configured."),
        row(
            "E_DISPATCHER_STATUS", "dispatcher",
            "partition group address status",
            "A destination became active or inactive."),
        row(
            "E_DROUTING_STATUS", "drouting",
            "partition gwid address status",
            "A gateway changed its state: disabled MI, probing, inactive, active."),
        row(
            "E_QROUTING_BAD_DST", "qrouting",
            "partition rule_id dst_name",
            "A destination's score fell below the threshold."),
        row(
            "E_LOAD_BALANCER_STATUS", "load_balancer",
            "group uri status",
            "A destination was enabled or disabled."),
        row("E_RTPPROXY_STATUS", "rtpproxy", "socket status", "An RTP proxy came up or went down."),
        row(
            "E_RTPPROXY_DTMF", "rtpproxy",
            "digit duration volume id is_callid stream",
            "A DTMF digit was seen."),
        row(
            "E_RTPENGINE_STATUS", "rtpengine",
            "socket status set",
            "An RTP engine came up or went down."),
        row(
            "E_RTPENGINE_NOTIFICATION", "rtpengine",
            "type callid source_tag timestamp source_ip event duration volume",
            "A notification from rtpengine: the nodes of its JSON; the last four for DTMF."),
        row(
            "E_CALL_TRANSFER", "callops",
            "callid leg transfer_callid destination state status",
            "A step of a transfer; state is start, notify, ok or fail."),
        row(
            "E_CALL_HOLD", "callops",
            "callid leg action state",
            "A call was held or resumed; state is start, ok or fail."),
        row(
            "E_UA_SESSION", "b2b_entities",
            "key entity_type event_type status reason method body headers extra_params",
            "A user agent session message: NEW, EARLY, ANSWERED, REJECTED, UPDATED, "
                + "TERMINATED."),
        row(
            "E_CALLCENTER_AGENT_REPORT", "call_center",
            "agent_id state wrapup_ends flow_id",
            "An agent changed its state."),
        row(
            "E_CLUSTERER_REQ_RECEIVED", "clusterer",
            "cluster_id src_id msg tag",
            "A generic cluster request arrived."),
        row(
            "E_CLUSTERER_RPL_RECEIVED", "clusterer",
            "cluster_id src_id msg tag",
            "A generic cluster reply arrived."),
        row(
            "E_CLUSTERER_NODE_STATE_CHANGED", "clusterer",
            "cluster_id node_id new_state",
            "A node went up (1) or down (0)."),
        row(
            "E_CLUSTERER_SHARING_TAG_CHANGED", "clusterer",
            "name cluster state reason",
            "A sharing tag became active or backup."),
        row(
            "E_MYSQL_CONNECTION", "db_mysql",
            "url status",
            "A database link was lost or came back."),
        row(
            "E_FRD_WARNING", "fraud_detection",
            "param value threshold user called_number rule_id profile_id",
            "A fraud limit's warning value was passed."),
        row(
            "E_FRD_CRITICAL", "fraud_detection",
            "param value threshold user called_number rule_id profile_id",
            "A fraud limit's critical value was passed."),
        row(
            "E_PRESENCE_PUBLISH", "presence",
            "user domain event expires etag old_etag body",
            "A PUBLISH was received."),
        row(
            "E_PRESENCE_EXPOSED", "presence",
            "user domain event expires etag old_etag body",
            "Presentities were exposed by MI."),
        row(
            "E_SIPREC_START", "siprec",
            "dlg_id dlg_callid callid session_id server instance",
            "A recording started."),
        row(
            "E_SIPREC_STOP", "siprec",
            "dlg_id dlg_callid callid session_id server instance",
            "A recording ended."),
        row(
            "E_REGISTRANT_REGISTERING", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration is being sent."),
        row(
            "E_REGISTRANT_AUTHENTICATING", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration is being authenticated."),
        row(
            "E_REGISTRANT_REGISTERED", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration succeeded."),
        row(
            "E_REGISTRANT_REGISTER_TIMEOUT", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration timed out."),
        row(
            "E_REGISTRANT_INTERNAL_ERROR", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration failed inside."),
        row(
            "E_REGISTRANT_WRONG_CREDENTIALS", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration was refused: wrong credentials."),
        row(
            "E_REGISTRANT_REGISTRAR_ERROR", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration was refused by the registrar."),
        row(
            "E_REGISTRANT_UNREGISTERING", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration is being withdrawn."),
        row(
            "E_REGISTRANT_AUTHENTICATING_UNREGISTER", "uac_registrant",
            "aor contact registrar",
            "An outgoing registration is being authenticated for its withdrawal."),
        row(
            "E_MSRP_SESSION_NEW", "msrp_ua",
            "from_uri to_uri ruri session_id content_types",
            "An MSRP session is up."),
        row("E_MSRP_SESSION_END", "msrp_ua", "session_id", "An MSRP session is over."),
        row(
            "E_MSRP_MSG_RECEIVED", "msrp_ua",
            "session_id content_type body",
            "An MSRP SEND was received."),
        row(
            "E_MSRP_REPORT_RECEIVED", "msrp_ua",
            "session_id message_id status byte_range",
            "An MSRP REPORT, failure or timeout."),
        row(
            "E_MSRP_GW_SETUP_FAILED", "msrp_gateway",
            "key from_uri to_uri ruri code reason",
            "Setting up the MSRP leg failed."),
        row(
            "E_FLATSTORE_ROTATION", "event_flatstore",
            "timestamp reason filename old_filename",
            "A log file was rotated: by count, size, period or MI."),
        row(
            "E_FREESWITCH", "freeswitch_scripting",
            "name sender body",
            "A FreeSWITCH ESL event; body is JSON text."),
        row("E_JANUS_EVENT", "janus", "janus_id janus_url janus_body", "A Janus notification."),
        row(
            "E_DM_REQUEST", "aaa_diameter",
            "app_id cmd_code sess_id avps_json",
            "A Diameter request."),
        row(
            "E_HTTP2_REQUEST", "http2d",
            "method path headers data",
            "An HTTP/2 request; headers are JSON text."),
        row(
            "E_PROFILING_SCRIPT", "core",
            "sec usec session verb name type depth file line status",
            "A step of a script, while profiling is on."),
        row(
            "E_PROFILING_PROC", "core",
            "sec usec session verb name type depth file line status",
            "A step of a process, while profiling is on."),
        row(
            "E_CORE_LOG", "core",
            "time pid level module function prefix message",
            "A line was logged, while log events are on; module, function and prefix may be "
                + "missing."),
    ]

    private static func row(
        _ name: String, _ module: String, _ params: String, _ summary: String
    ) -> EventDescription {
        EventDescription(
            name: name, module: module,
            params: params.split(separator: " ").map(String.init), summary: summary)
    }
}

extension EventDescription {
    /// An event first named by the API or a script, of which nothing else is known.
    static func dynamic(_ name: String) -> EventDescription {
        EventDescription(name: name, module: "script", params: [], summary: "A dynamic event.")
    }
}
