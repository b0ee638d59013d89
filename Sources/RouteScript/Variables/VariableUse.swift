internal import WireFormats

/// A variable as the interpreter reads and writes it: name and index resolved.
struct VariableUse: Sendable {
    var source: Source
    var index: Index = .none

    /// What it names.
    enum Source: Sendable {
        /// `$avp(x)`, by number.
        case avp(Int)
        /// `$var(x)`, by number.
        case variable(Int)
        /// `$param(1)`: position from 1.
        case parameterAt(Int)
        /// `$param(ip)`
        case parameter(String)
        case statistic(String)
        case shared(String)
        case environment(String)
        /// `$time(%H:%M)`
        case time([UInt8])
        /// One that has no name of its own: `$rc`, `$Ts`.
        case plain(PlainVariable)
        /// `$fU`
        case sip(SIPVariable)
        /// `$hdr(Via)`
        case header(SIPHeaderName)
        /// `$hdrcnt(Via)`
        case headerCount(SIPHeaderName)
    }

    /// Which of several values it means.
    enum Index: Sendable {
        /// The newest, the first.
        case none
        /// `[n]`: from 0 the newest on, from -1 the oldest back.
        case number(Int)
        /// `[*]`
        case all
        /// `[$var(i)]`: on the stack.
        case onStack
    }
}

/// Variables of the interpreter without a name in parentheses.
enum PlainVariable: Sendable {
    /// `$rc`, `$retcode`: the return code of the last function, route or assignment.
    case returnCode
    /// `$Ts`: seconds since 1970.
    case seconds
    /// `$Tsm`: microseconds of the current second.
    case microseconds
    /// `$Tf`: the local time in words, as ctime(3) writes it.
    case timeText
    /// `$cfg_line`, `$cfg_file`
    case line, file
    /// `$route`, `$route.name`, `$route.type`
    case routeName, routeType
    /// `$RANDOM`: 0 to 2147483647, as random(3).
    case random
}

/// Variables that read a SIP message; all are NULL without one.
enum SIPVariable: String, Sendable, CaseIterable {
    // Request line.
    case ru, rU, rd, rp, rm, rP
    // Reply line.
    case rs, rr
    // From and To.
    case fu, fU, fd, fn, ft
    case tu, tU, td, tn, tt
    // Other fields.
    case ci, cs, ua, ct, cl, cT
    // The message.
    case rb, mb, ml, si, sp
}
