import ArgumentParser

/// `carillonctl reload`
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have the service read its settings and its script again, as SIGHUP does.",
        discussion: "Where anything is wrong, it says what, and everything stays as it was.")

    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let request = ManagementCall.request("core:reload", nil, id: 1)
        let response = try connection.service().send("POST", "/mi", request).body
        _ = try ManagementCall.result(of: response)
        Output.talk("Settings and script are read again.")
    }
}
