internal import WireFormats

/// The tables the target policy judges by (IANA's special-purpose address registries, RFC 6890).
enum SpecialRanges {
    /// Addresses that are nobody's: refused in every mode but `any`.
    static let unusable: [AddressRange] = [
        AddressRange(0, 0, 0, 0, bits: 8),  // "this network", RFC 1122 §3.2.1.3
        AddressRange(169, 254, 0, 0, bits: 16),  // link-local, RFC 3927; clouds' metadata
        AddressRange(224, 0, 0, 0, bits: 4),  // multicast, RFC 5771
        AddressRange(240, 0, 0, 0, bits: 4),  // reserved, RFC 1112 §4; broadcast
        AddressRange(0xFE80_0000_0000_0000, bits: 10),  // link-local, RFC 4291 §2.5.6
        AddressRange(0xFF00_0000_0000_0000, bits: 8),  // multicast, RFC 4291 §2.7
    ]

    /// Reserved by the IETF but for ::1: unspecified, IPv4-compatible, IPv4-mapped, NAT64 (RFC
    /// 6052, RFC 8215).
    static let wrappers = AddressRange(0, bits: 8)

    /// Where clouds serve credentials outside of 169.254.0.0/16: refused by `no-metadata` and
    /// `public-only`.
    static let metadata: [AddressRange] = [
        AddressRange(100, 100, 100, 200, bits: 32),  // Alibaba
        AddressRange(168, 63, 129, 16, bits: 32),  // Azure
        AddressRange(192, 0, 0, 192, bits: 32),  // Oracle
        AddressRange(0xFD00_0EC2_0000_0000, 0x0000_0000_0000_0254, bits: 128),  // Amazon
        AddressRange(0xFD20_00CE_0000_0000, 0x0000_0000_0000_0254, bits: 128),  // Google
    ]

    /// IPv4 addresses that are not reached through the Internet: refused by `public-only`.
    static let privateIPv4: [AddressRange] = [
        AddressRange(10, 0, 0, 0, bits: 8),  // RFC 1918
        AddressRange(100, 64, 0, 0, bits: 10),  // carriers' NAT, RFC 6598
        AddressRange(127, 0, 0, 0, bits: 8),  // loopback
        AddressRange(172, 16, 0, 0, bits: 12),  // RFC 1918
        AddressRange(192, 0, 0, 0, bits: 24),  // protocol assignments, RFC 6890
        AddressRange(192, 0, 2, 0, bits: 24),  // documentation, RFC 5737
        AddressRange(192, 88, 99, 0, bits: 24),  // 6to4 relays, RFC 7526
        AddressRange(192, 168, 0, 0, bits: 16),  // RFC 1918
        AddressRange(198, 18, 0, 0, bits: 15),  // benchmarks, RFC 2544
        AddressRange(198, 51, 100, 0, bits: 24),  // documentation
        AddressRange(203, 0, 113, 0, bits: 24),  // documentation
    ]

    /// The IPv6 Internet, RFC 4291 §2.4; what is outside of it is not public.
    static let globalIPv6 = AddressRange(0x2000_0000_0000_0000, bits: 3)

    /// Parts of `globalIPv6` that are not public: refused by `public-only`.
    static let privateIPv6: [AddressRange] = [
        AddressRange(0x2001_0000_0000_0000, bits: 23),  // assignments, RFC 2928; Teredo
        AddressRange(0x2001_0DB8_0000_0000, bits: 32),  // documentation, RFC 3849
        AddressRange(0x2002_0000_0000_0000, bits: 16),  // 6to4, RFC 3056
        AddressRange(0x3FFF_0000_0000_0000, bits: 20),  // documentation, RFC 9637
    ]
}
