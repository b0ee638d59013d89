import WireFormats

/// Messages of the RFCs. They are written with LF here; `wire` makes CR LF of it.
enum SIPSamples {
    /// RFC 3261 §24.2, F1: the INVITE of Alice.
    static let invite = """
        INVITE sip:bob@biloxi.com SIP/2.0
        Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8
        Max-Forwards: 70
        To: Bob <sip:bob@biloxi.com>
        From: Alice <sip:alice@atlanta.com>;tag=1928301774
        Call-ID: a84b4c76e66710
        CSeq: 314159 INVITE
        Contact: <sip:alice@pc33.atlanta.com>
        Content-Type: application/sdp
        Content-Length: 4

        v=0

        """

    /// RFC 3261 §24.2, F11: Bob has answered.
    static let answered = """
        SIP/2.0 200 OK
        Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8;received=192.0.2.1
        To: Bob <sip:bob@biloxi.com>;tag=a6c85cf
        From: Alice <sip:alice@atlanta.com>;tag=1928301774
        Call-ID: a84b4c76e66710
        CSeq: 314159 INVITE
        Contact: <sip:bob@192.0.2.4>
        Content-Length: 0


        """

    /// RFC 4475 §3.1.1.1: a short tortuous INVITE.
    static let tortuous = #"""
        INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
        TO :
         sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
        from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
          ;
          tag = 98asjd8
        MaX-fOrWaRdS: 0068
        Call-ID: wsinv.ndaksdj@192.0.2.1
        Content-Length   : 150
        cseq: 0009
          INVITE
        Via  : SIP  /   2.0
         /UDP
            192.0.2.2;branch=390skdjuw
        s :
        NewFangledHeader:   newfangled value
         continued newfangled value
        UnknownHeaderWithUnusualValue: ;;,,;;,;
        Content-Type: application/sdp
        Route:
         <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
        v:  SIP  / 2.0  / TCP     spindle.example.com   ;
          branch  =   z9hG4bK9ikj8  ,
         SIP  /    2.0   / UDP  192.168.255.111   ; branch=
         z9hG4bK30239
        m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
              newvalue ;
          secondparam ; q = 0.33

        v=0
        o=mhandley 29739 7272939 IN IP4 192.0.2.3
        s=-
        c=IN IP4 192.0.2.4
        t=0 0
        m=audio 49217 RTP/AVP 0 12
        m=video 3227 RTP/AVP 31
        a=rtpmap:31 LPC

        """#

    /// With CR LF, as it is sent.
    static func wire(_ text: String) -> [UInt8] {
        Array(text.replacing("\n", with: "\r\n").utf8)
    }

    /// A request whose header is these lines, and no body.
    static func request(_ lines: String) -> [UInt8] {
        wire("OPTIONS sip:a.example SIP/2.0\n" + lines + "\n\n")
    }
}

/// A slice as text, for comparing.
func text(_ slice: ArraySlice<UInt8>?) -> String? {
    slice.map { String(decoding: $0, as: UTF8.self) }
}

/// Text as the slice of something longer, so that places counted from 0 are found out.
func slice(_ text: String) -> ArraySlice<UInt8> {
    ArraySlice("<<".utf8 + Array(text.utf8) + ">>".utf8).dropFirst(2).dropLast(2)
}
