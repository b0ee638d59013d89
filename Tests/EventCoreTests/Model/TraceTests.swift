import EventCore
import Testing

@Suite struct TraceTests {
    @Test(
        "a traceparent is one of version 00, in lower case, with ids that are not all zeroes",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true),
            ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", false),
            ("00-0af7651916cd43dd8448eb211c80319cb-7ad6b7169203331-01", false), ("", false),
        ])
    func parents(text: String, isOne: Bool) {
        #expect(Trace.isParent(text.utf8) == isOne)
        #expect((Trace(requestID: nil, parent: text).parent != nil) == isOne)
    }

    @Test("a request's id is 1 to 128 visible characters; another counts as not sent")
    func requestIDs() {
        #expect(Trace(requestID: "a~!", parent: nil).requestID == "a~!")
        #expect(Trace(requestID: String(repeating: "x", count: 128), parent: nil).requestID != nil)
        for bad in ["", "a b", "a\n", "ü", String(repeating: "x", count: 129)] {
            #expect(Trace(requestID: bad, parent: nil).requestID == nil)
        }
    }
}
