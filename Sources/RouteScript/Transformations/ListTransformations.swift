internal import WireFormats

/// `{param.…}`, `{csv.…}` and `{sdp.line}`: lists in text.
extension TransformationTable {
    static let parameterRows = [
        TransformationRow("param.value", .text) { input in
            named(input).map { .string(Array($0.value ?? [])) }
        },
        TransformationRow("param.exist", .text) { input in
            parameters(input).map { _ in .integer(named(input) == nil ? 0 : 1) }
        },
        TransformationRow("param.valueat", .number) { input in
            parameters(input).flatMap { element($0, at: input.number(0)) }
                .map { .string(Array($0.value ?? [])) }
        },
        TransformationRow("param.name", .number) { input in
            parameters(input).flatMap { element($0, at: input.number(0)) }
                .map { .string(Array($0.name)) }
        },
        TransformationRow("param.count") { parameters($0).map { .integer(Int64($0.count)) } },
    ]

    static let csvRows = [
        TransformationRow("csv.count") { input in
            input.text.flatMap(csvFields).map { .integer(Int64($0.count)) }
        },
        TransformationRow("csv.value", .number) { input in
            input.text.flatMap(csvFields).flatMap { element($0, at: input.number(0)) }
                .map(ScriptValue.string)
        },
    ]

    static let bodyRows = [
        TransformationRow("sdp.line", .text, .number, optional: 1, apply: sdpLine)
    ]

    /// `a=1;b;c="x"`, with or without a semicolon in front; NULL where there is no parameter.
    private static func parameters(_ input: TransformationInput) -> [SIPParameter]? {
        input.text.map { Array(SIPParameters($0)) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func named(_ input: TransformationInput) -> SIPParameter? {
        guard let name = input.text(0), let text = input.text else { return nil }
        return SIPParameters(text)[String(decoding: name, as: UTF8.self)]
    }

    /// Counted from 0, or from the end by -1.
    private static func element<Element>(_ list: [Element], at index: Int?) -> Element? {
        guard let index, index >= -list.count, index < list.count else { return nil }
        return list[index < 0 ? list.count + index : index]
    }

    /// The fields of one record (RFC 4180): in quotes commas separate nothing, and `""` is a quote.
    /// NULL where a quote has no end, or something follows it.
    private static func csvFields(_ text: ArraySlice<UInt8>) -> [[UInt8]]? {
        var fields: [[UInt8]] = []
        var rest = text
        while true {
            var field: [UInt8] = []
            if rest.first == UInt8(ascii: "\"") {
                guard let end = unquote(rest, into: &field) else { return nil }
                rest = rest[end...]
                guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
            } else {
                field = Array(rest.prefix { $0 != UInt8(ascii: ",") })
                rest = rest.dropFirst(field.count)
            }
            fields.append(field)
            guard !rest.isEmpty else { return fields }
            rest = rest.dropFirst()
        }
    }

    /// The place behind the closing quote.
    private static func unquote(_ text: ArraySlice<UInt8>, into field: inout [UInt8]) -> Int? {
        var index = text.startIndex + 1
        while index < text.endIndex {
            let isQuote = text[index] == UInt8(ascii: "\"")
            index += 1
            guard isQuote else {
                field.append(text[index - 1])
                continue
            }
            guard index < text.endIndex, text[index] == UInt8(ascii: "\"") else { return index }
            field.append(UInt8(ascii: "\""))
            index += 1
        }
        return nil
    }

    /// The line of that type, `m=audio …` whole, and of that number among them, from 0.
    private static func sdpLine(_ input: TransformationInput) -> ScriptValue? {
        guard let body = input.text, let type = input.text(0), type.count == 1,
            let number = input.number(1, default: 0), number >= 0
        else { return nil }
        let lines = body.split(whereSeparator: {
            $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n")
        })
        .filter { $0.first == type[0] && $0.dropFirst().first == UInt8(ascii: "=") }
        return number < lines.count ? .string(Array(lines[number])) : nil
    }
}
