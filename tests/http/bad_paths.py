"""Unknown paths, and malformed ids in paths."""

from tests.http.cases import AS_CALLER, Case
from tests.http.wire import Request

MALFORMED_USER_IDS = {
    "65 letters": "a" * 65,
    "5,000 letters": "a" * 5000,
    "a dot": ".",
    "an escaped dot": "%2E",
    "two dots": "..",
    "two escaped dots": "%2E%2e",
    "me": "me",
    "me, escaped": "%6D%65",
    "a space": "%20",
    "a space inside": "a%20b",
    "a new line after": "bob%0A",
    "me and a new line": "me%0A",
    "Unicode": "%C3%A9",
    "fullwidth letters": "%EF%BD%82%EF%BD%8F%EF%BD%82",
    "Arabic digits": "%D9%A3",
    "NUL": "%00",
    "NUL after": "bob%00",
    "bad UTF-8": "%FF",
    "an overlong slash": "%C0%AF",
    "an encoded surrogate": "%ED%A0%80",
    "a percent sign": "%25",
    "a bad escape": "%zz",
    "twice escaped": "%2562ob",
    "a comma": "bob,carol",
    "a plus sign": "a+b",
    "an at sign": "@bob",
    "a semicolon": "bob;x=1",
    "a backslash": "..%5Cbob",
    "markup": "%3Cscript%3E",
}
USER_ROUTES = [
    "GET /v1/users/{}",
    "GET /v1/users/{}/tweets",
    "GET /v1/users/{}/followers",
    "GET /v1/users/{}/following",
    "PUT /v1/users/me/following/{}",
    "DELETE /v1/users/me/following/{}",
]
UNKNOWN_TWEET_IDS = {
    "a word": "abc",
    "0": "0",
    "negative": "-1",
    "signed": "+1",
    "signed, escaped": "%2B1",
    "a leading zero": "01",
    "a fraction": "1.0",
    "an exponent": "1e1",
    "a space": "%20",
    "a space before": "%201",
    "a new line after": "1%0A",
    "a NUL after": "1%00",
    "an underscore": "1_0",
    "2**63 - 1": str(2**63 - 1),
    "2**63": str(2**63),
    "2**64": str(2**64),
    "5,000 digits": "1" * 5000,
    "Arabic digits": "%D9%A3",
    "fullwidth digits": "%EF%BC%91",
    "a superscript": "%C2%B2",
    "bad UTF-8": "%FF",
    "dots": "..",
    "me": "me",
}
UNKNOWN_PATHS = [
    "/v1",
    "/v1/",
    "/v2/tweets",
    "/V1/tweets",
    "/v1/TWEETS",
    "/v1/tweet",
    "/v1/tweets/",
    "/v1/tweets/1/",
    "/v1/tweets/1/likes",
    "/v1/tweets//",
    "/v1//tweets",
    "/v1/./tweets",
    "/v1/users",
    "/v1/users/",
    "/v1/users/bob/",
    "/v1/users/bob/likes",
    "/v1/users/bob/tweets/",
    "/v1/users//tweets",
    "/v1/users/bob//tweets",
    "/v1/users/bob%2Ftweets%2Fx",
    "/v1/users/a%2Fb",
    "/v1/users/me/following/",
    "/v1/users/me/following/bob/",
    "/v1/users/me/following/a%2Fb",
    "/v1/users/me/timeline/",
    "/v1/users/me/relationships/bob",
    "/livez/",
    "/livez%0A",
    "/livez%00",
    "/readyz/x",
    "/%00",
    "/%FF",
    "/%C3%A9",
    "/%2e%2e/etc/passwd",
    "/.env",
    "/static/x",
    "/v1/tweets%3Fx=1",
    "*",
    "/" + "a/" * 5000,
    "/" + "a" * 50_000,
]


def _malformed_user_id(name: str, route: str, user_id: str) -> Case:
    method, target = route.format(user_id).split(" ")
    request = Request(method, target, AS_CALLER)
    return Case(f"{route} with {name}", request, 422, "invalid-input", {"parameter": "user_id"})


def _no_tweet(name: str, method: str, tweet_id: str) -> Case:
    request = Request(method, f"/v1/tweets/{tweet_id}", AS_CALLER)
    return Case(f"{method} a tweet: {name}", request, 404, "tweet-not-found")


def _unknown_path(target: str, method: str) -> Case:
    return Case(f"{method} {target[:40]}", Request(method, target, AS_CALLER), 404, "not-found")


CASES = [
    *(
        _malformed_user_id(name, route, id_)
        for route in USER_ROUTES
        for name, id_ in MALFORMED_USER_IDS.items()
        if route != USER_ROUTES[0] or not name.startswith("me")  # `me` is the caller there
    ),
    *(_no_tweet(name, method, id_) for method in ("GET", "DELETE") for name, id_ in UNKNOWN_TWEET_IDS.items()),
    *(_unknown_path(target, method) for target in UNKNOWN_PATHS for method in ("GET", "BREW")),
    *(_unknown_path("/v1/nowhere", method) for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")),
]
