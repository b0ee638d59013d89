internal import Ccurl
internal import EventCore

/// What libcurl knows of a call beside its end, for who tests a subscriber.
extension CurlTransfer {
    /// Tells what was wrong with TLS, when the certificate ends, and where a redirect leads to. The call has ended.
    func testify(to witness: AttemptWitness) {
        let (tls, end, redirect) = (tlsTrouble(), certificateEnd(), redirectTarget())
        witness.see { facts in
            facts.tls = tls
            facts.certificateEnd = end
            facts.redirect = redirect
        }
    }

    private func tlsTrouble() -> TLSTrouble? {
        switch exchange.code {
        case CURLE_PEER_FAILED_VERIFICATION:
            var result = 0
            carillon_curl_get_long(easy, CURLINFO_SSL_VERIFYRESULT, &result)
            // libcurl compares the name itself, before it asks for OpenSSL's verdict: 1 is its word for none.
            return TLSTrouble(verifyResult: result == 1 ? 0 : result) ?? .wrongName
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED:
            return .failed(String(cString: curl_easy_strerror(exchange.code)))
        default: return nil
        }
    }

    /// When the certificate of the peer ends, milliseconds since 1970.
    private func certificateEnd() -> Int64? {
        var context: UnsafeMutableRawPointer?
        carillon_curl_get_pointer(easy, CURLINFO_CERTINFO, &context)
        guard let chain = context?.assumingMemoryBound(to: curl_certinfo.self).pointee,
            chain.num_of_certs > 0
        else { return nil }
        var entry = chain.certinfo?[0]
        while let item = entry {
            let text = item.pointee.data.map { String(cString: $0) } ?? ""
            if text.hasPrefix(Self.endEntry) {
                return CertificateTime.milliseconds(String(text.dropFirst(Self.endEntry.count)))
            }
            entry = item.pointee.next
        }
        return nil
    }

    private static let endEntry = "Expire date:"

    private func redirectTarget() -> String? {
        var text: UnsafeMutableRawPointer?
        carillon_curl_get_pointer(easy, CURLINFO_REDIRECT_URL, &text)
        guard let text else { return nil }
        // Without its query, which may hold a secret.
        let url = String(cString: text.assumingMemoryBound(to: CChar.self))
        return PeerText.line(String(url.prefix { $0 != "?" && $0 != "#" }))
    }
}
