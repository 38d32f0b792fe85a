"""Authentication by bearer token."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest

from tests.built import in_process
from tests.http.cases import PRIVATE_ROUTES, Route
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.tokens import (
    HS256,
    LIFE_SECONDS,
    SHARED_KEY,
    bearer,
    claims,
    ec_key,
    public_pem,
    rsa_key,
    shared,
    signed,
    with_public_key,
)
from tests.http.wire import Answer, HeaderList, InProcess, Request

MINE = "/v1/users/alice/timeline"
"""Only alice may read it, so 200 means that the caller is alice."""

DEEP = "[" * 100_000
NO_TOKEN: dict[str, HeaderList] = {
    "no header": (),
    "an empty header": (("Authorization", ""),),
    "a scheme alone": (("Authorization", "Bearer"),),
    "a blank token": (("Authorization", "Bearer  "),),
    "another scheme": (("Authorization", "Basic YWxpY2U6c2VjcmV0"),),
    "a good token under another scheme": (("Authorization", f"DPoP {shared()}"),),
    "a good token without a scheme": (("Authorization", shared()),),
    "a user id": (("X-User-Id", "alice"),),
}
REFUSED: dict[str, Callable[[], str]] = {
    "no token at all": lambda: "alice",
    "two segments": lambda: shared().rpartition(".")[0],
    "four segments": lambda: f"{shared()}.x",
    "no base64": lambda: "é.é.é".encode().decode("latin-1"),
    "a header that is no JSON": lambda: raw("{", "{}"),
    "a header that is no object": lambda: raw("[]", "{}"),
    "a header that nests too deep": lambda: raw(DEEP, "{}"),
    "a header with lone surrogates": lambda: raw(r'{"alg":"HS256","crit":["\ud800"],"kid":"\ud800"}', "{}"),
    "a key id that is a number": lambda: signed("HS256", SHARED_KEY.encode(), claims(), kid=1),
    "claims that are no object": lambda: signed("HS256", SHARED_KEY.encode(), ["alice"]),
    "a signature by another key": lambda: signed("HS256", b"another key of more than thirty bytes", claims()),
    "no signature": lambda: signed("HS256", None, claims()),
    "alg none": lambda: signed("none", None, claims()),
    "alg None": lambda: signed("None", None, claims()),
    "alg none with a signature": lambda: ".".join([head("none"), *shared().split(".")[1:]]),
    "another algorithm with the same key": lambda: signed("HS512", SHARED_KEY.encode(), claims()),
    "an algorithm that nobody knows": lambda: signed("XX256", None, claims()),
    "an expired token": lambda: shared(exp=int(claims()["exp"]) - 2 * LIFE_SECONDS),  # type: ignore[call-overload]
    "a token for later": lambda: shared(nbf=claims()["exp"]),
    "an end that is no time": lambda: shared(exp="tomorrow"),
    "an end that is infinite": lambda: shared(exp=float("inf")),
    "another audience": lambda: shared(aud="another"),
    "other audiences": lambda: shared(aud=["another", "perch.example"]),
    "another issuer": lambda: shared(iss="https://login.example.evil"),
    "no end": lambda: shared(exp=None),
    "no audience": lambda: shared(aud=None),
    "no issuer": lambda: shared(iss=None),
    "no subject": lambda: shared(sub=None),
    "a subject that is a number": lambda: shared(sub=7),
    "a subject that is a list": lambda: shared(sub=["alice"]),
}
INVALID_SUBJECTS = ["", " ", "me", "..", "auth0|alice", "ali ce", "a" * 65, "alicé", "alice\n", "\ud800"]


def raw(*parts: str) -> str:
    """A token of these parts and a made-up signature."""
    return ".".join(urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (*parts, "signature"))


def head(algorithm: str) -> str:
    """The encoded header of a token with this algorithm."""
    return signed(algorithm, None, {}).partition(".")[0]


@pytest.fixture
def service() -> InProcess:
    return in_process(HS256)


def get(service: InProcess, *headers: tuple[str, str], target: str = MINE) -> Answer:
    return service.send(Request("GET", target, headers))


def assert_refused(answer: Answer, code: str = "unauthenticated") -> None:
    assert_problem(answer, 401, code, {"header": "Authorization"})
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Vary"] == "Authorization"


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer  "])
def test_a_token_identifies_the_caller(service: InProcess, scheme: str) -> None:
    answer = get(service, ("Authorization", scheme + shared(aud=["another", "perch"])))
    assert answer.status == 200
    assert answer.headers["Vary"] == "Authorization"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", rsa_key), ("ES256", ec_key)])
def test_a_token_may_be_signed_with_a_private_key(algorithm: str, key: Callable[..., object]) -> None:
    service = in_process(with_public_key(algorithm, key()))  # type: ignore[arg-type]
    assert get(service, bearer(signed(algorithm, key(), claims()))).status == 200
    assert_refused(get(service, bearer(signed(algorithm, key("another"), claims()))))


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", rsa_key), ("ES256", ec_key)])
def test_a_public_key_is_not_accepted_as_a_shared_key(algorithm: str, key: Callable[..., object]) -> None:
    pem = public_pem(key())  # type: ignore[arg-type]
    service = in_process(with_public_key(algorithm, key()))  # type: ignore[arg-type]
    for forged in (signed("HS256", pem.encode(), claims()), signed("HS256", pem.strip().encode(), claims())):
        assert_refused(get(service, bearer(forged)))
    assert_refused(get(service, bearer(signed("none", None, claims()))))


@pytest.mark.parametrize("headers", NO_TOKEN.values(), ids=NO_TOKEN)
def test_a_request_without_a_token_is_refused(service: InProcess, headers: HeaderList) -> None:
    assert_refused(get(service, *headers))


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED)
def test_a_bad_token_is_refused(service: InProcess, token: Callable[[], str]) -> None:
    assert_refused(get(service, bearer(token())))
    assert_refused(get(service, bearer(token()), target="/v1/admin/dead-letters"))


@pytest.mark.parametrize(("claim", "sign"), [("exp", -1), ("nbf", 1), ("iat", 1)])
@pytest.mark.parametrize(("leeway", "inside", "outside"), [("", 7, 13), ("60", 57, 63), ("0", -3, 3)])
def test_clocks_may_differ_by_the_leeway(claim: str, sign: int, leeway: str, inside: int, outside: int) -> None:
    service = in_process({**HS256, **({"JWT_LEEWAY_SECONDS": leeway} if leeway else {})})
    now = int(time.time())
    assert get(service, bearer(shared(**{claim: now + sign * inside}))).status == 200
    assert_refused(get(service, bearer(shared(**{claim: now + sign * outside}))))


def test_two_tokens_are_refused(service: InProcess) -> None:
    assert_refused(get(service, bearer(shared()), bearer(shared())))
    assert_refused(get(service, bearer(shared()), ("authorization", "")))


@pytest.mark.parametrize("subject", INVALID_SUBJECTS, ids=ascii)
def test_a_subject_must_be_a_user_id(service: InProcess, subject: str) -> None:
    assert_refused(get(service, bearer(shared(sub=subject))), "unsupported-subject")


@pytest.mark.parametrize("route", PRIVATE_ROUTES, ids=str)
def test_every_private_route_needs_a_token(service: InProcess, route: Route) -> None:
    assert_refused(service.send(route.request()))
    assert service.send(route.request(headers=[bearer(shared())])).status in {201, 204, 404, 422, 200}


@pytest.mark.parametrize("user_id", ["bob", "me", "bob, carol"])
def test_a_user_id_beside_a_token_is_ignored(service: InProcess, user_id: str) -> None:
    body = b'{"text":"hello"}'
    headers = [bearer(shared()), ("X-User-Id", user_id), JSON]
    assert service.send(Request("POST", "/v1/tweets", headers, body)).json()["author_id"] == "alice"


def test_public_reads_need_no_token(service: InProcess) -> None:
    answer = get(service, bearer("garbage"), target="/v1/users/alice")
    assert answer.status == 200
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("scope", ["admin", "read admin", "admin write"])
def test_the_scope_admin_makes_an_administrator(service: InProcess, scope: str) -> None:
    token = bearer(shared(scope=scope, sub="no user id"))
    answer = get(service, token, target="/v1/admin/dead-letters")
    assert answer.status == 200
    assert answer.headers["Vary"] == "Authorization"
    redrive = Request("POST", "/v1/admin/dead-letters/redrive", [token, JSON], b'{"all":true}')
    assert service.send(redrive).json() == {"redriven": 0}


@pytest.mark.parametrize("scope", [None, "", "administrator", "Admin", "read,admin", ["admin"], {"admin": True}, 1])
def test_other_scopes_do_not_make_an_administrator(scope: object) -> None:
    anybody = Client(in_process({**HS256, "ADMIN_TOKEN": "of the other mode"}))
    headers = bearer(shared(scope=scope)), ("X-Admin-Token", "of the other mode")
    assert_problem(anybody.get("/v1/admin/dead-letters", *headers), 403, "forbidden")
