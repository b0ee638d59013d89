/// An answer of OpenSIPS 2: a status and a tree of nodes, written as lines or as the JSON of its `mi_json`.
public struct LineReply: Sendable, Equatable {
    /// The status, like those of SIP: 200, 404.
    public var code: Int
    /// Its words: `OK`, `Event not published`.
    public var reason: String
    /// The tree's first level.
    public var nodes: [LineNode]
    /// Whether those nodes are a list of like things, for the JSON form.
    public var isList: Bool

    /// An answer.
    public init(_ code: Int, _ reason: String, _ nodes: [LineNode] = [], isList: Bool = false) {
        self.code = code
        self.reason = reason
        self.nodes = nodes
        self.isList = isList
    }

    /// Success.
    public static func ok(_ nodes: [LineNode] = [], isList: Bool = false) -> LineReply {
        LineReply(200, "OK", nodes, isList: isList)
    }
}

/// One node: a name, a value, attributes, and nodes below it. None of the texts contains a line feed.
public struct LineNode: Sendable, Equatable {
    /// Its name; nil in lists of bare values.
    public var name: String?
    /// Its value.
    public var value: String?
    /// Its attributes in order.
    public var attributes: [Attribute]
    /// What stands below it; a list of like things.
    public var children: [LineNode]

    /// A name and its value.
    public struct Attribute: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// An attribute.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A node.
    public init(
        _ name: String?, _ value: String? = nil, _ attributes: [Attribute] = [],
        children: [LineNode] = []
    ) {
        self.name = name
        self.value = value
        self.attributes = attributes
        self.children = children
    }
}

extension [UInt8] {
    /// Appends an answer as OpenSIPS 2.4 writes it to FIFOs and datagrams:
    ///
    ///     200 OK
    ///     Event:: E_SCRIPT id=4
    ///     →Subscriber::  socket=udp:127.0.0.1:16101 expire=never
    ///
    /// and an empty line; `→` is a tab for each level.
    public mutating func append(lines reply: LineReply) {
        append(decimal: reply.code)
        append(UInt8(ascii: " "))
        append(utf8: reply.reason)
        append(UInt8(ascii: "\n"))
        for node in reply.nodes { append(lines: node, level: 0) }
        append(UInt8(ascii: "\n"))
    }

    private mutating func append(lines node: LineNode, level: Int) {
        append(contentsOf: repeatElement(UInt8(ascii: "\t"), count: level))
        if let name = node.name {
            append(utf8: name)
            append(ascii: ":: ")
        }
        if let value = node.value { append(utf8: value) }
        for attribute in node.attributes {
            append(UInt8(ascii: " "))
            append(utf8: attribute.name)
            append(UInt8(ascii: "="))
            append(utf8: attribute.value)
        }
        append(UInt8(ascii: "\n"))
        for child in node.children { append(lines: child, level: level + 1) }
    }

    /// Appends an answer as `mi_json` of OpenSIPS 2.4 writes it, its blanks included: nothing for success
    /// without nodes, `{"error": {"code": 404, "message": "…"}}` for an error.
    public mutating func append(miJSON reply: LineReply) {
        guard reply.code < 300 else {
            append(ascii: #"{"error": {"code": "#)
            append(decimal: reply.code)
            append(ascii: #", "message": "#)
            append(jsonString: reply.reason)
            append(ascii: "}}")
            return
        }
        if reply.isList {
            appendList(reply.nodes)
        } else if !reply.nodes.isEmpty {
            append(UInt8(ascii: "{"))
            for (index, node) in reply.nodes.enumerated() {
                if index > 0 { append(ascii: ", ") }
                appendMember(node)
            }
            append(UInt8(ascii: "}"))
        }
    }

    /// Like things under the name of the first: `{"Event": [{…}, {…}]}`.
    private mutating func appendList(_ nodes: [LineNode]) {
        if nodes.isEmpty { return }
        append(UInt8(ascii: "{"))
        append(jsonString: nodes[0].name ?? "")
        append(ascii: ": [")
        for (index, node) in nodes.enumerated() {
            if index > 0 { append(ascii: ", ") }
            append(UInt8(ascii: "{"))
            appendContent(node)
            append(UInt8(ascii: "}"))
        }
        append(ascii: "]}")
    }

    private mutating func appendMember(_ node: LineNode) {
        append(jsonString: node.name ?? "")
        append(ascii: ": ")
        if node.attributes.isEmpty, node.children.isEmpty {
            append(jsonString: node.value ?? "")
        } else {
            append(UInt8(ascii: "{"))
            appendContent(node)
            append(UInt8(ascii: "}"))
        }
    }

    private mutating func appendContent(_ node: LineNode) {
        var isFirst = true
        if let value = node.value {
            append(ascii: #""value":"#)
            append(jsonString: value)
            isFirst = false
        }
        if !node.attributes.isEmpty {
            if !isFirst { append(ascii: ", ") }
            append(ascii: #""attributes":{"#)
            for (index, attribute) in node.attributes.enumerated() {
                if index > 0 { append(ascii: ", ") }
                append(jsonString: attribute.name)
                append(ascii: ": ")
                append(jsonString: attribute.value)
            }
            append(UInt8(ascii: "}"))
            isFirst = false
        }
        if !node.children.isEmpty {
            if !isFirst { append(ascii: ", ") }
            append(ascii: #""children":"#)
            appendList(node.children)
        }
    }
}
