import EventCore
import Glibc
import Testing
import WireFormats

@testable import Transports

@Suite("Target policy")
struct TargetPolicyTests {
    private func address(_ text: String) throws -> IPAddress {
        try #require(AddressRange.parse(text)).first
    }

    private func verdicts(_ mode: TargetPolicy.Mode, _ texts: [String]) throws -> Set<
        TargetPolicy.Verdict
    > {
        Set(try texts.map { TargetPolicy(mode: mode).verdict(on: try address($0)) })
    }

    static let unusable = [
        "0.0.0.0", "0.255.1.2", "169.254.169.254", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
        "::", "fe80::1", "febf::1", "ff02::1", "::ffff:a9fe:a9fe", "::ffff:0:0", "64:ff9b::e000:1",
        "::ffff:ffff:ffff", "64:ff9b:1::1", "0:1::", "ff::",
    ]

    @Test(
        "What never receives is unusable in every mode but any, inside IPv6 too",
        arguments: unusable)
    func neverReceives(text: String) throws {
        #expect(try verdicts(.any, [text]) == [.allowed])
        let everything = [AddressRange(0, 0, 0, 0, bits: 0), AddressRange(0, bits: 0)]
        for mode in [TargetPolicy.Mode.noMetadata, .publicOnly, .listed(everything)] {
            #expect(try verdicts(mode, [text]) == [.unusable])
        }
    }

    static let metadata = [
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
    ]

    @Test("Where clouds serve credentials is refused unless a list names it")
    func metadataServices() throws {
        #expect(try verdicts(.noMetadata, Self.metadata) == [.forbidden])
        #expect(try verdicts(.publicOnly, Self.metadata) == [.forbidden])
        #expect(try verdicts(.noMetadata, ["100.100.100.201"]) == [.allowed])
        #expect(
            try verdicts(.listed([AddressRange(168, 63, 0, 0, bits: 16)]), ["168.63.129.16"]) == [
                .allowed
            ])
    }

    static let local = [
        "127.0.0.1", "10.1.2.3", "100.64.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "192.0.2.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "192.88.99.1", "::1", "fc00::1", "fdff::1", "2001:db8::1",
        "2001::1",
        "2002:7f00:1::", "3fff::1", "fec0::1", "100::1", "4000::1", "::ffff:7f00:1",
        "64:ff9b::a00:1",
    ]

    @Test("public-only allows the Internet and nothing else", arguments: local)
    func publicOnly(text: String) throws {
        #expect(try verdicts(.publicOnly, [text]) == [.forbidden])
        #expect(try verdicts(.noMetadata, [text]) == [.allowed])
    }

    @Test("public-only allows what is next to the special networks")
    func publicNeighbours() throws {
        let texts = [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
            "126.255.255.255", "128.0.0.0",
            "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
            "198.17.255.255", "198.20.0.0",
            "223.255.255.255", "2000::1", "2001:200::1", "2003::1", "2a00::1", "64:ff9b::808:808",
        ]
        #expect(try verdicts(.publicOnly, texts) == [.allowed])
    }

    @Test("A list allows what is in it and nothing else, IPv4 inside IPv6 judged as itself")
    func listed() throws {
        let mode = try TargetPolicy.Mode(parsing: "127.0.0.0/8, ::1,2001:db8:8000::/33")
        #expect(
            try verdicts(
                mode, ["127.9.9.9", "::1", "::ffff:7f00:1", "2001:db8:8000::", "2001:db8:ffff::1"])
                == [.allowed])
        #expect(
            try verdicts(
                mode,
                ["128.0.0.1", "126.255.255.255", "::ffff:101:101", "2001:db8:7fff::", "2001:db9::"])
                == [.forbidden])
    }

    static let badSettings = [
        "", " ", ",", "none", "Any", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/08", "10.0.0.0/",
        "10.0.0.0/8/8", "10.0.0.0/-1",
        "10.0.0.0/+8", "10.1/16", "::/129", "2001:db8::1/32", "any,10.0.0.0/8", "10.0.0.0/8;::1",
        "[::1]", "localhost",
        Array(repeating: "::1", count: 257).joined(separator: ","),
    ]

    @Test("A setting that is no policy is refused with a sentence", arguments: badSettings)
    func badSetting(text: String) {
        #expect(throws: TargetPolicySettingError.self) { try TargetPolicy.Mode(parsing: text) }
    }

    @Test(
        "Our own listeners are never sent to, an unspecified one stands for every address of this host; other networks are others"
    )
    func ownListeners() throws {
        let policy = TargetPolicy(mode: .any)
        policy.ownListeners.add(.v4(0), port: 8_080)
        policy.ownListeners.add(.v6(0, 1), port: 9_000)
        policy.ownListeners.add(.v4(0x7F00_0001), port: 53, over: .udp)
        func refuses(_ text: String, _ network: OwnListeners.Network) throws -> Bool {
            do throws(SocketError) {
                try policy.checkLiteral(try HostPort.parse(text), over: network)
                return false
            } catch {
                #expect(error.reason == .unusableAddress)
                return true
            }
        }
        #expect(try refuses("127.0.0.1:8080", .tcp))
        #expect(try refuses("127.1.2.3:8080", .tcp))
        #expect(try refuses("0.0.0.0:8080", .tcp))
        #expect(try !refuses("127.0.0.1:8081", .tcp))
        #expect(try !refuses("127.0.0.1:8080", .udp))
        #expect(try !refuses("198.51.100.1:8080", .tcp))
        #expect(try refuses("[::1]:8080", .tcp))
        #expect(try refuses("[::1]:9000", .tcp))
        #expect(try refuses("127.0.0.1:53", .udp))
        #expect(!policy.allows(.v6(0, 0xFFFF_7F00_0001), port: 8_080, over: .tcp), "mapped")
    }

    @Test("An address as the system gives it is judged with its port")
    func systemAddress() {
        let policy = TargetPolicy()
        policy.ownListeners.add(.v4(0x7F00_0001), port: 80)
        func allows(_ address: UInt32, _ port: UInt16, family: Int32 = AF_INET) -> Bool {
            var inner = sockaddr_in()
            inner.sin_family = sa_family_t(family)
            inner.sin_port = port.bigEndian
            inner.sin_addr.s_addr = address.bigEndian
            return withUnsafePointer(to: &inner) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { policy.allows($0) }
            }
        }
        #expect(allows(0x7F00_0001, 81))
        #expect(!allows(0x7F00_0001, 80))
        #expect(!allows(0xA9FE_A9FE, 81))
        #expect(!allows(0x7F00_0001, 81, family: AF_UNIX))
    }

    @Test("UNIX sockets are confined to the directories of the setting, by whole names")
    func directories() {
        let policy = TargetPolicy(unixDirectories: ["/run/app", "/srv/"])
        func allows(_ path: String?) -> Bool {
            do throws(SocketError) {
                try policy.checkPath(path)
                return true
            } catch {
                #expect(error.reason == .forbidden)
                return false
            }
        }
        #expect(allows("/run/app/a") && allows("/run/app/b/c") && allows("/srv/x"))
        #expect(
            !allows("/run/apple") && !allows("/run/app") && !allows("/tmp/run/app/a")
                && !allows(nil))
        #expect(throws: Never.self) { try TargetPolicy().checkPath(nil) }
    }
}
