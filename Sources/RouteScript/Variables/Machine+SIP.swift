internal import WireFormats

extension Machine {
    /// A variable of the SIP message; NULL without one, and where the message has no such thing.
    func sip(_ variable: SIPVariable, _ index: VariableUse.Index) -> ScriptValue {
        switch variable {
        case .si: return context.sourceAddress.map { ScriptValue($0) } ?? .null
        case .sp: return context.sourcePort.map { .integer(Int64($0)) } ?? .null
        default: break
        }
        guard let message = context.message else { return .null }
        switch variable {
        case .ru: return text(message.requestURIText)
        case .rU: return text(message.requestURI?.user)
        case .rd: return text(message.requestURI?.host)
        case .rp: return number(message.requestURI?.effectivePort)
        case .rP: return text(message.requestURI?.parameters["transport"]?.value)
        case .rm: return text(message.method)
        case .rs: return number(message.status)
        case .rr: return text(message.reason)
        case .fu, .fU, .fd, .fn, .ft: return address(variable, message.from)
        case .tu, .tU, .td, .tn, .tt: return address(variable, message.to)
        case .ci: return text(message.callID)
        case .cs: return number(message.cseq?.number)
        case .ua: return text(message.userAgent)
        case .ct: return one(of: message.elements(of: .contact), index)
        case .cl: return text(message.value(of: .contentLength))
        case .cT: return text(message.value(of: .contentType))
        case .rb: return message.hasBody ? text(message.body) : .null
        case .mb: return .string(message.bytes)
        case .ml: return .integer(Int64(message.bytes.count))
        case .si, .sp: return .null
        }
    }

    /// `$hdr(name)`, `$(hdr(name)[1])`, `$(hdr(name)[*])`.
    func header(_ name: SIPHeaderName, _ index: VariableUse.Index) -> ScriptValue {
        guard let message = context.message else { return .null }
        switch index {
        case .none, .onStack: return text(message.value(of: name))
        case .number(let index): return text(message.value(of: name, at: index))
        case .all: return Machine.joined(message.values(of: name).map { .string(Array($0)) })
        }
    }

    private func address(_ variable: SIPVariable, _ address: SIPAddress?) -> ScriptValue {
        switch variable {
        case .fu, .tu: text(address?.uriText)
        case .fU, .tU: text(address?.uri?.user)
        case .fd, .td: text(address?.uri?.host)
        case .fn, .tn: text(address?.displayName)
        case .ft, .tt: text(address?.tag)
        default: .null
        }
    }

    private func one(of all: [ArraySlice<UInt8>], _ index: VariableUse.Index) -> ScriptValue {
        switch index {
        case .none, .onStack: return text(all.first)
        case .number(let index):
            let place = index >= 0 ? index : all.count + index
            return all.indices.contains(place) ? text(all[place]) : .null
        case .all: return Machine.joined(all.map { .string(Array($0)) })
        }
    }

    private func text(_ bytes: ArraySlice<UInt8>?) -> ScriptValue {
        bytes.map { .string(Array($0)) } ?? .null
    }

    private func number(_ number: Int?) -> ScriptValue {
        number.map { .integer(Int64($0)) } ?? .null
    }
}
