import ArgumentParser
import Server

/// The flags of one chapter of `Setting.table`.
///
/// ArgumentParser learns a type's arguments by looking at an instance's properties, and fills them in by decoding it.
/// Here both go by the table instead of by declared properties, so that a setting is written down once. Texts stay
/// texts: `EffectiveSettings` reads them, whether they come from a flag, the environment or a file.
struct SettingFlags<Chapter: SettingChapter>: ParsableArguments, CustomReflectable {
    /// What was given, by the setting's name.
    private(set) var given: [String: [String]] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: SettingKey.self)
        for setting in Self.settings {
            let key = SettingKey(stringValue: setting.name)
            switch setting.kind {
            case .texts:
                given[setting.name] = try container.decode(Option<[String]>.self, forKey: key)
                    .wrappedValue
            case .yesOrNo:
                let flag = try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue
                given[setting.name] = flag.map { [$0 ? "yes" : "no"] }
            case .text, .optionalText, .number, .seconds, .choice:
                let value = try container.decode(Option<String?>.self, forKey: key).wrappedValue
                given[setting.name] = value.map { [$0] }
            }
            guard setting.isRefusable else { continue }
            let refusal = SettingKey(stringValue: Self.refusal(setting))
            if try container.decode(Flag<Bool>.self, forKey: refusal).wrappedValue {
                given[setting.name] = ["no"]
            }
        }
    }

    /// What ArgumentParser sees in place of the stored properties: an argument for each row.
    var customMirror: Mirror {
        var children: [(label: String, value: Any)] = []
        for setting in Self.settings {
            children.append((setting.name, Self.argument(setting)))
            guard setting.isRefusable else { continue }
            let name = Self.refusal(setting)
            let flag = Flag<Bool>(
                wrappedValue: false, name: .customLong(name),
                help: ArgumentHelp("The same as --\(setting.name) no."))
            children.append((name, flag))
        }
        return Mirror(self, children: children)
    }

    private static func refusal(_ setting: Setting) -> String { "no-" + setting.name }

    private static var settings: [Setting] {
        Setting.table.filter { $0.section == Chapter.section }
    }

    private static func argument(_ setting: Setting) -> Any {
        let name = NameSpecification.customLong(setting.name)
        var text = setting.help
        if setting.isList { text += " May be given more than once." }
        let standard = setting.defaultDescription
        if !standard.isEmpty { text += " (default: \(standard))" }
        let help = ArgumentHelp(stringLiteral: text)
        var valued = help
        valued.valueName = setting.placeholder
        switch setting.kind {
        case .texts:
            return Option<[String]>(
                wrappedValue: [], name: name, parsing: .singleValue, help: valued)
        case .yesOrNo: return Flag<Bool?>(name: name, inversion: .prefixedNo, help: help)
        case .choice(let words, _):
            return Option<String?>(name: name, help: valued, completion: .list(words))
        case .text, .optionalText:
            let completion: CompletionKind? = setting.placeholder == "path" ? .file() : nil
            return Option<String?>(name: name, help: valued, completion: completion)
        case .number, .seconds: return Option<String?>(name: name, help: valued)
        }
    }
}

/// Names a chapter in the type: ArgumentParser tells option groups apart by their types.
protocol SettingChapter {
    static var section: Setting.Section { get }
}

enum ListeningChapter: SettingChapter { static let section = Setting.Section.listening }
enum AccessChapter: SettingChapter { static let section = Setting.Section.access }
enum KeepingChapter: SettingChapter { static let section = Setting.Section.keeping }
enum ScriptChapter: SettingChapter { static let section = Setting.Section.script }
enum SendingChapter: SettingChapter { static let section = Setting.Section.sending }
enum LimitsChapter: SettingChapter { static let section = Setting.Section.limits }
enum LoggingChapter: SettingChapter { static let section = Setting.Section.logging }

/// A setting's name as the key under which ArgumentParser keeps its value.
struct SettingKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
