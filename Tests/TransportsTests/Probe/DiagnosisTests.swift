import EventCore
import Glibc
import Testing

@testable import Transports

@Suite("What a test of a subscriber means")
struct DiagnosisTests {
    private func code(_ change: (inout ProbeObservation) -> Void) -> String {
        var seen = ProbeObservation(kind: .http)
        change(&seen)
        return Diagnosis.finding(seen).code
    }

    @Test("every code but those that are well has a remedy: one sentence")
    func remedies() {
        for code in ProbeCode.allCases {
            let isWell = [.ok, .sentUnconfirmed].contains(code)
            #expect((code.remedy == nil) == isWell, "\(code)")
            #expect(code.remedy?.hasSuffix(".") ?? true, "\(code)")
            #expect(isWell == (code.verdict == .ok))
        }
    }

    @Test("a certificate counts the days it has left, and 14 are enough")
    func days() {
        let day: Int64 = 86_400_000
        func finding(_ left: Int64) -> ProbeFinding {
            var seen = ProbeObservation(kind: .http, outcome: .delivered)
            seen.now = 1_000 * day
            seen.facts.certificateEnd = seen.now + left
            return Diagnosis.finding(seen)
        }
        #expect(finding(14 * day).code == "ok")
        #expect(finding(14 * day - 1).code == "tls_expires_soon")
        #expect(finding(14 * day - 1).verdict == .warning)
        #expect(
            finding(day).message == "The message arrived, but the certificate ends in 1 day.")
    }

    @Test("times of certificates are read as OpenSSL prints them")
    func times() {
        #expect(CertificateTime.milliseconds("Jan  1 00:00:01 1970 GMT") == 1_000)
        #expect(CertificateTime.milliseconds("Nov 21 09:00:00 2026 GMT") == 1_795_251_600_000)
        for text in ["", "Nov 21 2026", "Nov 31 09:00:00 2026 GMT", "Nov 21 9 2026 GMT"] {
            #expect(CertificateTime.milliseconds(text) == nil, "\(text)")
        }
    }

    @Test("what OpenSSL found is told apart: untrusted, expired, another name")
    func verification() {
        #expect(TLSTrouble(verifyResult: 0) == nil)
        #expect(TLSTrouble(verifyResult: 10) == .expired)
        for code in [62, 63, 64] { #expect(TLSTrouble(verifyResult: code) == .wrongName) }
        for code in [2, 9, 18, 19, 20, 21, 23, 99] {
            guard case .untrusted? = TLSTrouble(verifyResult: code) else {
                Issue.record("\(code)")
                continue
            }
        }
        #expect(
            code {
                $0.outcome = .failed(.tls); $0.facts.tls = .expired
            } == "tls_expired")
    }

    @Test("errors of the system that no test can bring about everywhere")
    func errors() {
        func errno(_ errno: Int32, _ kind: ProbeObservation.Kind, _ reason: FailureReason) -> String
        {
            code {
                $0.kind = kind
                $0.outcome = .failed(reason)
                $0.answer = .system(errno)
            }
        }
        #expect(errno(EACCES, .unix, .system) == "path_not_permitted")
        #expect(errno(EACCES, .file, .system) == "path_not_permitted")
        #expect(errno(ENOSPC, .file, .full) == "disk_full")
        #expect(errno(EMSGSIZE, .udp, .tooLarge) == "too_large")
        #expect(errno(ENETUNREACH, .udp, .connect) == "no_route")
        #expect(errno(EHOSTUNREACH, .http, .connect) == "no_route")
        #expect(errno(ECONNRESET, .stream, .connect) == "connection_lost")
        #expect(errno(E2BIG, .stream, .system) == "failed")
    }

    @Test("a broker's word decides, and words of its own for a host that is not there")
    func broker() {
        func said(_ answer: String, _ words: String? = nil) -> String {
            code {
                $0.kind = .broker
                $0.outcome = .failed(.rejected)
                $0.answer = .amqp(answer)
                $0.words = words
            }
        }
        #expect(said("nack") == "rejected")
        #expect(
            said("530 NOT_ALLOWED", "NOT_ALLOWED - access to vhost 'o' refused for user 'b' (530)")
                == "access_refused")
        #expect(said("530 NOT_ALLOWED", "NOT_ALLOWED - vhost o not found (530)") == "no_such_vhost")
    }

    @Test("PARALLEL needs every member, the others one")
    func groups() {
        let ok = Diagnosis.finding(.ok, "fine")
        let slow = Diagnosis.finding(.slow, "slow")
        let bad = Diagnosis.finding(.timeout, "late")
        #expect(GroupDiagnosis.finding([ok, ok], .parallel).verdict == .ok)
        #expect(GroupDiagnosis.finding([ok, slow], .failover).code == "slow")
        #expect(GroupDiagnosis.finding([ok, bad], .parallel).verdict == .failed)
        #expect(GroupDiagnosis.finding([ok, bad], .failover).verdict == .warning)
        #expect(GroupDiagnosis.finding([bad, bad], .roundRobin).verdict == .failed)
        #expect(
            GroupDiagnosis.finding([ok, bad], .failover).message
                == "The test of 1 of 2 members failed.")
    }
}
