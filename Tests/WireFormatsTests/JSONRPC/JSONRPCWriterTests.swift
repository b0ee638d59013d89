import Testing
import WireFormats

@Suite("JSON-RPC responses and calls")
struct JSONRPCWriterTests {
    @Test("results and errors have their members in OpenSIPS's order")
    func responses() {
        #expect(
            written { $0.appendResponse(to: .integer(1), result: "OK") }
                == #"{"jsonrpc":"2.0","result":"OK","id":1}"#)
        let event: JSON = [
            "Event": [
                "name": "E_SCRIPT", "id": 13,
                "Subscribers": [["socket": "udp:127.0.0.1:15101", "expire": "never"]],
            ]
        ]
        #expect(
            written { $0.appendResponse(to: .integer(1), result: event) }
                == #"{"jsonrpc":"2.0","result":{"Event":{"name":"E_SCRIPT","id":13,"Subscribers":[{"socket":"udp:127.0.0.1:15101","expire":"never"}]}},"id":1}"#
        )
        #expect(
            written {
                $0.appendResponse(
                    to: .string("a\"b"),
                    error: .invalidParams.with(data: "Negative expire value"))
            }
                == #"{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":"Negative expire value"},"id":"a\"b"}"#
        )
        #expect(
            written { $0.appendResponse(to: .null, error: .unparsable) }
                == #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#)
    }

    @Test("a batch is an array of its responses, and nothing at all for none")
    func batches() {
        var one: [UInt8] = []
        one.appendResponse(to: .integer(1), result: 1)
        #expect(
            written { $0.appendBatch([one, one]) }
                == #"[{"jsonrpc":"2.0","result":1,"id":1},{"jsonrpc":"2.0","result":1,"id":1}]"#)
        #expect(written { $0.appendBatch([]) } == "")
    }

    @Test(
        "calls of ours: a request with an id, a notification without; params only if there are some"
    )
    func calls() {
        #expect(
            written { $0.appendCall(method: "E_X", params: [], id: nil) }
                == #"{"jsonrpc":"2.0","method":"E_X"}"#)
        #expect(
            written { $0.appendCall(method: "m\"", params: Array("[1]".utf8), id: 96_249_342) }
                == #"{"jsonrpc":"2.0","id":96249342,"method":"m\"","params":[1]}"#)
    }

    @Test("trees of every kind are written compact, members in order")
    func trees() {
        let tree: JSON = ["z": [nil, true, -1, 0.5, "x"], "a": [:], "b": []]
        #expect(written { $0.append(tree: tree) } == #"{"z":[null,true,-1,0.5,"x"],"a":{},"b":[]}"#)
    }
}
