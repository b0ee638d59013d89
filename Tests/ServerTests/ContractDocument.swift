import Foundation

/// openapi.yaml as the tests see it: paths, operations, examples, references followed.
struct ContractDocument {
    let text: String
    let root: YAML

    /// One operation.
    struct Operation {
        let method: String
        let path: String
        let id: String
        let node: YAML

        /// Whether its answer has no end, so that nobody can wait for it.
        var isEndless: Bool { node["x-endless"] == .boolean(true) }
    }

    init() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        text = try String(contentsOf: package.appending(component: "openapi.yaml"), encoding: .utf8)
        root = try YAML(parsing: text)
    }

    /// The paths in the order of the document.
    var paths: [String] { root["paths"].members.map(\.0) }

    /// Every operation, in the order of the document.
    var operations: [Operation] {
        root["paths"].members.flatMap { path, item in
            item.members.compactMap { method, node in
                node["operationId"].string.map {
                    Operation(method: method.uppercased(), path: path, id: $0, node: node)
                }
            }
        }
    }

    /// The value of `Allow` that this path's operations make.
    func allow(_ path: String) -> String {
        let methods = root["paths"][path].members.map(\.0)
        let rows = [
            ("get", "GET, HEAD"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"),
            ("delete", "DELETE"),
        ]
        let order = rows.sorted {
            (methods.firstIndex(of: $0.0) ?? 99) < (methods.firstIndex(of: $1.0) ?? 99)
        }
        return (order.filter { methods.contains($0.0) }.map(\.1) + ["OPTIONS"]).joined(
            separator: ", ")
    }

    /// A node, or what its `$ref` points at.
    func resolved(_ node: YAML) -> YAML {
        guard let reference = node["$ref"].string, reference.hasPrefix("#/") else { return node }
        return reference.dropFirst(2).split(separator: "/").reduce(root) { $0[String($1)] }
    }

    /// The examples of an operation's body: name and JSON text.
    func bodies(of operation: Operation) -> [(name: String, json: String)] {
        resolved(operation.node["requestBody"])["content"]["application/json"]["examples"].members
            .map { ($0.0, resolved($0.1)["value"].json) }
    }

    /// A path with the example of each of its parameters in place.
    func target(of operation: Operation) -> String {
        operation.path.replacing("{id}", with: "1")
            .replacing("/routes/{name}", with: "/routes/TCP_LOAD_CHECK")
            .replacing("{name}", with: "E_PIKE_BLOCKED")
            .replacing("{command}", with: "events_list")
    }

    /// The examples of an operation's query parameters: `event=E_PIKE_BLOCKED`.
    func queries(of operation: Operation) -> [String] {
        operation.node["parameters"].elements.map(resolved).compactMap { parameter in
            guard parameter["in"].string == "query", let name = parameter["name"].string else {
                return nil
            }
            let example = parameter["example"]
            return example == .null ? nil : "\(name)=\(example.string ?? example.json)"
        }
    }
}
