"""Tokens and key sets with and without key ids."""

import pytest

from infrastructure.http.jwks import UNKNOWN_KEY_SECONDS
from tests.built import in_process
from tests.fakes.clock import ManualClock
from tests.http.jwks_server import JwksServer
from tests.http.test_jwks import assert_refused, get
from tests.http.tokens import claims, ec_key, jwk, rsa_key, signed


@pytest.mark.parametrize("key_id", ["unknown", 1, None, "\ud800"], ids=ascii)
def test_a_key_id_must_be_that_of_a_published_key(jwks: JwksServer, key_id: object) -> None:
    assert_refused(get(in_process(jwks.settings("RS256")), signed("RS256", rsa_key(), claims(), kid=key_id)))


@pytest.mark.parametrize("header", [{}, {"kid": ""}], ids=str)
def test_a_token_without_a_key_id_may_be_signed_with_any_key(jwks: JwksServer, header: dict[str, object]) -> None:
    jwks.publish(jwk(ec_key(), "curve"), jwk(rsa_key("second"), "second"), jwk(rsa_key(), "first"))
    service = in_process(jwks.settings("RS256"))
    assert get(service, signed("RS256", rsa_key(), claims(), **header)).status == 200
    assert get(service, signed("RS256", rsa_key("second"), claims(), **header)).status == 200
    assert_refused(get(service, signed("RS256", rsa_key("another"), claims(), **header)))
    assert_refused(get(service, signed("ES256", ec_key(), claims(), **header)))
    assert_refused(get(service, signed("RS256", rsa_key(), claims(exp=1), **header)))
    assert jwks.fetches == 1


@pytest.mark.parametrize("header", [{}, {"kid": "first"}], ids=str)
def test_a_key_without_an_id_may_sign_any_token(jwks: JwksServer, header: dict[str, object]) -> None:
    jwks.publish(jwk(ec_key()), jwk(rsa_key("second"), "second"), jwk(rsa_key()))
    assert get(in_process(jwks.settings("RS256")), signed("RS256", rsa_key(), claims(), **header)).status == 200
    assert get(in_process(jwks.settings("ES256")), signed("ES256", ec_key(), claims(), **header)).status == 200
    forged = signed("RS256", rsa_key("another"), claims(), **header)
    assert_refused(get(in_process(jwks.settings("RS256")), forged))


@pytest.mark.parametrize("order", [1, -1])
def test_of_keys_with_one_id_the_one_of_the_algorithm_counts(jwks: JwksServer, order: int) -> None:
    wrong_curve = {**jwk(ec_key(), "same"), "crv": "P-384"}
    encryption = {**jwk(rsa_key("second"), "same"), "use": "enc"}
    jwks.publish(*[jwk(rsa_key(), "same"), encryption, wrong_curve, jwk(ec_key(), "same")][::order])
    assert get(in_process(jwks.settings("RS256")), signed("RS256", rsa_key(), claims(), kid="same")).status == 200
    assert get(in_process(jwks.settings("ES256")), signed("ES256", ec_key(), claims(), kid="same")).status == 200
    assert_refused(get(in_process(jwks.settings("RS256")), signed("RS256", rsa_key("second"), claims(), kid="same")))


def test_a_new_key_is_found_without_key_ids(jwks: JwksServer, clock: ManualClock) -> None:
    jwks.publish(jwk(rsa_key()))
    service = in_process(jwks.settings("RS256"), clock)
    new = signed("RS256", rsa_key("second"), claims())
    assert_refused(get(service, new))
    jwks.publish(jwk(rsa_key("second")))
    assert_refused(get(service, new))
    clock.advance(int(UNKNOWN_KEY_SECONDS * 1000))
    assert get(service, new).status == 200
    assert jwks.fetches == 2
