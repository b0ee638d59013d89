import Testing

@testable import EventCore

@Suite("Names kept once")
struct NameTableTests {
    @Test("a name has one number, no name has 0, and 0 has no name")
    func numbers() {
        var table = NameTable()
        let first = table.number(of: "a")
        #expect(first != NameTable.none && table.number(of: "b") != first)
        #expect(table.number(of: "a") == first && table[first] == "a")
        #expect(table.number(of: nil) == NameTable.none && table[NameTable.none] == nil)
    }

    @Test("beyond the highest number names are not kept")
    func full() {
        var table = NameTable()
        for number in 1...NameTable.numberMax {
            guard table.number(of: String(number)) == number else { return missed("a new number") }
        }
        #expect(table.number(of: "one more") == NameTable.none)
        #expect(table.number(of: "7") == 7)
    }

    @Test("a record holds a time and a number side by side, in 96 bytes")
    func record() {
        var record = SubscriptionRecord()
        record.created = 1_795_000_000_123
        record.creator = NameTable.numberMax
        #expect(record.created == 1_795_000_000_123 && record.creator == NameTable.numberMax)
        record.created = -5
        #expect(record.created == 0 && record.creator == NameTable.numberMax)
        record.creator = 0
        record.created = 1 << 42 - 1
        #expect(record.created == 1 << 42 - 1 && record.creator == 0)
        #expect(MemoryLayout<SubscriptionRecord>.stride == 96)
    }
}
