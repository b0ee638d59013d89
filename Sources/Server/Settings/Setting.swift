/// One setting: a row of `Setting.table`. Flags, environment, file, `--print-config` and the manual all come from it.
public struct Setting: Sendable {
    /// Its name: a flag `--listen`, a key `listen` of the file, `CARILLON_LISTEN` in the environment.
    public let name: String
    /// The chapter of `--help` it stands in.
    public let section: Section
    /// What the value is called where its syntax is shown; empty for a switch.
    public let placeholder: String
    /// What it is for, in one or two sentences.
    public let help: String
    /// What it holds and where in `Settings` that is kept.
    public let kind: Kind
    /// Whether SIGHUP applies a new value; else it needs a restart.
    public let isReloadable: Bool
    /// Whether its value is never shown.
    public let isSecret: Bool
    /// Whether there is a flag `--no-NAME`, which gives it the value `no`.
    public let isRefusable: Bool
    /// What stands for the default where that depends on the user's environment.
    let defaultText: String?

    /// The chapters of the settings, in the order of `--help`.
    public enum Section: String, Sendable, CaseIterable {
        case listening = "Where it listens"
        case access = "Who may"
        case keeping = "What it keeps"
        case script = "What it runs"
        case sending = "Where it may send"
        case limits = "Limits and deadlines"
        case logging = "What it logs"
    }

    /// Where in `Settings` something is kept.
    public typealias Place<Value> = any WritableKeyPath<Settings, Value> & Sendable

    /// What a setting holds, and the place of it.
    public enum Kind: Sendable {
        /// Any text that is not empty.
        case text(Place<String>)
        /// The same, or nothing.
        case optionalText(Place<String?>)
        /// Texts: the flag and the key may be there more than once; in the environment commas separate them.
        case texts(Place<[String]>)
        /// `yes` or `no`; as flags `--name` and `--no-name`.
        case yesOrNo(Place<Bool>)
        /// A whole number in a range.
        case number(ClosedRange<Int>, Place<Int>)
        /// The same in seconds, kept in milliseconds.
        case seconds(ClosedRange<Int>, Place<Int>)
        /// One of these words.
        case choice([String], Place<String>)
    }

    init(
        _ name: String, _ section: Section, _ placeholder: String, _ kind: Kind,
        reload: Bool = false, secret: Bool = false, defaultText: String? = nil,
        refusable: Bool = false,
        _ help: String
    ) {
        self.name = name
        self.section = section
        self.placeholder = placeholder
        self.kind = kind
        self.help = help
        isReloadable = reload
        isSecret = secret
        self.defaultText = defaultText
        isRefusable = refusable
    }

    /// Its name in the environment: `CARILLON_TARGET_POLICY`.
    public var environmentName: String {
        Self.environmentPrefix + name.uppercased().replacing("-", with: "_")
    }

    /// Whether it may be given more than once.
    public var isList: Bool {
        if case .texts = kind { true } else { false }
    }

    /// Its default for people to read; empty for none.
    public var defaultDescription: String {
        if let defaultText { return defaultText }
        return values(in: Settings(stateDirectory: "")).joined(separator: ", ")
    }

    /// What every name in the environment begins with.
    public static let environmentPrefix = "CARILLON_"
}

extension Setting {
    /// What `settings` has for it, as texts that `apply` takes; none for nothing.
    func values(in settings: Settings) -> [String] {
        switch kind {
        case .text(let path), .choice(_, let path): [settings[keyPath: path]]
        case .optionalText(let path): settings[keyPath: path].map { [$0] } ?? []
        case .texts(let path): settings[keyPath: path]
        case .yesOrNo(let path): [settings[keyPath: path] ? "yes" : "no"]
        case .number(_, let path): [String(settings[keyPath: path])]
        case .seconds(_, let path): [String(settings[keyPath: path] / 1_000)]
        }
    }

    /// Puts `values` into `settings`; what was expected where they cannot be taken.
    func apply(_ values: [String], to settings: inout Settings) -> String? {
        if case .texts(let path) = kind {
            settings[keyPath: path] = values.filter { !$0.isEmpty }
            return nil
        }
        if values.isEmpty, case .optionalText(let path) = kind {
            settings[keyPath: path] = nil
            return nil
        }
        guard let value = values.last, !value.isEmpty else { return "expected a value" }
        switch kind {
        case .text(let path): settings[keyPath: path] = value
        case .optionalText(let path): settings[keyPath: path] = value
        case .texts: break
        case .yesOrNo(let path):
            guard let flag = Self.words[value.lowercased()] else { return "expected yes or no" }
            settings[keyPath: path] = flag
        case .number(let range, let path):
            guard let number = Int(value), range.contains(number) else { return expected(range) }
            settings[keyPath: path] = number
        case .seconds(let range, let path):
            guard let number = Int(value), range.contains(number) else { return expected(range) }
            settings[keyPath: path] = number * 1_000
        case .choice(let words, let path):
            guard words.contains(value) else {
                return "expected one of " + words.joined(separator: ", ")
            }
            settings[keyPath: path] = value
        }
        return nil
    }

    private static let words = [
        "yes": true, "true": true, "on": true, "1": true,
        "no": false, "false": false, "off": false, "0": false,
    ]

    private func expected(_ range: ClosedRange<Int>) -> String {
        "expected a number from \(range.lowerBound) to \(range.upperBound)"
    }
}
