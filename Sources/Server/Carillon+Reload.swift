internal import EventCore
internal import Net
internal import Synchronization
internal import Transports

/// What a reload did.
public struct ReloadReport: Sendable, Equatable {
    /// Settings with a new value that is in force.
    public var applied: [String] = []
    /// Settings with a new value that waits for a restart.
    public var needsRestart: [String] = []

    /// Nothing done.
    public init() {}
}

extension Carillon {
    /// Checks what can be checked without starting: addresses, who may reach them, policies, files. Nothing is opened
    /// for writing, no port is bound. Throws one sentence about the first thing that is wrong.
    public static func check(_ settings: Settings) throws(StartError) {
        let addresses = try settings.listen.map { text throws(StartError) in
            try ListenSetting.parse(text)
        }
        guard !addresses.isEmpty else {
            throw StartError("--listen: expected at least one address.")
        }
        try check(addresses, settings)
        try DoorSettings.check(settings)
        guard !settings.stateDirectory.isEmpty else {
            throw StartError("Neither XDG_STATE_HOME nor HOME is set: say --state-directory.")
        }
        _ = try AccessSettings.list(settings, generation: 0)
        _ = try policy(settings, own: OwnListeners())
        try checkAuthorities(settings)
        _ = try flatstoreSettings(settings)
        _ = try script(settings)
        guard settings.queueBytesMax <= settings.queueBytesTotal else {
            throw StartError("--queue-bytes-max: expected no more than queue-bytes-total.")
        }
    }

    /// Puts those of `new` in force that can change while the service runs; keeps all as they were where anything in
    /// `new` is wrong, and throws what. Subscriptions stay: a stricter target policy ends none, but every call over
    /// HTTP and every name looked up from now on is judged by it. Files of tokens and passwords are read again: whose is
    /// gone is refused from the next request on, on connections that are open too. The script is read again and
    /// replaces the one before, see `ScriptEngine.load`. Any thread; several take turns.
    public func reload(_ new: Settings) throws(StartError) -> ReloadReport {
        try reloading.withLock { _ throws(StartError) in try replace(with: new) }
    }

    private func replace(with new: Settings) throws(StartError) -> ReloadReport {
        try Self.check(new)
        var here = new
        here.insecure = current.withLock { $0.insecure }
        try Self.check(addresses, here)
        let callers = try authenticator.read(new)
        let policy = try Self.policy(new, own: OwnListeners())
        try put(try Self.script(new), inForce: new.script)
        let report = current.withLock { current in
            var report = ReloadReport()
            for setting in Setting.table {
                let values = setting.values(in: new)
                guard values != setting.values(in: current) else { continue }
                guard setting.isReloadable else {
                    report.needsRestart.append(setting.name)
                    continue
                }
                report.applied.append(setting.name)
                // From a row's own values, so there is nothing that could be refused.
                _ = setting.apply(values, to: &current)
            }
            authenticator.replace(callers)
            // Who reads the live stream shows again who it is.
            feed.sendAway()
            server.wakeStreams()
            self.policy.replace(mode: policy.mode, unixDirectories: policy.unixDirectories)
            rules.replace(Self.rules(current, addresses: addresses))
            interface.adjust(current.coreLimits)
            for transport in queueing { transport.adjust(current.delivery) }
            if let level = current.level { logSwitch.level = level }
            if let format = current.format { logSwitch.format = format }
            return report
        }
        try openUnixSockets()
        return report
    }
}
