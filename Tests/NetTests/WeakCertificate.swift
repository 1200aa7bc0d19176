import Authority

/// A certificate with a key of RSA with 1,024 bits, signed by itself, for center.test; it secures nothing.
enum WeakCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIICFDCCAX2gAwIBAgIUHN6zdFHo3dyU744pi80gcDr7ZycwDQYJKoZIhvcNAQEL
        BQAwDzENMAsGA1UEAwwEd2VhazAgFw0yNjExMjYwNjQ5MDdaGA8yMTI2MTEwMjA2
        NDkwN1owDzENMAsGA1UEAwwEd2VhazCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkC
        gYEA7n95Pnzsx6Q3MP4js/3nHozmJkX/LecxhGEEehI1hAl31Iiifhj+YzpUbYlH
        a5ATrAkw+tIYyG5L0vjokQFUKCfpXqULDHIv4mGOB1Tzg6rXvvWW1/AhCFAjRgl9
        OibELlcOLr7qQPxR2yiYtxegGHr9juB49vE5zhuySC7U0z0CAwEAAaNrMGkwHQYD
        VR0OBBYEFBBJkKyWi/JSTJmodQfriw0YMtZBMB8GA1UdIwQYMBaAFBBJkKyWi/JS
        TJmodQfriw0YMtZBMA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILY2VudGVy
        LnRlc3QwDQYJKoZIhvcNAQELBQADgYEAb5r5ck9xXD74JsYjPDl2AaJfA4UDTNHP
        JgWqKvVYo4GNU8zxcjKSQ3VFUgEvfUTXct3lf0YlcvHA1F+pLVg3HVB83olEk6ob
        x+K7aC336jFu5x0QOjPfaxmpR0UY16L10kFtbuFiFxsA2zQBNwotiFcOCB4MA2el
        k58VW1QSsbQ=
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAO5/eT587MekNzD+
        I7P95x6M5iZF/y3nMYRhBHoSNYQJd9SIon4Y/mM6VG2JR2uQE6wJMPrSGMhuS9L4
        6JEBVCgn6V6lCwxyL+JhjgdU84Oq1771ltfwIQhQI0YJfTomxC5XDi6+6kD8Udso
        mLcXoBh6/Y7gePbxOc4bskgu1NM9AgMBAAECgYB2h73/M2EOO2v+ml+uJcMGqOn9
        HY6cBqnSa9EoxgH41CfM5fc0CkHrmOK66Z4oNBvCxXKlRWNxwXdHq9MRtgJXWQrO
        vlfKo3uQBuDE3YGmZyPiePg/iTDtmLVCQr7eUsR8WezECWxvAk8c3bvIA5LMOP0r
        ixIYZRbBDuelgsxKVQJBAPy8sgNh47YflZm7beFV8+Sk2IID0r8nXGa+ZaN5QlEZ
        BFKfFVYtsCSBP/36UeKGAy8td7z22gEWm/wNW/Rb1hMCQQDxk7emUUF7mrDAzjU0
        x9MAFWnYFkYwIXGMS+H+dlW24ipuP7iRUBMApzcc8AtgIrDzzdqh513XqTocntwQ
        tRtvAkEAt7oMxnyw5sKLJFimhjrPtBVJ9yoEWEWq3F3o0S/jT8UZ6V4QSren5sG2
        3VDNmhjF09P/yXTCAiyHdHHZuQfR1QJAWURFc47JDLyfnc9U99jzDi/beb7ZVsW0
        6KvNqbLef4LZPP4M3J1jODWR9v54paCMFLs3k+Yj1iIxWAwXs5DIvwJBAIMk+6HM
        +zJ21y0LQwCqnmrTpeNOp9VSZjVB2FTNCSzh6BRutU75XMc8osBySVT2A4IC2XUd
        CK2ziDf93LGfm+A=
        -----END PRIVATE KEY-----
        """
}
