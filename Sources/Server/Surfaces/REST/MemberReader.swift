internal import EventCore
internal import WireFormats

/// The members of a JSON object, read strictly: every fault is noted with its place, and told at once.
struct MemberReader {
    private var members: [(String, JSON)] = []
    private var read: Set<String> = []
    private var places: [Problem.Place] = []

    /// Reads `body`; anything but an object is noted.
    init(_ body: JSON) {
        if case .object(let members) = body {
            self.members = members
        } else {
            note("", .wrongType, "Expected an object.")
        }
    }

    /// A text that must be there.
    mutating func text(_ name: String) -> String {
        switch take(name) {
        case .string(let text)?: return text
        case nil: note(name, .missing, "It must be given: a string.")
        default: note(name, .wrongType, "Expected a string.")
        }
        return ""
    }

    /// A text that may be left out.
    mutating func optionalText(_ name: String) -> String? {
        switch take(name) {
        case nil: return nil
        case .string(let text)?: return text
        default: note(name, .wrongType, "Expected a string.")
        }
        return nil
    }

    /// An object of scalars; empty where it is left out.
    mutating func scalars(_ name: String) -> [(name: String, value: Value)] {
        switch take(name) {
        case nil: return []
        case .object(let members)?:
            return values(of: .object(members), name).items.map { ($0.name ?? "", $0.value) }
        default: note(name, .wrongType, "Expected an object of strings, numbers and booleans.")
        }
        return []
    }

    /// Params of an occurrence: an array or an object of scalars; none where it is left out.
    mutating func params(_ name: String) -> Params {
        guard let member = take(name) else { return .none }
        return values(of: member, name)
    }

    private mutating func values(of member: JSON, _ name: String) -> Params {
        do throws(JSONError) {
            return try member.params(at: JSONPointer.root.child(name))
        } catch {
            let problem = Problem(error)
            places += problem.places
            if problem.places.isEmpty { note(name, .badFormat, problem.detail) }
            return .none
        }
    }

    /// A whole number; `3600.0` is one (JSON Schema).
    mutating func wholeNumber(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        let expected = "Expected a whole number from \(range.lowerBound) to \(range.upperBound)."
        switch take(name) {
        case nil:
            return nil
        case .integer(let number)?:
            if range.contains(number) { return number }
            note(name, .outOfRange, expected)
        case .number(let number)?:
            if let whole = Int64(exactly: number), range.contains(whole) { return whole }
            let isWhole = number.rounded() == number
            note(name, isWhole ? .outOfRange : .wrongType, expected)
        default:
            note(name, .wrongType, expected)
        }
        return nil
    }

    /// True or false.
    mutating func flag(_ name: String) -> Bool? {
        switch take(name) {
        case nil: return nil
        case .boolean(let flag)?: return flag
        default: note(name, .wrongType, "Expected true or false.")
        }
        return nil
    }

    /// One of a few words.
    mutating func choice(_ name: String, of words: [String]) -> String? {
        switch take(name) {
        case nil: return nil
        case .string(let text)? where words.contains(text): return text
        case .string?: note(name, .badFormat, "Expected one of \(words.joined(separator: ", ")).")
        default: note(name, .wrongType, "Expected a string.")
        }
        return nil
    }

    /// Notes something wrong with a member, or with the whole for an empty name.
    mutating func note(_ name: String, _ fault: CommandError.Fault, _ detail: String) {
        let pointer = name.isEmpty ? JSONPointer.root : JSONPointer.root.child(name)
        places.append(.init(position: .body(pointer.text), fault: fault, detail: detail))
    }

    /// Throws what was found wrong, members that nobody asked for included.
    mutating func finish() throws(Problem) {
        for (name, _) in members where !read.contains(name) {
            note(name, .unknown, "There is no such member here.")
        }
        if !places.isEmpty { throw Problem(unacceptable: places) }
    }

    private mutating func take(_ name: String) -> JSON? {
        read.insert(name)
        return members.first { $0.0 == name }?.1
    }
}
