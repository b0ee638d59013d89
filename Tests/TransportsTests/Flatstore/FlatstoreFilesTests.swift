import Foundation
import Net
import TestSupport
import Testing

@testable import Transports

@Suite("Flatstore: files and their rotation")
final class FlatstoreFilesTests {
    private let directory: PrivateDirectory
    private var rotations: [FlatstoreRotation] = []
    /// 2026-11-24T07:00:00Z.
    private let wall: Int64 = 1_795_503_600_000

    init() throws {
        directory = try PrivateDirectory()
    }

    private func files(
        _ change: (inout FlatstoreSettings) -> Void = { _ in }
    ) -> FlatstoreFiles {
        var settings = FlatstoreSettings()
        change(&settings)
        return FlatstoreFiles(in: directory.path, settings: settings) { [unowned self] in
            rotations.append($0)
        }
    }

    private func text(_ name: String) -> String? {
        try? String(contentsOfFile: directory.path + "/" + name, encoding: .utf8)
    }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
    }

    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    @Test("a file is made with its permissions, appended to, and kept by a second start")
    func appends() throws {
        let written = files().append([line("a"), line("b")], to: "events", wall: wall)
        #expect(written.lines == 2 && written.error == nil)
        _ = files { $0.permissions = 0o600 }.append([line("c")], to: "events", wall: wall)
        _ = files { $0.permissions = 0o644 }.append([line("d")], to: "other", wall: wall)
        #expect(text("events") == "a\nb\nc\n")
        func mode(_ name: String) throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: directory.path + "/" + name)
            return try #require(attributes[.posixPermissions] as? Int)
        }
        #expect(try mode("events") == 0o640)
        #expect(try mode("other") == 0o644)
    }

    @Test("what is no regular file of one name is never written to")
    func refused() throws {
        let outside = directory.path + "/outside"
        try "kept".write(toFile: outside, atomically: false, encoding: .utf8)
        symlink("outside", directory.path + "/symlink")
        link(outside, directory.path + "/hardlink")
        mkfifo(directory.path + "/fifo", 0o600)
        mkdir(directory.path + "/directory", 0o700)
        for name in ["symlink", "hardlink", "fifo", "directory"] {
            let written = files().append([line("x")], to: name, wall: wall)
            #expect(written.lines == 0 && written.error != nil, "\(name)")
        }
        #expect(text("outside") == "kept")
        let none = FlatstoreFiles(in: directory.path + "/none", settings: FlatstoreSettings()) {
            _ in
        }
        #expect(none.append([line("x")], to: "a", wall: wall).error?.errno == ENOENT)
    }

    @Test("before it would be larger than allowed it gets another name; no line is lost or divided")
    func bySize() {
        let files = files { $0.rotateBytes = 4_096 }
        let lines = (0..<1_000).map { line("line \($0) " + String(repeating: "x", count: $0 % 90)) }
        for start in stride(from: 0, to: 1_000, by: 100) {
            let part = Array(lines[start..<start + 100])
            #expect(files.append(part, to: "log", wall: wall).lines == 100)
        }
        let old = rotations.compactMap(\.oldFile).map {
            String($0.split(separator: "/").last ?? "")
        }
        #expect(
            old.prefix(3) == [
                "log.20261124T070000Z", "log.20261124T070000Z.2", "log.20261124T070000Z.3",
            ])
        #expect(rotations.allSatisfy { $0.reason == .size && $0.file == directory.path + "/log" })
        let all = (old + ["log"]).compactMap { text($0) }
        #expect(all.joined() == String(decoding: lines.joined(), as: UTF8.self))
        #expect(all.allSatisfy { $0.utf8.count <= 4_096 && $0.hasSuffix("\n") })
    }

    @Test("a line longer than a whole file has one of its own")
    func longLine() {
        let files = files { $0.rotateBytes = 4_096 }
        let long = line(String(repeating: "y", count: 10_000))
        #expect(files.append([line("a"), long, line("b")], to: "log", wall: wall).lines == 3)
        #expect(rotations.count == 2)
        #expect(text("log") == "b\n")
    }

    @Test("the first line of a new period begins a new file, after a restart too")
    func byAge() throws {
        let day: Int64 = 86_400_000
        var files = files { $0.rotateSeconds = 86_400 }
        _ = files.append([line("today")], to: "log", wall: wall)
        _ = files.append([line("tonight")], to: "log", wall: wall + 16 * 3_600_000)
        #expect(rotations.isEmpty)
        _ = files.append([line("tomorrow")], to: "log", wall: wall + day)
        #expect(rotations.map(\.reason) == [.period])
        #expect(text("log.20261125T070000Z") == "today\ntonight\n")
        files = self.files { $0.rotateSeconds = 86_400 }
        let now = Int64(Date().timeIntervalSince1970) * 1_000
        _ = files.append([line("later")], to: "log", wall: now + 2 * day)
        #expect(text("log") == "later\n")
        #expect(rotations.count == 2)
    }

    @Test(
        "a file that was renamed is followed until it is reopened; one that was deleted is made anew"
    )
    func renamed() throws {
        let files = files()
        _ = files.append([line("1")], to: "log", wall: wall)
        rename(directory.path + "/log", directory.path + "/log.1")
        _ = files.append([line("2")], to: "log", wall: wall)
        files.reopen()
        _ = files.append([line("3")], to: "log", wall: wall)
        #expect(text("log.1") == "1\n2\n" && text("log") == "3\n")
        unlink(directory.path + "/log")
        _ = files.append([line("4")], to: "log", wall: wall)
        #expect(text("log") == "4\n")
    }

    @Test("rotated on demand: renamed, or only opened anew where somebody has renamed it")
    func onDemand() throws {
        let files = files()
        _ = files.append([line("1")], to: "log", wall: wall)
        try files.rotate("log", wall: wall)
        #expect(text("log.20261124T070000Z") == "1\n" && text("log") == nil)
        _ = files.append([line("2")], to: "log", wall: wall)
        rename(directory.path + "/log", directory.path + "/log.mine")
        try files.rotate("log", wall: wall)
        _ = files.append([line("3")], to: "log", wall: wall)
        #expect(text("log.mine") == "2\n" && text("log") == "3\n")
        #expect(rotations.map(\.reason) == [.mi, .mi])
        #expect(rotations.map { $0.oldFile == nil } == [false, true])
        #expect(throws: SystemError.self) { try files.rotate("none", wall: self.wall) }
        #expect(names.contains("none") == false)
    }

    @Test("rotation never overwrites, and one that fails leaves the lines where they are")
    func neverOverwrites() throws {
        let files = files { $0.rotateBytes = 4_096 }
        let long = line(String(repeating: "z", count: 4_000))
        try "old".write(
            toFile: directory.path + "/log.20261124T070000Z", atomically: false, encoding: .utf8)
        #expect(files.append([long, long], to: "log", wall: wall).lines == 2)
        #expect(text("log.20261124T070000Z") == "old")
        #expect(text("log.20261124T070000Z.2")?.utf8.count == 4_001)
    }

    @Test("of more files than may be open the one unused for longest is closed, and goes on later")
    func manyFiles() throws {
        let files = files { $0.openFilesMax = 3 }
        let before = try openDescriptors()
        for turn in 0..<3 {
            for number in 0..<20 {
                _ = files.append([line("\(turn)")], to: "log\(number)", wall: wall)
            }
        }
        #expect(try openDescriptors() - before <= 4)
        for number in 0..<20 { #expect(text("log\(number)") == "0\n1\n2\n") }
    }

    private func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}
