import EventCore
import Testing

@Suite struct CatalogueTests {
    private let catalogue = OpenSIPSEvents.catalogue

    @Test("OpenSIPS 4.0.1: the core's first six come first, its log last")
    func order() {
        #expect(
            catalogue.prefix(6).map(\.name) == [
                "E_CORE_SR_STATUS_CHANGED", "E_CORE_THRESHOLD", "E_CORE_SHM_THRESHOLD",
                "E_CORE_PKG_THRESHOLD", "E_CORE_PROC_AUTO_SCALE", "E_CORE_TCP_DISCONNECT",
            ])
        #expect(catalogue.last?.name == "E_CORE_LOG")
        #expect(catalogue.count == 63)
    }

    @Test("every row has a valid name of its own, a module, a sentence, and params that differ")
    func rows() {
        #expect(Set(catalogue.map(\.name)).count == catalogue.count)
        for row in catalogue {
            #expect(EventName.isValid(row.name) && !row.module.isEmpty)
            #expect(row.summary.hasSuffix("."), "\(row.name)")
            #expect(Set(row.params).count == row.params.count, "\(row.name)")
        }
    }

    @Test(
        "params are those of the modules' documentation, in their order",
        arguments: [
            ("E_PIKE_BLOCKED", "pike", ["ip"]),
            (
                "E_CORE_TCP_DISCONNECT", "core",
                ["src_ip", "src_port", "dst_ip", "dst_port", "proto"]
            ),
            ("E_DISPATCHER_STATUS", "dispatcher", ["partition", "group", "address", "status"]),
            (
                "E_SIPREC_STOP", "siprec",
                ["dlg_id", "dlg_callid", "callid", "session_id", "server", "instance"]
            ),
            (
                "E_CORE_LOG", "core",
                ["time", "pid", "level", "module", "function", "prefix", "message"]
            ),
        ])
    func params(name: String, module: String, params: [String]) {
        let row = catalogue.first { $0.name == name }
        #expect(row?.module == module && row?.params == params)
    }
}
