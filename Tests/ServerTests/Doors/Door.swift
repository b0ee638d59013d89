import Foundation
import Net
import Server
import TestSupport
import Testing

/// A door of the management interface and the protocol spoken there: a text goes in, a text comes out.
enum Door: String, CaseIterable, CustomTestStringConvertible {
    case http = "JSON-RPC over HTTP"
    case fifoJSON = "JSON-RPC over the FIFO"
    case udpJSON = "JSON-RPC over UDP"
    case unixJSON = "JSON-RPC over a UNIX datagram"
    case fifoLines = "lines over the FIFO"
    case udpLines = "lines over UDP"
    case unixLines = "lines over a UNIX datagram"

    var testDescription: String { rawValue }

    /// Those that speak JSON-RPC.
    static let json: [Door] = [.http, .fifoJSON, .udpJSON, .unixJSON]
    /// Those that speak lines.
    static let lines: [Door] = [.fifoLines, .udpLines, .unixLines]
}

/// The real service with every door open.
final class OpenService {
    let service: RunningService
    let client: JSONClient
    let directory: PrivateDirectory
    let fifo: String
    private let udp: DatagramAddress
    private let unix: DatagramAddress
    private let replies: String
    private var number = 0

    init(_ change: (inout Settings) -> Void = { _ in }) throws {
        let directory = try PrivateDirectory()
        self.directory = directory
        let path = directory.path + "/mi.dgram"
        service = try RunningService {
            $0.miDatagram = ["127.0.0.1:0", path]
            $0.unixDirectories = []
            change(&$0)
        }
        client = try service.client()
        fifo = service.stateDirectory + "/mi.fifo"
        replies = service.stateDirectory
        unix = .unix(path: path)
        let bound = service.carillon.listening.first { $0.hasPrefix("udp:") } ?? ""
        udp = .udp(host: "127.0.0.1", port: UInt16(bound.split(separator: ":").last ?? "") ?? 0)
    }

    /// A text through a door; nil where nothing comes back while another call is answered, and for a moment longer.
    func send(
        _ text: String, through door: Door, withinMilliseconds patience: Int32 = 300
    ) throws -> String? {
        switch door {
        case .http:
            let answer = try client.mi(text)
            return answer.status == 204 ? nil : answer.text
        case .fifoJSON:
            // No reply is known by the reply to what was written behind it.
            let fence = #"{"jsonrpc":"2.0","method":"core:version","id":"fence"}"#
            let end = #","id":"fence"}"#
            number += 1
            let reader = try ReplyReader(replies + "/r\(number)")
            let line = text.replacing("\n", with: " ")
            try FIFOPeer.write(":r\(number):\(line)\n:r\(number):\(fence)\n", to: fifo)
            let all = reader.read { $0.hasSuffix(end) } ?? ""
            guard let start = all.ranges(of: #"{"jsonrpc":"2.0","result":{"Server""#).last else {
                return all
            }
            let answer = all[..<start.lowerBound]
            return answer.isEmpty ? nil : String(answer)
        case .udpJSON, .udpLines: return try ask(text, .ipv4, udp, patience)
        case .unixJSON, .unixLines:
            number += 1
            return try ask(text, .path(directory.path + "/c\(number)"), unix, patience)
        case .fifoLines:
            number += 1
            let reader = try ReplyReader(replies + "/r\(number)")
            try FIFOPeer.write(text, to: fifo)
            return reader.read()
        }
    }

    /// Where UDP datagrams are taken.
    func udpAddress() -> DatagramAddress { udp }

    private func ask(
        _ text: String, _ place: DatagramReceiver.Place, _ address: DatagramAddress,
        _ patience: Int32
    ) throws -> String? {
        let socket = DatagramReceiver(place)
        guard socket.send(text, to: address) else { return nil }
        guard socket.send(":which:\n\n", to: address) else { return nil }
        // Datagrams of one sender are taken in order, so an answer at once comes before the one behind it. One that
        // waits for the disk may come later.
        let fence = "200 OK\nevi:subscribe\n"
        let first = socket.receive()
        guard let first, first.hasPrefix(fence), !text.hasPrefix(":which") else { return first }
        return socket.receive(withinMilliseconds: patience)
    }

    /// Calls a command; its answer. Parameters are texts.
    func call(_ command: String, _ parameters: [String], through door: Door) throws -> String {
        if Door.lines.contains(door) {
            let reply = door == .fifoLines ? "r\(number + 1)" : ""
            let lines = parameters.map { $0 + "\n" }.joined()
            return try send(
                ":\(command):\(reply)\n\(lines)\n", through: door, withinMilliseconds: 5_000)
                ?? "(nothing)"
        }
        let list = parameters.map { $0.hasPrefix("[") ? $0 : literal($0) }.joined(separator: ",")
        let text = #"{"jsonrpc":"2.0","method":"\#(command)","params":[\#(list)],"id":1}"#
        return try send(text, through: door, withinMilliseconds: 5_000) ?? "(nothing)"
    }
}
