import Net
import TestSupport
import Testing
import WireFormats

@Suite("Addresses of this host")
struct LocalAddressTests {
    @Test("loopback and 'any address' are ours, addresses of other networks are not")
    func fixed() {
        for ours in [IPAddress.v4(0x7F00_0001), .v4(0x7F12_3456), .v6(0, 1), .v4(0), .v6(0, 0)] {
            #expect(LocalAddress.isOurs(ours), "\(ours)")
        }
        // TEST-NET-2 and documentation: nobody's, whether or not there is a way there.
        #expect(!LocalAddress.isOurs(.v4(0xC633_6401)))
        #expect(!LocalAddress.isOurs(.v6(0x2001_0DB8_0000_0000, 0x1234)))
        #expect(!LocalAddress.isOurs(.v4(0xFFFF_FFFF)))
    }

    @Test("every IPv4 address of an interface is ours, and its neighbour is not")
    func interfaces() throws {
        let addresses = HostAddresses.ipv4
        try #require(!addresses.isEmpty)
        for address in addresses {
            #expect(LocalAddress.isOurs(.v4(address)))
            let neighbour = address ^ 1
            guard address >> 24 != 127, !addresses.contains(neighbour) else { continue }
            #expect(!LocalAddress.isOurs(.v4(neighbour)), "\(IPAddress.v4(neighbour))")
        }
    }
}
