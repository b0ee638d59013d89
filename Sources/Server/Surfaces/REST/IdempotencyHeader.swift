internal import EventCore
internal import Net

/// The request header field Idempotency-Key (IETF draft httpapi-idempotency-key).
///
///     Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"      a string of RFC 8941 §3.3.3, as the draft has it
///     Idempotency-Key: 8e03978e-40d5-43dd-bc93-6894a57f9324        the bare key, as most clients send it
enum IdempotencyHeader {
    /// The key; nil without the field. 422 where it is there twice, or holds no key.
    static func key(in request: borrowing HTTPRequest) throws(Problem) -> IdempotencyKey? {
        var value: UnsafeBufferPointer<UInt8>?
        for index in 0..<request.fieldCount {
            let field = request.field(at: index)
            guard isName(field.name) else { continue }
            if value != nil { throw refusal(.duplicate, "It is given twice.") }
            value = field.value
        }
        guard let value else { return nil }
        guard let text = text(value), let key = IdempotencyKey(text) else {
            throw refusal(
                .badFormat,
                "Expected 1 to \(IdempotencyKey.bytesMax) visible ASCII characters, as they are or as a quoted string."
            )
        }
        return key
    }

    /// Why the field is not accepted.
    static func refusal(_ fault: CommandError.Fault, _ detail: String) -> Problem {
        Problem(unacceptable: [
            Problem.Place(position: .parameter("Idempotency-Key"), fault: fault, detail: detail)
        ])
    }

    private static func isName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        // The length first: this is asked of every field of every raise.
        name.count == 15 && name.lowercasedText == "idempotency-key"
    }

    /// The key in the field; nil for a string that breaks its grammar.
    private static func text(_ value: UnsafeBufferPointer<UInt8>) -> String? {
        let quote = UInt8(ascii: "\"")
        guard value.first == quote else { return String(validating: value, as: UTF8.self) }
        var plain: [UInt8] = []
        var index = 1
        while index < value.count - 1 {
            if value[index] == quote { return nil }
            if value[index] == UInt8(ascii: "\\") {
                index += 1
                let isLast = index == value.count - 1
                guard !isLast, value[index] == quote || value[index] == UInt8(ascii: "\\") else {
                    return nil
                }
            }
            plain.append(value[index])
            index += 1
        }
        guard value.count > 1, value.last == quote else { return nil }
        return String(validating: plain, as: UTF8.self)
    }
}
