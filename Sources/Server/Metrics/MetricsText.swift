internal import EventCore
internal import WireFormats

/// Prometheus's text format 0.0.4 in the making: families of samples, each with its help and its type in front.
struct MetricsText: ~Copyable {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []
    private var family = ""

    /// What all names of our own begin with.
    static let prefix = "carillon_"
    /// The Content-Type.
    static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    /// What a family's samples are.
    enum Kind: String {
        case counter, gauge, histogram
    }

    init() {
        bytes.reserveCapacity(65_536)
    }

    /// Begins a family: `name` without the prefix, in base units, and `_total` at the end of a counter's. `help` is one
    /// sentence.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        begin(whole: Self.prefix + name, kind, help)
    }

    /// The same for a name that is not our own.
    mutating func begin(whole name: String, _ kind: Kind, _ help: String) {
        family = name
        bytes.append(ascii: "# HELP ")
        bytes.append(utf8: name)
        bytes.append(ascii: " ")
        escape(help, quotes: false)
        bytes.append(ascii: "\n# TYPE ")
        bytes.append(utf8: name)
        bytes.append(ascii: " ")
        bytes.append(utf8: kind.rawValue)
        bytes.append(ascii: "\n")
    }

    /// A sample of the family begun last.
    mutating func add(
        _ value: some FixedWidthInteger, _ labels: (name: StaticString, value: String)...
    ) {
        start("", labels)
        bytes.append(decimal: value)
        bytes.append(ascii: "\n")
    }

    /// A sample that is no whole number.
    mutating func add(_ value: Double, _ labels: (name: StaticString, value: String)...) {
        start("", labels)
        bytes.append(utf8: value.description)
        bytes.append(ascii: "\n")
    }

    /// The samples of a histogram.
    mutating func add(
        _ histogram: LatencyHistogram, _ labels: (name: StaticString, value: String)...
    ) {
        for bucket in histogram.buckets {
            start("_bucket", labels + [("le", bucket.upTo.description)])
            bytes.append(decimal: bucket.count)
            bytes.append(ascii: "\n")
        }
        start("_bucket", labels + [("le", "+Inf")])
        bytes.append(decimal: histogram.count)
        bytes.append(ascii: "\n")
        start("_sum", labels)
        bytes.append(utf8: histogram.seconds.description)
        bytes.append(ascii: "\n")
        start("_count", labels)
        bytes.append(decimal: histogram.count)
        bytes.append(ascii: "\n")
    }

    private mutating func start(
        _ suffix: StaticString, _ labels: [(name: StaticString, value: String)]
    ) {
        bytes.append(utf8: family)
        bytes.append(ascii: suffix)
        if !labels.isEmpty {
            var separator: StaticString = "{"
            for label in labels {
                bytes.append(ascii: separator)
                bytes.append(ascii: label.name)
                bytes.append(ascii: "=\"")
                escape(label.value, quotes: true)
                bytes.append(ascii: "\"")
                separator = ","
            }
            bytes.append(ascii: "}")
        }
        bytes.append(ascii: " ")
    }

    /// A backslash and a line feed are escaped everywhere, a quotation mark in a label's value.
    private mutating func escape(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(ascii: #"\\"#)
            case UInt8(ascii: "\n"): bytes.append(ascii: #"\n"#)
            case UInt8(ascii: "\"") where quotes: bytes.append(ascii: #"\""#)
            default: bytes.append(byte)
            }
        }
    }
}
