internal import EventCore
internal import WireFormats

/// The body of a raise, `{"params": …}`, read in one pass without a tree: the hot path of the service.
enum RaiseBody {
    /// The params; none where the member is left out.
    static func params(in body: Span<UInt8>) throws(Problem) -> Params {
        var params = Params.none
        var unknown: [String] = []
        do throws(JSONError) {
            try JSONReader.document(body) { reader, bytes throws(JSONError) in
                var names = JSONNames()
                try reader.beginObject(in: bytes)
                while let name = try reader.nextName(in: bytes, seen: &names) {
                    if name == "params" {
                        params = try reader.readParams(in: bytes)
                    } else {
                        if unknown.count < Problem.placesMax { unknown.append(name) }
                        try reader.skipValue(in: bytes)
                    }
                }
            }
        } catch {
            throw Problem(error)
        }
        guard unknown.isEmpty else {
            throw Problem(
                unacceptable: unknown.map {
                    Problem.Place(
                        position: .body(JSONPointer.root.child($0).text), fault: .unknown,
                        detail: "There is no such member here; the one member is params.")
                })
        }
        return params
    }
}
