internal import Net
internal import RouteScript

/// A script read from its file and checked, with what it says about the service.
struct ScriptFile: Sendable {
    /// The script.
    let script: Script
    /// Statistics that it declares.
    let statistics: [String]
    /// What does something else than in OpenSIPS, or nothing; a line each.
    let warnings: [String]

    /// Most bytes of one file; the script with all that it includes is limited by `ScriptLimits.sourceBytesMax`.
    static let bytesMax = ScriptLimits().sourceBytesMax

    /// A script without anything in it.
    static let empty = ScriptFile(script: Script.empty, statistics: [], warnings: [])

    /// Reads a script and all that it includes. Blocks as long as the file system does, but on no FIFO or device.
    /// Throws everything that is wrong with it, each with its place, source line and caret.
    static func read(_ path: String) throws(StartError) -> (file: ScriptFile, ScriptSettings) {
        let main: SourceText
        do throws(SystemError) {
            main = SourceText(name: path, bytes: try Files.read(path, bytesMax: bytesMax))
        } catch {
            throw StartError("--script \(error)")
        }
        let script: Script
        do throws(ScriptErrors) {
            script = try Script.load(main) { name, from throws(IncludeError) in
                try include(name, from: from)
            }
        } catch {
            throw StartError(error.description, isListing: true)
        }
        let settings = ScriptSettings(script)
        guard settings.problems.isEmpty else {
            throw StartError(
                ScriptErrors(problems: settings.problems).description, isListing: true)
        }
        let file = ScriptFile(
            script: script, statistics: settings.statistics,
            warnings: script.warnings.map { "\($0.position): \($0.message)" } + settings.warnings)
        return (file, settings)
    }

    /// A file that another one includes: relative to the one it is named in.
    private static func include(
        _ name: String, from: String
    ) throws(IncludeError) -> SourceText {
        let path: String
        if name.hasPrefix("/") {
            path = name
        } else if let slash = from.lastIndex(of: "/") {
            path = from[...slash] + name
        } else {
            path = name
        }
        do throws(SystemError) {
            return SourceText(name: path, bytes: try Files.read(path, bytesMax: bytesMax))
        } catch {
            throw IncludeError("\(error)")
        }
    }
}

extension Script {
    /// The script of nobody.
    static let empty: Script = {
        do throws(ScriptErrors) {
            return try load(SourceText(name: "", bytes: [])) { name, _ throws(IncludeError) in
                throw IncludeError("\(name) is not there.")
            }
        } catch {
            preconditionFailure("an empty script has no errors")
        }
    }()
}
