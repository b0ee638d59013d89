import WireFormats

extension JSON {
    /// The elements of the array that is the member `name`; none where there is no such array.
    func entries(_ name: String) -> [JSON] {
        guard case .array(let entries)? = self[name] else { return [] }
        return entries
    }
}
