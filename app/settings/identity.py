"""The settings for the identity of callers."""

from dataclasses import dataclass

import jwt

from app.settings import parsing as parse
from app.settings.reading import BadSetting, setting

LEEWAY_SECONDS_MAX = 300
"""More would be no difference between clocks, but a longer life of stolen tokens."""

HS256_KEY_BYTES_MIN = 32
"""The shortest HS256 key, in bytes: as long as the hash (RFC 7518, section 3.2)."""


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """The identity settings. Raises `BadSetting` if the token settings contradict each other."""

    auth_mode: str = setting("header", parse.one_of("header", "jwt"))
    jwt_algorithm: str = setting("", parse.one_of("HS256", "RS256", "ES256"))
    jwt_key: str = setting("", parse.secret_or_pem, secret=True)
    jwt_jwks_url: str = setting("", parse.web_address)
    jwt_audience: str = setting("", parse.not_empty)
    jwt_issuer: str = setting("", parse.not_empty)
    jwt_leeway_seconds: int = setting(10, parse.whole_number(0, LEEWAY_SECONDS_MAX))
    admin_token: str = setting("", parse.not_empty, secret=True)

    def __post_init__(self) -> None:
        if self.auth_mode != "jwt":
            return
        for name in ("jwt_algorithm", "jwt_audience", "jwt_issuer"):
            if not getattr(self, name):
                raise BadSetting(f"{name.upper()} must be set when AUTH_MODE is jwt.")
        if bool(self.jwt_key) == bool(self.jwt_jwks_url):
            raise BadSetting("Either JWT_KEY or JWT_JWKS_URL must be set when AUTH_MODE is jwt, but not both.")
        if self.jwt_algorithm == "HS256":
            self._check_secret()
        elif self.jwt_key and not ("PUBLIC KEY" in self.jwt_key and self._key_fits()):
            raise BadSetting(f"JWT_KEY must be a public key in PEM for {self.jwt_algorithm}.")

    def _check_secret(self) -> None:
        if self.jwt_jwks_url:
            raise BadSetting("JWT_JWKS_URL must not be set when JWT_ALGORITHM is HS256, whose key is a secret.")
        if len(self.jwt_key.encode()) < HS256_KEY_BYTES_MIN:
            raise BadSetting(f"JWT_KEY must have at least {HS256_KEY_BYTES_MIN} bytes for HS256.")
        if not self._key_fits():
            raise BadSetting("JWT_KEY must be a secret for HS256, not a key in PEM.")

    def _key_fits(self) -> bool:
        """Returns True if PyJWT accepts the key for the algorithm."""
        try:
            jwt.get_algorithm_by_name(self.jwt_algorithm).prepare_key(self.jwt_key)
        except (jwt.InvalidKeyError, TypeError, ValueError):
            return False
        return True
