"""Tokens that are signed with a key from a JWKS URL."""

import pytest

from app.distribution import VERSION
from tests.built import in_process
from tests.fakes.clock import ManualClock
from tests.http.jwks_server import JwksServer, jwks_server
from tests.http.problems import assert_problem
from tests.http.tokens import bearer, claims, ec_key, jwk, public_pem, rsa_key, signed
from tests.http.wire import Answer, InProcess, Request

GARBAGE = {
    "nothing": b"",
    "HTML": b"<html>",
    "no UTF-8": b"\xff\xfe\xfd",
    "too deep": b"[" * 100_000,
    "a list": b"[]",
    "no keys": b'{"keys":[]}',
    "keys that are no list": b'{"keys":1}',
    "keys that are no objects": b'{"keys":[1]}',
    "keys that are none": b'{"keys":[{}]}',
    "more than keys take": b'{"keys":[]}' + b" " * 1024 * 1024,
    "an object of something else": b'{"error":"try later"}',
}
AN_HOUR_MS = 3_600_000
PAUSE_MS = 10_000


def get(service: InProcess, token: str) -> Answer:
    return service.send(Request("GET", "/v1/users/alice/timeline", [bearer(token)]))


def by_key(name: str) -> str:
    """A valid token signed with the RSA key of this name."""
    return signed("RS256", rsa_key(name), claims(), kid=name)


def assert_refused(answer: Answer) -> None:
    assert_problem(answer, 401, "unauthenticated", {"header": "Authorization"})
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def assert_unavailable(answer: Answer) -> None:
    assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "WWW-Authenticate" not in answer.headers


def test_a_published_key_is_trusted_and_fetched_once(jwks: JwksServer) -> None:
    service = in_process(jwks.settings("RS256"))
    assert [get(service, by_key("first")).status for _ in range(10)] == [200] * 10
    assert jwks.fetches == 1


def test_a_key_of_another_type_is_not_trusted(jwks: JwksServer) -> None:
    on_curve = in_process(jwks.settings("ES256"))
    assert get(on_curve, signed("ES256", ec_key(), claims(), kid="curve")).status == 200
    assert_refused(get(on_curve, by_key("first")))
    assert_refused(get(on_curve, signed("ES256", ec_key(), claims(), kid="first")))
    assert_refused(get(in_process(jwks.settings("RS256")), signed("RS256", rsa_key(), claims(), kid="curve")))


def test_keys_are_asked_for_under_the_name_of_perch(jwks: JwksServer) -> None:
    assert get(in_process(jwks.settings("RS256")), by_key("first")).status == 200
    assert jwks.asked_as == f"Perch/{VERSION}"


def test_a_forged_token_is_refused(jwks: JwksServer) -> None:
    service = in_process(jwks.settings("RS256"))
    assert_refused(get(service, signed("RS256", rsa_key("another"), claims(), kid="first")))
    assert_refused(get(service, signed("HS256", public_pem(rsa_key()).encode(), claims(), kid="first")))
    assert_refused(get(service, signed("none", None, claims(), kid="first")))
    assert_refused(get(service, "garbage"))


def test_unknown_keys_cause_one_fetch(jwks: JwksServer) -> None:
    service = in_process(jwks.settings("RS256"))
    for number in range(20):
        assert_refused(get(service, signed("RS256", rsa_key(), claims(), kid=f"unknown {number}")))
    assert jwks.fetches == 1


def test_a_rotation_replaces_the_trusted_keys(jwks: JwksServer, clock: ManualClock) -> None:
    service = in_process(jwks.settings("RS256"), clock)
    assert get(service, by_key("first")).status == 200
    jwks.publish(jwk(rsa_key("second"), "second"))
    clock.advance(AN_HOUR_MS)
    assert get(service, by_key("second")).status == 200
    assert_refused(get(service, by_key("first")))


def test_a_failed_fetch_is_answered_with_503_until_keys_are_known(
    jwks: JwksServer, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    service = in_process(jwks.settings("RS256"), clock)
    token = by_key("first")
    jwks.status = 500
    answer = get(service, token)
    assert_unavailable(answer)
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "key_set_unavailable error='the answer has the status 500'" in caplog.text
    assert not [part for part in token.split(".") if part in caplog.text]
    jwks.status = 200
    clock.advance(PAUSE_MS)
    assert get(service, token).status == 200
    jwks.status = 500
    assert get(service, token).status == 200
    clock.advance(AN_HOUR_MS)
    assert_unavailable(get(service, token))


def test_an_unreachable_jwks_url_is_answered_with_503(caplog: pytest.LogCaptureFixture) -> None:
    with jwks_server() as gone:
        settings = gone.settings("RS256")
    assert_unavailable(get(in_process(settings), by_key("first")))
    assert "key_set_unavailable" in caplog.text
    assert "Connection refused" in caplog.text


def test_the_log_says_once_why_a_key_set_cannot_be_used(jwks: JwksServer, caplog: pytest.LogCaptureFixture) -> None:
    service = in_process(jwks.settings("ES256"))
    jwks.publish(jwk(rsa_key(), "first"), {"kty": "oct", "k": "c2VjcmV0"})
    for _ in range(2):
        assert_unavailable(get(service, by_key("first")))
    assert caplog.text.count("key_set_unavailable error='ValueError: no key to check ES256 signatures with'") == 1


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
def test_a_malformed_key_set_is_answered_with_503(
    jwks: JwksServer, clock: ManualClock, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    service = in_process(jwks.settings("RS256"), clock)
    jwks.body = body
    assert_unavailable(get(service, by_key("first")))
    assert "key_set_unavailable" in caplog.text
    assert "try later" not in caplog.text
    jwks.publish(jwk(rsa_key(), "first"))
    clock.advance(PAUSE_MS)
    assert get(service, by_key("first")).status == 200


def test_a_malformed_token_is_refused_without_keys(jwks: JwksServer) -> None:
    jwks.status = 500
    assert_refused(get(in_process(jwks.settings("RS256")), "garbage"))
