"""Invalid settings stop the service with one sentence."""

import pytest

from app.settings import Settings
from cluster.perch_process import START_SECONDS, run_app
from infrastructure.memory.write_allowance import Rate
from tests.http.tokens import HS256, JWT_MODE, SHARED_KEY, ec_key, public_pem, rsa_key, with_public_key
from tests.unit.test_settings import refusal

RSA_PEM = public_pem(rsa_key())
PRIVATE_PEM = RSA_PEM.replace("PUBLIC", "PRIVATE")
KEYS_URL = "https://login.example/keys"
JWKS = {**JWT_MODE, "JWT_ALGORITHM": "RS256", "JWT_JWKS_URL": KEYS_URL}


def without(name: str, settings: dict[str, str] = HS256) -> dict[str, str]:
    return {other: value for other, value in settings.items() if other != name}


def rs256(key: str) -> dict[str, str]:
    return {**JWT_MODE, "JWT_ALGORITHM": "RS256", "JWT_KEY": key}


BAD = {
    "another mode": ("AUTH_MODE", {"AUTH_MODE": "basic"}),
    "no algorithm": ("JWT_ALGORITHM", without("JWT_ALGORITHM")),
    "no audience": ("JWT_AUDIENCE", without("JWT_AUDIENCE")),
    "no issuer": ("JWT_ISSUER", without("JWT_ISSUER")),
    "an empty audience": ("JWT_AUDIENCE", {**HS256, "JWT_AUDIENCE": ""}),
    "no key": ("JWT_KEY", without("JWT_KEY")),
    "an empty key": ("JWT_KEY", {**HS256, "JWT_KEY": ""}),
    "a key of 31 bytes": ("JWT_KEY", {**HS256, "JWT_KEY": SHARED_KEY[:31]}),
    "a public key for HS256": ("JWT_KEY", {**HS256, "JWT_KEY": RSA_PEM}),
    "a secret for RS256": ("JWT_KEY", rs256(SHARED_KEY)),
    "a private key for RS256": ("JWT_KEY", rs256(PRIVATE_PEM)),
    "half a key for RS256": ("JWT_KEY", rs256(RSA_PEM[:100])),
    "a key on a curve for RS256": ("JWT_KEY", rs256(public_pem(ec_key()))),
    "an RSA key for ES256": ("JWT_KEY", with_public_key("ES256", rsa_key())),
    "a leeway below 0": ("JWT_LEEWAY_SECONDS", {**HS256, "JWT_LEEWAY_SECONDS": "-1"}),
    "a leeway of hours": ("JWT_LEEWAY_SECONDS", {**HS256, "JWT_LEEWAY_SECONDS": "7200"}),
    "a key and an address": ("JWT_JWKS_URL", {**JWKS, "JWT_KEY": RSA_PEM}),
    "an address for HS256": ("JWT_JWKS_URL", {**JWKS, "JWT_ALGORITHM": "HS256"}),
    "no web address": ("JWT_JWKS_URL", {**JWKS, "JWT_JWKS_URL": "file:///etc/passwd"}),
    "no algorithm at all": ("JWT_ALGORITHM", {**HS256, "JWT_ALGORITHM": "none"}),
    "an algorithm that is not offered": ("JWT_ALGORITHM", {**HS256, "JWT_ALGORITHM": "HS512"}),
    "an empty token": ("ADMIN_TOKEN", {"ADMIN_TOKEN": ""}),
}
GOOD = {
    "HS256": HS256,
    "RS256": rs256(RSA_PEM),
    "a key in one line": rs256(RSA_PEM.replace("\n", "\\n")),
    "a key in one line without the last end": rs256(RSA_PEM.strip().replace("\n", "\\n")),
    "ES256": with_public_key("ES256", ec_key()),
    "JWKS": JWKS,
    "a leeway": {**JWKS, "JWT_LEEWAY_SECONDS": "300"},
    "a secret with a backslash": {**HS256, "JWT_KEY": SHARED_KEY + "\\n"},
}
RATES = {
    "": None,
    "1/second": Rate(1, 1),
    "10/minute": Rate(10, 60),
    "300/5minutes": Rate(300, 300),
    "2/1hour": Rate(2, 3600),
    "999999999/day": Rate(999_999_999, 86_400),
}
BAD_RATES = [
    *("300", "0/second", "-1/second", "1/0seconds", "1/week", "1.5/second", "1/ second", " 1/second", "1/second "),
    *(
        "/second",
        "1/",
        "many/second",
        "1/second,2/minute",
        "1000000000/day",
        "1/1000000days",
        "\u0661/second",
        "1/Second",
    ),
]
ORIGINS = {
    "": (),
    "https://docs.example": ("https://docs.example",),
    " http://localhost:3000 , https://a.example,": ("http://localhost:3000", "https://a.example"),
    "HTTPS://App.Example": ("https://app.example",),
    "https://app.example:443": ("https://app.example",),
    "http://app.example:80": ("http://app.example",),
    "http://app.example:443,https://app.example:80": ("http://app.example:443", "https://app.example:80"),
    "https://app.example:00443,https://app.example:08443": ("https://app.example", "https://app.example:8443"),
    "https://bücher.example": ("https://xn--bcher-kva.example",),
    "https://BÜCHER.example:8443": ("https://xn--bcher-kva.example:8443",),
    "https://日本。example": ("https://xn--wgv71a.example",),
    "https://ａｐｐ.example": ("https://app.example",),  # noqa: RUF001 - wide letters
    "https://app_1.example.": ("https://app_1.example.",),
    "http://[0:0:0::1]:80,http://[::FFFF]:81": ("http://[::1]", "http://[::ffff]:81"),
    "http://127.0.0.1:3000": ("http://127.0.0.1:3000",),
}
"""What browsers send (checked with the `URL` of Node.js)."""

