"""Query strings that are unreadable or invalid."""

from tests.http.cases import LISTS, ROUTES, Case, Route

NUMBERS = {
    "negative": "-1",
    "signed": "%2B5",
    "a space before": "%205",
    "a plus sign for a space": "+5",
    "a space after": "5%20",
    "a new line after": "5%0A",
    "a fraction": "1.5",
    "an exponent": "1e1",
    "hexadecimal": "0x10",
    "an underscore": "2_0",
    "Arabic digits": "%D9%A3",
    "fullwidth digits": "%EF%BC%95",
    "a superscript": "%C2%B2",
    "empty": "",
    "a word": "abc",
    "NUL": "5%00",
    "bad UTF-8": "%FF",
    "a bad escape": "%zz",
    "two": "1,2",
    "5,000 digits": "1" * 5000,
    "null": "null",
}
LIMITS = NUMBERS | {"0": "0", "101": "101", "20 digits": "1" * 20}
SINCE_IDS = NUMBERS | {
    "far ahead": str(2**63 - 1),
    "2**63": str(2**63),
    "2**64": str(2**64),
    "2**64 + 5": str(2**64 + 5),
    "30 digits": "1" * 30,
}
FLAGS = {
    "maybe": "maybe",
    "1": "1",
    "0": "0",
    "yes": "yes",
    "True": "True",
    "FALSE": "FALSE",
    "empty": "",
    "a space": "true%20",
}
CURSORS = {
    "empty": "",
    "a word": "forged",
    "a page number": "2",
    "a tweet id": "1790000000000000000",
    "of a cursor's length": "A" * 32,
    "of another cursor's length": "A" * 64,
    "non-ASCII": "%C3%A9%F0%9F%98%80",
    "bad UTF-8": "%FF%FE",
    "NUL": "%00",
    "overlong": "A" * 40_000,
    "overlong and odd": "A" * 40_001,
    "padding": "====",
    "JSON": "%7B%22id%22%3A1%7D",
    "null": "null",
}
ID_LISTS = {
    "empty": "ids=",
    "missing": "",
    "only commas": "ids=,,",
    "a gap": "ids=bob,,carol",
    "a comma at the end": "ids=bob,",
    "a space": "ids=bob,%20carol",
    "me": "ids=bob,me",
    "..": "ids=..",
    "an id too long": "ids=" + "a" * 65,
    "an id in Unicode": "ids=%C3%A9",
    "NUL": "ids=bob%00",
    "bad UTF-8": "ids=%FF",
    "an empty one beside another": "ids=bob&ids=",
    "me beside another": "ids=bob&ids=me",
    "101 ids, one each": "&".join(f"ids=user{n}" for n in range(101)),
    "101 ids in two lists": "ids=" + ",".join(["bob"] * 100) + "&ids=carol",
    "101 ids": "ids=" + ",".join(f"user{n}" for n in range(101)),
    "101 times the same": "ids=" + ",".join(["bob"] * 101),
}
UNKNOWN = {
    "unknown": ("x=1", "x"),
    "unknown without a value": ("x", "x"),
    "unknown without a name": ("=1", ""),
    "unknown in Unicode": ("%C3%A9=1", "é"),
    "unknown in bad UTF-8": ("%FF=1", "\ufffd"),
    "unknown and given twice": ("x=1&x=1", "x"),
    "of another case": ("LIMIT=5", "LIMIT"),
    "of a library": ("_schema=1", "_schema"),
}
REPEATED = {
    "limit": "limit=5&limit=5",
    "limit, escaped": "limit=5&%6Cimit=6",
    "since_id": "since_id=1&since_id=2",
    "include_self": "include_self=true&include_self=true",
}


def _refused(name: str, target: str, query: str, parameter: str) -> Case:
    request = Route("GET", target).request(f"?{query}")
    return Case(f"{target} with {name}", request, 422, "invalid-input", {"parameter": parameter})


def _forged(name: str, target: str, cursor: str) -> Case:
    request = Route("GET", target).request(f"?cursor={cursor}")
    return Case(f"{target} with a cursor: {name}", request, 400, "malformed-cursor", {"parameter": "cursor"})


def _unknown(name: str, route: Route, query: str, parameter: str) -> Case:
    # With the ids that relationships need, the unknown parameter is the only fault.
    needed = "ids=bob&" if route.target.endswith("relationships") else ""
    request = route.request(f"?{needed}{query}")
    return Case(f"{route} with a parameter {name}", request, 422, "invalid-input", {"parameter": parameter})


RELATIONSHIPS = "/v1/users/me/relationships"
TIMELINE = "/v1/users/me/timeline"
STRICT_ROUTES = [route for route in ROUTES if route.target not in {TIMELINE, "/livez", "/readyz"}]
OTHER_LISTS = [list_ for list_ in LISTS if list_ != TIMELINE]

CASES = [
    *(_refused(f"a limit: {name}", TIMELINE, f"limit={limit}", "limit") for name, limit in LIMITS.items()),
    *(_refused(f"a limit: {limit}", list_, f"limit={limit}", "limit") for list_ in OTHER_LISTS for limit in (0, 101)),
    *(_refused(f"a since_id: {name}", TIMELINE, f"since_id={id_}", "since_id") for name, id_ in SINCE_IDS.items()),
    *(_refused("a since_id", list_, "since_id=1", "since_id") for list_ in OTHER_LISTS),
    *(_refused(f"a flag: {name}", TIMELINE, f"include_self={flag}", "include_self") for name, flag in FLAGS.items()),
    *(_refused(f"ids: {name}", RELATIONSHIPS, ids, "ids") for name, ids in ID_LISTS.items()),
    *(_refused(f"a repeated {name}", TIMELINE, query, query.partition("=")[0]) for name, query in REPEATED.items()),
    *(_refused("a repeated limit", list_, "limit=5&limit=6", "limit") for list_ in OTHER_LISTS),
    *(_forged(name, TIMELINE, cursor) for name, cursor in CURSORS.items()),
    *(_forged(name, list_, CURSORS[name]) for list_ in OTHER_LISTS for name in ("empty", "of a cursor's length")),
    *(_unknown(name, Route("GET", TIMELINE), query, parameter) for name, (query, parameter) in UNKNOWN.items()),
    *(_unknown("unknown", route, "x=1", "x") for route in STRICT_ROUTES),
    *(_unknown("unknown and given twice", route, "x=1&x=2", "x") for route in STRICT_ROUTES),
]
