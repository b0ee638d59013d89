public import EventCore

extension [UInt8] {
    /// Appends an occurrence's id: epoch in lower-case hexadecimal, `-`, sequence in decimal.
    public mutating func append(_ id: OccurrenceID) {
        append(addingCapacity: OccurrenceID.textBytesMax) { id.write(to: &$0) }
    }
}
