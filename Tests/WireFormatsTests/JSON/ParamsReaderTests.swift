import EventCore
import Testing
import WireFormats

/// Reads `{"params": …}` as a raise does.
private func params(_ text: String) throws(JSONError) -> Params {
    let bytes = Array(text.utf8)
    return try JSONReader.document(bytes.span) { (reader, bytes) throws(JSONError) in
        var names = JSONNames()
        var params = Params.none
        try reader.beginObject(in: bytes)
        while let name = try reader.nextName(in: bytes, seen: &names) {
            if name == "params" {
                params = try reader.readParams(in: bytes)
            } else {
                try reader.skipValue(in: bytes)
            }
        }
        return params
    }
}

@Suite("JSON reader: params")
struct ParamsReaderTests {
    @Test("an object gives named params in order, an array bare values, empty ones none")
    func kinds() throws {
        #expect(
            try params(
                #"{"params": {"z": "v", "a": -5, "d": 1.0, "t": true, "big": 9223372036854775807}}"#
            )
                == Params(named: [
                    ("z", .string("v")), ("a", .integer(-5)), ("d", .double(1)),
                    ("t", .boolean(true)), ("big", .integer(.max)),
                ]))
        #expect(
            try params(#"{"params": ["x", 2, false]}"#)
                == Params(values: [.string("x"), .integer(2), .boolean(false)]))
        #expect(try params(#"{"params": {}}"#) == .none)
        #expect(try params(#"{"params": []}"#) == .none)
        #expect(try params(#"{"other": [{}, {"a": [1]}]}"#) == .none)
    }

    @Test(
        "what no param can be is named by its pointer",
        arguments: [
            (#"{"params":{"callid":[1]}}"#, JSONError.Code.nestedParam, "/params/callid"),
            (#"{"params":{"a":1,"callid":{}}}"#, .nestedParam, "/params/callid"),
            (#"{"params":{"callid":null}}"#, .nullParam, "/params/callid"),
            (#"{"params":[1,null]}"#, .nullParam, "/params/1"),
            (#"{"params":{"a/b~c":null}}"#, .nullParam, "/params/a~1b~0c"),
            (#"{"params":{"n":12345678901234567890}}"#, .integerOutOfRange, "/params/n"),
            (#"{"params":{"n":1e400}}"#, .numberOutOfRange, "/params/n"),
            (#"{"params":{"n":-2.5e278}}"#, .numberOutOfRange, "/params/n"),
            (#"{"params":[9223372036854775808.0]}"#, .numberOutOfRange, "/params/0"),
            (#"{"params":"text"}"#, .wrongType, "/params"),
            (#"{"params":null}"#, .wrongType, "/params"),
            ("[]", .wrongType, ""),
        ])
    func faults(text: String, code: JSONError.Code, pointer: String) {
        let error = #expect(throws: JSONError.self) { try params(text) }
        #expect(error?.code == code)
        #expect(error?.pointer == pointer)
        #expect(error?.isSyntax == false)
    }

    @Test("a text that is no JSON is that first, though a param before the fault is unusable")
    func syntaxFirst() {
        for text in [#"{"params":{"a":null}"#, #"{"params":{"a":null},}"#, #"{"params":[[]]} x"#] {
            let error = #expect(throws: JSONError.self) { try params(text) }
            #expect(error?.isSyntax == true, "\(text)")
        }
    }

    @Test("a duplicate param is refused")
    func duplicate() {
        let error = #expect(throws: JSONError.self) { try params(#"{"params":{"a":1,"a":2}}"#) }
        #expect(error?.code == .duplicateName)
    }

    @Test("params out of a tree follow the same rules")
    func fromTree() throws {
        let pointer = JSONPointer.root.child("params")
        let tree: JSON = ["a": 1, "b": "x", "c": 1.5, "d": true]
        #expect(
            try tree.params(at: pointer)
                == Params(named: [
                    ("a", .integer(1)), ("b", .string("x")), ("c", .double(1.5)),
                    ("d", .boolean(true)),
                ]))
        for (tree, place): (JSON, String) in [
            (["a": nil], "/params/a"), ([1, []], "/params/1"), (["a": ["b": 1]], "/params/a"),
            (["a": 1e30], "/params/a"),
            ("text", "/params"),
        ] {
            let error = #expect(throws: JSONError.self) { try tree.params(at: pointer) }
            #expect(error?.pointer == place)
        }
    }

    @Test("200,000 different names are read, none of them compared with all others")
    func manyNames() throws {
        let members = (0..<200_000).map { "\"n\($0)\":0" }.joined(separator: ",")
        let items = try params("{\"params\":{\(members)}}").items
        #expect(items.count == 200_000)
        #expect(throws: JSONError.self) { try params("{\"params\":{\(members),\"n77\":0}}") }
    }
}
