import EventCore
import TestSupport
import Testing

@Suite struct ValueTests {
    @Test("params are named, bare or none, in the order given")
    func params() {
        let named = Params(named: [("b", .integer(1)), ("a", .string("x")), ("b", .boolean(true))])
        #expect(named.isNamed && !named.isEmpty)
        #expect(named.items.map(\.name) == ["b", "a", "b"])
        let bare = Params(values: [.double(0.5), .integer(.min)])
        #expect(!bare.isNamed && bare.items.map(\.value) == [.double(0.5), .integer(.min)])
        #expect(Params.none.isEmpty && !Params.none.isNamed)
    }

    @Test("an integer is never a double, however equal")
    func kinds() {
        #expect(Value.integer(1) != Value.double(1))
        #expect(Value.boolean(true) != Value.integer(1))
        #expect(Value.string("1") != Value.integer(1))
    }

    @Test("names are 1 to 64 bytes of letters, digits, _ . - after a letter")
    func names() {
        for name in ["E", "e9", "E_PIKE.blocked-2", String(repeating: "x", count: 64)] {
            #expect(EventName.isValid(name), "\(name)")
        }
        for name in [
            "", "_E", "-E", ".E", "9", "E ", "E\n", "Ä", String(repeating: "x", count: 65),
        ] {
            #expect(!EventName.isValid(name), "\(name)")
        }
        #expect(EventName.isReserved("E_CORE_X") && EventName.isReserved("E_EVI_"))
        #expect(!EventName.isReserved("E_CORE") && !EventName.isReserved("e_core_x"))
    }

    @Test("an occurrence's id tells the process and the place among its raises")
    func occurrenceID() {
        #expect(OccurrenceID(epoch: 0x19c_2e55_aa10, sequence: 42).description == "19c2e55aa10-42")
    }

    @Test("raises are numbered from 1 and carry the process's epoch and the moment")
    func receipts() throws {
        let bench = Bench()
        let started = bench.clock.now.wall
        bench.clock.advance(seconds: 9)
        #expect(try bench.raise().id == OccurrenceID(epoch: started, sequence: 1))
        let second = try bench.raise("E_NEW")
        #expect(second.id.sequence == 2 && second.time == started + 9_000)
    }
}
