/// One parameter of an address, a URI or a Via: `;name` or `;name=value`.
public struct SIPParameter: Sendable, Equatable {
    /// The name, as it was written; its case does not count.
    public let name: ArraySlice<UInt8>
    /// What stands behind `=`, without its quotes; nil where there is no `=`.
    public let value: ArraySlice<UInt8>?
}

/// The parameters of one thing in their order. `*( SEMI generic-param )`, `generic-param = token [
/// EQUAL gen-value ]` (RFC 3261 §25.1); white space around `;` and `=` does not count, and what is
/// empty is skipped.
public struct SIPParameters: Sendable, Equatable, Sequence {
    /// Their text; begins with `;` unless it is empty.
    public let text: ArraySlice<UInt8>

    /// Parameters from their text, to its end. Nothing is refused: what makes no sense is a name.
    public init(_ text: ArraySlice<UInt8>) {
        self.text = text
    }

    /// The first parameter of this name, in any case.
    public subscript(name: String) -> SIPParameter? {
        first { $0.name.isSameIgnoringCase(as: name) }
    }

    /// Goes through them.
    public func makeIterator() -> Iterator {
        Iterator(rest: text)
    }

    /// Takes one parameter after the other from the text.
    public struct Iterator: IteratorProtocol {
        fileprivate var rest: ArraySlice<UInt8>

        /// The next one.
        public mutating func next() -> SIPParameter? {
            while !rest.isEmpty {
                let parameter = take()
                if !parameter.name.isEmpty || parameter.value != nil { return parameter }
            }
            return nil
        }

        private mutating func take() -> SIPParameter {
            if rest.first == UInt8(ascii: ";") { rest.removeFirst() }
            var end =
                rest.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "=") }
                ?? rest.endIndex
            let equals = end < rest.endIndex && rest[end] == UInt8(ascii: "=") ? end : nil
            if let equals {
                end = rest[(equals + 1)...].firstIndex { !$0.isWhiteSpace } ?? rest.endIndex
                // Only a whole value is in quotes; one without an end takes the rest.
                if end < rest.endIndex, rest[end] == UInt8(ascii: "\"") {
                    end = rest.endOfQuotes(from: end) ?? rest.endIndex
                }
                end = rest[end...].firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
            }
            let name = rest[..<(equals ?? end)].trimmedOfWhiteSpace
            let value = equals.map { rest[($0 + 1)..<end].trimmedOfWhiteSpace.withoutQuotes }
            rest = rest[end...]
            return SIPParameter(name: name, value: value)
        }
    }
}

extension ArraySlice<UInt8> {
    /// What stands between the quotes, if it is in quotes; nothing is unescaped.
    var withoutQuotes: ArraySlice<UInt8> {
        guard count >= 2, first == UInt8(ascii: "\""), last == UInt8(ascii: "\"") else {
            return self
        }
        return dropFirst().dropLast()
    }
}
