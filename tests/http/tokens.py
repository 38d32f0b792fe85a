"""Tokens as an identity provider signs them, and as others forge them."""

import functools
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AUDIENCE = "perch"
ISSUER = "https://login.example"
SHARED_KEY = "thirty-two bytes, or a few more."
LIFE_SECONDS = 3600

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey
JWT_MODE = {"AUTH_MODE": "jwt", "JWT_AUDIENCE": AUDIENCE, "JWT_ISSUER": ISSUER}
HS256 = {**JWT_MODE, "JWT_ALGORITHM": "HS256", "JWT_KEY": SHARED_KEY}


def rsa_key(name: str = "first") -> RSAPrivateKey:
    """The key with this name, the same in every call."""
    return _made_rsa_key(name)


def ec_key(name: str = "first") -> EllipticCurvePrivateKey:
    """The key with this name, the same in every call."""
    return _made_ec_key(name)


@functools.cache
def _made_rsa_key(_name: str) -> RSAPrivateKey:
    return generate_rsa_key(65537, 2048)


@functools.cache
def _made_ec_key(_name: str) -> EllipticCurvePrivateKey:
    return generate_ec_key(SECP256R1())


def public_pem(key: PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def with_public_key(algorithm: str, key: PrivateKey) -> dict[str, str]:
    """The settings of a service that knows this key."""
    return {**JWT_MODE, "JWT_ALGORITHM": algorithm, "JWT_KEY": public_pem(key)}


def claims(**changed: object) -> dict[str, object]:
    """The claims of a valid token for alice, with these changes; None removes a claim."""
    good = {"sub": "alice", "aud": AUDIENCE, "iss": ISSUER, "exp": int(time.time()) + LIFE_SECONDS}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(algorithm: str, key: object, payload: object, **header: object) -> str:
    """A token made without a library, because libraries refuse to make bad ones. Without a key it has no signature."""
    data = b".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": algorithm, **header}, payload))
    signature = b"" if key is None else jwt.get_algorithm_by_name(algorithm).sign(data, key)
    return (data + b"." + _encoded(signature)).decode()


def shared(**changed: object) -> str:
    """A token for alice, signed with the shared key, with these changes to its claims."""
    return signed("HS256", SHARED_KEY.encode(), claims(**changed))


def bearer(token: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {token}"


def jwk(key: PrivateKey, kid: str | None = None) -> dict[str, Any]:
    """The public half of the key as a JSON web key; None leaves the key id out."""
    algorithm = "RS256" if isinstance(key, RSAPrivateKey) else "ES256"
    maker = jwt.get_algorithm_by_name(algorithm)
    named = {} if kid is None else {"kid": kid}
    return {**json.loads(maker.to_jwk(key.public_key())), "use": "sig", **named}


def _encoded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
