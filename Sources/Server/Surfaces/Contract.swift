internal import Cassets

/// openapi.yaml as it was when this binary was built.
public enum Contract {
    /// The document's bytes.
    public static var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// Appends the document to an answer.
    static func append(to body: inout [UInt8]) {
        body.append(
            contentsOf: UnsafeBufferPointer(
                start: carillon_openapi_start(), count: Int(carillon_openapi_bytes)))
    }
}
