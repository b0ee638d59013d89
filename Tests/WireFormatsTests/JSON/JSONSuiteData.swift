import Foundation

/// The data that lies beside a checkout, `../shared/data` from the package's root; absent in a plain
/// clone.
enum SharedData {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("../shared/data").standardizedFileURL

    /// The files of a folder by name; nil, and one line that says so, if it is not there.
    static func files(in folder: String) -> [(name: String, bytes: [UInt8])]? {
        let directory = root.appendingPathComponent(folder)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path)
        else {
            print("left out: ../shared/data/\(folder) is not there")
            return nil
        }
        return names.sorted().compactMap { name in
            let file = directory.appendingPathComponent(name)
            return (try? Data(contentsOf: file)).map { (name, [UInt8]($0)) }
        }
    }
}
