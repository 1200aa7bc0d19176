internal import HTTPTypes
internal import Hummingbird

/// Who may open a page: whoever is on this machine, or knows the token; and no page of another site.
struct PanelGuard<Context: RequestContext>: RouterMiddleware {
    /// The cookie that keeps the token in a browser.
    private static var cookie: String { "ecall-panel" }
    private static var headers: [(HTTPField.Name, String)] {
        [
            (.contentSecurityPolicy, Self.policy), (.xContentTypeOptions, "nosniff"),
            (HTTPField.Name("Referrer-Policy") ?? .referer, "no-referrer"),
            (HTTPField.Name("Cross-Origin-Opener-Policy") ?? .from, "same-origin"),
        ]
    }
    private static var policy: String {
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }

    let settings: PanelSettings

    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        if let refusal = self.refusal(of: request) {
            response = refusal
        } else if let token = self.settings.token, let given = self.tokenInQuery(request), Self.isSame(given, token) {
            response = Self.welcome(token)
        } else {
            response = try await next(request, context)
        }
        for (name, value) in Self.headers { response.headers[name] = value }
        return response
    }

    private func refusal(of request: Request) -> Response? {
        if let token = self.settings.token {
            guard self.isKnown(token, in: request) else {
                return PanelCalls.complaint(.unauthorized, "open /?token=... with what the token file holds")
            }
        } else {
            guard self.isOwnName(request.head.authority) else {
                return PanelCalls.complaint(.misdirectedRequest, "this is 127.0.0.1, and no other name")
            }
            // Whoever stands behind a proxy is not on this machine.
            guard !Self.proxyHeaders.contains(where: { request.headers[$0] != nil }) else {
                return PanelCalls.complaint(.forbidden, "behind a proxy the panel wants --token-file")
            }
        }
        if self.isOfAnotherSite(request) {
            return PanelCalls.complaint(.forbidden, "a page of another site asks")
        }
        // A page of another site can send what a form can, and neither this type nor this header.
        guard request.method == .post else { return nil }
        let isOurs = request.headers[.contentType]?.hasPrefix("application/json") == true
        let isMarked = HTTPField.Name("X-Panel").map { request.headers[$0] != nil } ?? false
        return isOurs && isMarked
            ? nil : PanelCalls.complaint(.forbidden, "a call comes from a page of this panel, as application/json")
    }

    private static var proxyHeaders: [HTTPField.Name] {
        ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"].compactMap {
            HTTPField.Name($0)
        }
    }

    /// Whether a browser says that it asks for another site; a link to a page may stand anywhere.
    private func isOfAnotherSite(_ request: Request) -> Bool {
        let said = { (name: String) in HTTPField.Name(name).flatMap { request.headers[$0] } }
        guard let site = said("Sec-Fetch-Site"), site != "same-origin", site != "none" else { return false }
        return said("Sec-Fetch-Mode") != "navigate"
    }

    /// A name that another site has put on this machine's address is none of ours.
    private func isOwnName(_ authority: String?) -> Bool {
        guard let authority else { return false }
        let host =
            authority.hasPrefix("[")
            ? String(authority.prefix { $0 != "]" }.dropFirst()) : String(authority.prefix { $0 != ":" })
        return ["127.0.0.1", "localhost", "::1"].contains(host)
    }

    private func isKnown(_ token: String, in request: Request) -> Bool {
        let bearer = request.headers[.authorization].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
        let given = [request.cookies[Self.cookie]?.value, bearer, self.tokenInQuery(request)]
        return given.compactMap(\.self).contains { Self.isSame($0, token) }
    }

    private func tokenInQuery(_ request: Request) -> String? {
        self.settings.token == nil ? nil : request.uri.queryParameters["token"].map(String.init)
    }

    /// Compares in a time that tells nothing of where two texts differ.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Puts the token where the address bar does not show it.
    private static func welcome(_ token: String) -> Response {
        var response = Response(status: .seeOther, headers: [.location: "/", .cacheControl: "no-store"])
        response.setCookie(Cookie(name: Self.cookie, value: token, path: "/", httpOnly: true, sameSite: .strict))
        return response
    }
}
