"""Identity headers that are missing or malformed."""

from tests.http.cases import IDENTITY_HEADER, PRIVATE_ROUTES, Case, Route
from tests.http.wire import HeaderList

NOBODY: dict[str, HeaderList] = {
    "no header": (),
    "an empty header": ((IDENTITY_HEADER, ""),),
    "a blank header": ((IDENTITY_HEADER, " \t "),),
    "another header": (("X-User", "alice"), ("Authorization", "Bearer alice"), ("X-Forwarded-User", "alice")),
}
MALFORMED: dict[str, HeaderList] = {
    "65 letters": ((IDENTITY_HEADER, "a" * 65),),
    "20,000 letters": ((IDENTITY_HEADER, "a" * 20_000),),
    "a dot": ((IDENTITY_HEADER, "."),),
    "two dots": ((IDENTITY_HEADER, ".."),),
    "me": ((IDENTITY_HEADER, "me"),),
    "a space inside": ((IDENTITY_HEADER, "ali ce"),),
    "a tab inside": ((IDENTITY_HEADER, "ali\tce"),),
    "a slash": ((IDENTITY_HEADER, "alice/bob"),),
    "an escape": ((IDENTITY_HEADER, "%61lice"),),
    "quotes": ((IDENTITY_HEADER, '"alice"'),),
    "Latin-1": ((IDENTITY_HEADER, "alic\xe9"),),
    "UTF-8": ((IDENTITY_HEADER, "alicé".encode().decode("latin-1")),),
    "a no-break space": ((IDENTITY_HEADER, "\xa0"),),
    "a no-break space before": ((IDENTITY_HEADER, "\xa0alice"),),
    "a no-break space after": ((IDENTITY_HEADER, "alice\xa0"),),
    "a next-line character after": ((IDENTITY_HEADER, "alice\x85"),),
    "two in one": ((IDENTITY_HEADER, "alice, bob"),),
    "doubled": ((IDENTITY_HEADER, "alice"), (IDENTITY_HEADER, "bob")),
    "the same doubled": ((IDENTITY_HEADER, "alice"), (IDENTITY_HEADER, "alice")),
    "doubled, in another case": ((IDENTITY_HEADER, "alice"), ("x-user-id", "alice")),
    "doubled, the first empty": ((IDENTITY_HEADER, ""), (IDENTITY_HEADER, "alice")),
    "doubled, the last empty": ((IDENTITY_HEADER, "alice"), (IDENTITY_HEADER, "")),
}


def _nobody(name: str, route: Route, headers: HeaderList) -> Case:
    request = route.request(headers=headers)
    return Case(f"{route} with {name}", request, 401, "unauthenticated", {"header": IDENTITY_HEADER})


def _malformed(name: str, route: Route, headers: HeaderList) -> Case:
    request = route.request(headers=headers)
    return Case(f"{route} with an identity: {name}", request, 400, "malformed-identity", {"header": IDENTITY_HEADER})


TIMELINE = Route("GET", "/v1/users/me/timeline", private=True)

CASES = [
    *(_nobody(name, TIMELINE, headers) for name, headers in NOBODY.items()),
    *(_malformed(name, TIMELINE, headers) for name, headers in MALFORMED.items()),
    *(_nobody("no header", route, ()) for route in PRIVATE_ROUTES if route.target != TIMELINE.target),
    *(_malformed("me", route, MALFORMED["me"]) for route in PRIVATE_ROUTES if route.target != TIMELINE.target),
]