BAD_ORIGINS = [
    *("*", "https://*.example", "docs.example", "https://docs.example/", "null", "https://a b"),
    *("https://", "https://:80", "https://app.example:", "https://app.example:65536", "https://app.example:http"),
    *("https://user@app.example", "https://app.example?", "https://app.example#", "https://app.example\\"),
    *("https://%61pp.example", "https://a..example", "https://straße.example", f"https://{'a' * 64}.example"),
    *("http://127.1", "http://0x7f.0.0.1", "http://127.0.0.01", "http://1.2.3.256", "http://[::1", "http://[::g]"),
    *("http://[fe80::1%eth0]", "ftp://app.example", "https//app.example", "https://a\x85b"),
]


@pytest.mark.parametrize(("name", "settings"), BAD.values(), ids=BAD)
def test_invalid_settings_stop_the_start(name: str, settings: dict[str, str]) -> None:
    sentence = refusal(settings)
    assert name in sentence
    key = settings.get("JWT_KEY")
    assert not key or key[:31] not in sentence


def test_the_sentence_is_all_that_the_service_prints() -> None:
    settings = {**HS256, "JWT_KEY": SHARED_KEY[:31]}
    ended = run_app("serve", seconds=START_SECONDS, **settings)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == refusal(settings) + "\n"


@pytest.mark.parametrize("settings", GOOD.values(), ids=GOOD)
def test_valid_settings_for_tokens_are_accepted(settings: dict[str, str]) -> None:
    assert Settings.from_environment(settings).identity.jwt_algorithm == settings["JWT_ALGORITHM"]


@pytest.mark.parametrize(("text", "rate"), RATES.items(), ids=repr)
def test_a_valid_rate_is_parsed(text: str, rate: Rate | None) -> None:
    assert Settings.from_environment({"RATE_LIMIT_WRITES": text}).api.rate_limit_writes == rate


@pytest.mark.parametrize("text", BAD_RATES, ids=ascii)
def test_an_invalid_rate_stops_the_start(text: str) -> None:
    assert refusal({"RATE_LIMIT_WRITES": text}).startswith("RATE_LIMIT_WRITES must be ")


@pytest.mark.parametrize(("text", "origins"), ORIGINS.items(), ids=repr)
def test_valid_origins_are_parsed(text: str, origins: tuple[str, ...]) -> None:
    assert Settings.from_environment({"CORS_ORIGINS": text}).api.cors_origins == origins


@pytest.mark.parametrize("text", BAD_ORIGINS)
def test_an_invalid_origin_stops_the_start(text: str) -> None:
    assert refusal({"CORS_ORIGINS": text}).startswith("CORS_ORIGINS must be ")
