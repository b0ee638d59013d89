import Net
import RouteScript

/// A script read from its file, with all that it includes.
enum ScriptSource {
    /// Loads it. The failure lists everything that is wrong with it, each with its place, source
    /// line and caret.
    static func load(_ path: String) throws(Failure) -> Script {
        let main: SourceText
        do throws(SystemError) {
            main = SourceText(name: path, bytes: try Files.read(path, bytesMax: bytesMax))
        } catch {
            throw Failure(.failed, "\(error)")
        }
        do throws(ScriptErrors) {
            return try Script.load(main) { name, from throws(IncludeError) in
                try include(name, from: from)
            }
        } catch {
            let count = error.problems.count
            Output.talk(error.problems.map { shown($0) }.joined(separator: "\n"))
            throw Failure(.failed, "\(path) is not loaded: \(count) error\(count == 1 ? "" : "s").")
        }
    }

    private static var bytesMax: Int { ScriptLimits().sourceBytesMax }

    /// A problem, whose source line is a stranger's text.
    static func shown(_ problem: ScriptProblem) -> String {
        problem.description.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in
                line.split(separator: "\t", omittingEmptySubsequences: false)
                    .map { Printable.text(String($0)) }.joined(separator: "\t")
            }
            .joined(separator: "\n")
    }

    /// A file that another one includes: relative to the one that names it.
    private static func include(
        _ name: String, from: String
    ) throws(IncludeError) -> SourceText {
        var path = name
        if !name.hasPrefix("/"), let slash = from.lastIndex(of: "/") {
            path = from[...slash] + name
        }
        do throws(SystemError) {
            return SourceText(name: path, bytes: try Files.read(path, bytesMax: bytesMax))
        } catch {
            throw IncludeError("\(error).")
        }
    }
}
