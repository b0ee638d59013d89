internal import EventCore

/// What the findings of its members mean for a group.
enum GroupDiagnosis {
    /// PARALLEL needs all of them; the others need one, and a member that fails is a warning.
    static func finding(_ members: [ProbeFinding], _ policy: VirtualPolicy) -> ProbeFinding {
        let failed = members.filter { $0.verdict == .failed }.count
        let needed = policy == .parallel ? members.count : 1
        if failed == 0 {
            guard let warning = members.first(where: { $0.verdict == .warning }) else {
                return Diagnosis.finding(.ok, "every member took the message")
            }
            return warning
        }
        let count =
            failed == members.count ? "every member" : "\(failed) of \(members.count) members"
        return Diagnosis.finding(
            .memberFailed, "the test of \(count) failed",
            verdict: members.count - failed >= needed ? .warning : .failed)
    }
}
