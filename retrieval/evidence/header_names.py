"""Names by which lines of text are recognised as headers: the common ones of RFC 9110, Fetch, CORS and proxies."""

_REQUEST = """
:method :path :authority :scheme accept accept-charset accept-encoding accept-language
access-control-request-headers access-control-request-method access-control-request-private-network authorization
cookie dnt expect forwarded from host if-match if-modified-since if-none-match if-range origin proxy-authorization
range referer sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site
sec-fetch-user sec-gpc te upgrade-insecure-requests user-agent x-api-key x-csrf-token x-forwarded-for
x-forwarded-host x-forwarded-proto x-real-ip x-requested-with
"""
_RESPONSE = """
:status accept-ranges access-control-allow-credentials access-control-allow-headers access-control-allow-methods
access-control-allow-origin access-control-allow-private-network access-control-expose-headers
access-control-max-age age allow alt-svc cf-cache-status cf-ray clear-site-data content-disposition
content-security-policy cross-origin-embedder-policy cross-origin-opener-policy cross-origin-resource-policy etag
expires last-modified location nel permissions-policy proxy-authenticate referrer-policy report-to retry-after
server server-timing set-cookie strict-transport-security timing-allow-origin vary via www-authenticate
x-amz-apigw-id x-amz-cf-id x-amzn-requestid x-amzn-trace-id x-cache x-content-type-options x-frame-options
x-powered-by x-ratelimit-limit x-ratelimit-remaining x-served-by x-vercel-cache x-vercel-id x-xss-protection
"""
_EITHER = """
cache-control connection content-encoding content-language content-length content-type date keep-alive pragma
priority trailer transfer-encoding upgrade warning x-correlation-id x-request-id
"""


REQUEST_HEADERS = frozenset(_REQUEST.split())
RESPONSE_HEADERS = frozenset(_RESPONSE.split())
_NOWHERE_ELSE = frozenset({"authorization", "cookie", "etag", "referer", "vary"})
_HEADERS = REQUEST_HEADERS | RESPONSE_HEADERS | frozenset(_EITHER.split())


def is_distinctive(name: str) -> bool:
    """Whether this name stands nowhere but among headers, unlike "host" and "date"."""
    return is_header_name(name) and ("-" in name or ":" in name or name.lower() in _NOWHERE_ELSE)


def is_header_name(name: str) -> bool:
    """Whether a line that begins with this name, in any case, is most likely a header."""
    return name.lower() in _HEADERS
