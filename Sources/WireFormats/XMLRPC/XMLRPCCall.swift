public import EventCore

/// XML-RPC method calls (xmlrpc.com/spec.md), byte for byte as OpenSIPS's event_xmlrpc writes them
/// where that was right: it escaped nothing and printed negative integers as 64 bits without sign.
///
///     <?xml version="1.0"?>
///     <methodCall>
///     <methodName>my_meth</methodName>
///     <params>
///     <param>
///     <value><string>E_X</string></value>
///     </param>
///     …
///     </params>
///     </methodCall>
///
/// Always well-formed XML 1.0 in UTF-8. Pure functions for any thread; no limit of their own.
public enum XMLRPCCall {
    /// How an occurrence's named params are written; bare ones are values in every layout. The raw
    /// value is its name in sockets.
    public enum Layout: String, Sendable, Hashable, CaseIterable {
        /// Each value a param; names are left out.
        case values
        /// `<name>` inside `<param>`, before the value: OpenSIPS's default. XML-RPC has no such
        /// thing.
        case named
        /// Each value in a struct of this one member: OpenSIPS's `use_struct_param`. Valid, and
        /// keeps names.
        case `struct`
    }

    /// The element `params` of an occurrence: the event's name first, then its params.
    public static func params(_ occurrence: Occurrence, layout: Layout) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128 + 96 * occurrence.params.items.count)
        bytes.append(ascii: "<params>\n")
        bytes.append(param: .string(occurrence.event), named: nil, layout: .values)
        for param in occurrence.params.items {
            bytes.append(param: param.value, named: param.name, layout: layout)
        }
        bytes.append(ascii: "</params>\n")
        return bytes
    }

    /// The whole call of `method` with what `params` has written.
    public static func call(_ method: String, params: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(params.count + method.utf8.count + 96)
        bytes.append(ascii: "<?xml version=\"1.0\"?>\n<methodCall>\n<methodName>")
        bytes.append(xmlText: method)
        bytes.append(ascii: "</methodName>\n")
        bytes.append(contentsOf: params)
        bytes.append(ascii: "</methodCall>")
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(
        param value: Value, named name: String?, layout: XMLRPCCall.Layout
    ) {
        append(ascii: "<param>\n")
        switch (layout, name) {
        case (.values, _), (_, nil): append(xmlValue: value)
        case (.named, let name?):
            append(xmlName: name)
            append(xmlValue: value)
        case (.struct, let name?):
            append(ascii: "<value><struct><member>\n")
            append(xmlName: name)
            append(xmlValue: value)
            append(ascii: "</member></struct></value>\n")
        }
        append(ascii: "</param>\n")
    }

    private mutating func append(xmlName name: String) {
        append(ascii: "<name>")
        append(xmlText: name)
        append(ascii: "</name>\n")
    }

    private mutating func append(xmlValue value: Value) {
        append(ascii: "<value>")
        switch value {
        case .string(let text):
            append(ascii: "<string>")
            append(xmlText: text)
            append(ascii: "</string>")
        case .integer(let number):
            // The specification has 32 bits. `i8` is what Apache's XML-RPC and those after it
            // (Python among them) added for 64.
            let isShort = Int32(exactly: number) != nil
            if isShort { append(ascii: "<int>") } else { append(ascii: "<i8>") }
            append(decimal: number)
            if isShort { append(ascii: "</int>") } else { append(ascii: "</i8>") }
        case .double(let number):
            append(ascii: "<double>")
            append(xmlDouble: number)
            append(ascii: "</double>")
        case .boolean(let flag):
            append(ascii: "<boolean>")
            append(flag ? UInt8(ascii: "1") : UInt8(ascii: "0"))
            append(ascii: "</boolean>")
        }
        append(ascii: "</value>\n")
    }
}
