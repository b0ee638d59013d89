/// Lists in the values of header fields: elements with commas between them (RFC 3261 §7.3.1).
enum SIPList {
    /// The elements, without the white space around them; empty ones are left out. A comma in
    /// quotes or angle brackets separates nothing.
    static func elements(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var elements: [ArraySlice<UInt8>] = []
        var start = value.startIndex
        var index = start
        var isBracketed = false
        func take(_ end: Int) {
            let element = value[start..<end].trimmedOfWhiteSpace
            if !element.isEmpty { elements.append(element) }
        }
        while index < value.endIndex {
            switch value[index] {
            case UInt8(ascii: "\"") where !isBracketed:
                index = value.endOfQuotes(from: index) ?? value.endIndex
                continue
            case UInt8(ascii: "<"): isBracketed = true
            case UInt8(ascii: ">"): isBracketed = false
            case UInt8(ascii: ",") where !isBracketed:
                take(index)
                start = index + 1
            default: break
            }
            index += 1
        }
        take(value.endIndex)
        return elements
    }
}

extension ArraySlice<UInt8> {
    /// A value of several lines as one: RFC 3261 §7.3.1, a line end with the white space before and
    /// behind it is one blank.
    var unfolded: ArraySlice<UInt8> {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var index = startIndex
        while index < endIndex {
            if self[index] == UInt8(ascii: "\r") || self[index] == UInt8(ascii: "\n") {
                while result.last?.isWhiteSpace == true { result.removeLast() }
                result.append(UInt8(ascii: " "))
                while index < endIndex, self[index].isWhiteSpace { index += 1 }
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result[...]
    }
}
