import Testing
import WireFormats

@Suite struct SIPFaultTests {
    struct Row: Sendable, CustomStringConvertible {
        let description: String
        let fault: SIPFault
        let line: Int
        let column: Int
        let text: String

        init(_ description: String, _ fault: SIPFault, _ line: Int, _ column: Int, _ text: String) {
            self.description = description
            self.fault = fault
            self.line = line
            self.column = column
            self.text = text
        }
    }

    private static let start = "OPTIONS sip:a SIP/2.0\n"

    static let rows = [
        Row("no text", .empty, 1, 1, ""),
        Row("only line ends", .empty, 1, 1, "\r\n\n"),
        Row("a word", .badStartLine, 1, 1, "hello"),
        Row("HTTP", .badVersion, 1, 7, "GET / HTTP/1.1\r\n\r\n"),
        Row("a method that is no token", .badMethod, 1, 3, "IN<VITE sip:a SIP/2.0\n\n"),
        Row("no method", .badMethod, 1, 1, " sip:a SIP/2.0\n\n"),
        Row(
            "two blanks before the URI (RFC 4475 §3.1.2.8)", .badRequestURI, 1, 8,
            "INVITE  sip:a  SIP/2.0\n\n"),
        Row(
            "a blank in the URI (RFC 4475 §3.1.2.6)", .badVersion, 1, 15,
            "INVITE sip:a; lr SIP/2.0\n\n"),
        Row(
            "a blank behind the version (RFC 4475 §3.1.2.9)", .badVersion, 1, 14,
            "INVITE sip:a SIP/2.0 \n\n"),
        Row("no version", .badVersion, 1, 13, "INVITE sip:a\n\n"),
        Row(
            "another version (RFC 4475 §3.1.2.16)", .badVersion, 1, 15, "OPTIONS sip:a SIP/7.0\n\n"),
        Row(
            "a status of ten digits (RFC 4475 §3.1.2.19)", .badStatus, 1, 9,
            "SIP/2.0 4294967301 better not\n\n"),
        Row("a status of two digits", .badStatus, 1, 9, "SIP/2.0 20 OK\n\n"),
        Row("a status below 100", .badStatus, 1, 9, "SIP/2.0 099 Low\n\n"),
        Row("a status above 699", .badStatus, 1, 9, "SIP/2.0 700 High\n\n"),
        Row("a status that is a word", .badStatus, 1, 10, "SIP/2.0 2OK Fine\n\n"),
        Row("no status", .badStatus, 1, 8, "SIP/2.0\n\n"),
        Row("a field without a colon", .badField, 2, 5, start + "From sip:a@b\n\n"),
        Row("a field without a name", .badField, 2, 1, start + ": a\n\n"),
        Row("a name that is no token", .badField, 2, 2, start + "F(rom: a\n\n"),
        Row("a continuation of nothing", .strayContinuation, 2, 1, start + " From: a\n\n"),
        Row("a NUL in a value", .badByte, 2, 8, start + "From: a\0b\n\n"),
        Row("a CR without LF", .bareCarriageReturn, 2, 8, start + "From: a\rb\n\n"),
        Row("a CR at the end", .bareCarriageReturn, 1, 22, "OPTIONS sip:a SIP/2.0\r"),
        Row("From twice (RFC 4475 §3.3.8)", .duplicateField, 3, 1, start + "From: a\nf: b\n\n"),
        Row(
            "a negative Content-Length (RFC 4475 §3.1.2.3)", .badContentLength, 2, 17,
            start + "Content-Length: -9\n\n"),
        Row("no Content-Length in its field", .badContentLength, 2, 3, start + "l:\n\n"),
        Row(
            "a body that is too short (RFC 4475 §3.1.2.2)", .bodyTooShort, 2, 1,
            start + "l: 9999999999999999999999\n\nshort"),
    ]

    @Test("what is no message is refused with the place of its first fault", arguments: rows)
    func refused(row: Row) {
        do {
            _ = try SIPMessage(parsing: Array(row.text.utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.fault == row.fault)
            #expect([error.line, error.column] == [row.line, row.column])
            #expect(!error.fault.detail.description.isEmpty)
        }
    }

    @Test("every fault has a row or a limit's test")
    func allFaults() {
        let limited: Set<SIPFault> = [
            .messageTooLong, .startLineTooLong, .fieldTooLong, .tooManyFields,
        ]
        let covered = Set(Self.rows.map(\.fault)).union(limited)
        #expect(covered == Set(SIPFault.allCases))
    }

    @Test("each limit refuses the first byte or field beyond it, and not the last within it")
    func limits() throws {
        var limits = SIPLimits()
        limits.messageBytesMax = 70
        limits.startLineBytesMax = 24
        limits.fieldBytesMax = 20
        limits.fieldCountMax = 2
        func fault(_ text: String) -> SIPFault? {
            do {
                _ = try SIPMessage(parsing: Array(text.utf8), limits: limits)
                return nil
            } catch { return error.fault }
        }
        let start = "OPTIONS sip:abcd SIP/2.0"
        #expect(fault(start) == nil)
        #expect(fault("OPTIONS sip:abcde SIP/2.0") == .startLineTooLong)
        #expect(fault(start + "\nX: 45678901234567890") == nil)
        #expect(fault(start + "\nX: 456789012345678901") == .fieldTooLong)
        #expect(fault(start + "\nX: 4567890\n 1234567890") == .fieldTooLong)
        #expect(fault(start + "\nX:\nX:") == nil)
        #expect(fault(start + "\nX:\nX:\nX:") == .tooManyFields)
        #expect(fault(start + "\n\n" + String(repeating: "b", count: 44)) == nil)
        #expect(fault(start + "\n\n" + String(repeating: "b", count: 45)) == .messageTooLong)
    }

    @Test("a message cut anywhere is read or refused, and never traps")
    func cut() {
        for sample in [SIPSamples.invite, SIPSamples.answered, SIPSamples.tortuous] {
            let whole = SIPSamples.wire(sample)
            for count in 0..<whole.count {
                guard let message = try? SIPMessage(parsing: Array(whole[..<count])) else {
                    continue
                }
                // Everything that can be asked for.
                _ = (
                    message.from?.uri, message.to?.uri, message.requestURI, message.cseq,
                    message.via(at: -1), message.contact(at: 1)
                )
                #expect(message.body.endIndex <= count)
            }
        }
    }
}
