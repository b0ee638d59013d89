extension ScriptValue {
    /// Whether a condition takes it for true: a number other than 0, a text that is not empty.
    var isTrue: Bool {
        switch self {
        case .null: false
        case .integer(let number): number != 0
        case .string(let bytes): !bytes.isEmpty
        }
    }

    /// Its text; nil of NULL.
    var text: [UInt8]? {
        switch self {
        case .null: nil
        case .integer(let number): ScriptValue.decimal(number)
        case .string(let bytes): bytes
        }
    }

    /// Its number: of a text if it is one in decimal; nil otherwise.
    var number: Int64? {
        switch self {
        case .null: nil
        case .integer(let number): number
        case .string(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Appends what `xlog` prints of it.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += Array("<null>".utf8)
        case .integer(let number): bytes += ScriptValue.decimal(number)
        case .string(let text): bytes += text
        }
    }

    /// How many bytes of memory its text takes.
    var byteCount: Int {
        if case .string(let bytes) = self { bytes.count } else { 0 }
    }

    private static func decimal(_ number: Int64) -> [UInt8] { Array(String(number).utf8) }
}
