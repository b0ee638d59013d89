internal import EventCore
internal import WireFormats

/// Which file, and how its lines are written.
final class FlatstoreTarget: DeliveryTarget {
    /// A line's form.
    enum Format: Sendable, Equatable {
        /// `FlatLine.flat`.
        case flat(delimiter: UInt8, hasEventName: Bool)
        /// `FlatLine.ndjson`.
        case ndjson

        /// The line of an occurrence.
        func line(of occurrence: Occurrence) -> [UInt8] {
            switch self {
            case .flat(let delimiter, let hasEventName):
                FlatLine.flat(occurrence, delimiter: delimiter, hasEventName: hasEventName)
            case .ndjson: FlatLine.ndjson(occurrence)
            }
        }
    }

    /// The file's name in the directory.
    let name: String
    let format: Format
    let destination: Destination
    let options: DeliveryOptions

    init(name: String, format: Format, options: DeliveryOptions) {
        self.name = name
        self.format = format
        destination = Destination(name)
        self.options = options
    }
}
