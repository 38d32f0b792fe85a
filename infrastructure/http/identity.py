"""Who is calling: a header that a gateway sets, or a bearer token."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from domain.errors import InvalidInput
from domain.user import User
from infrastructure.http.envelope import Environ
from infrastructure.http.problems import Problem

USER_ID_HEADER = "X-User-Id"
ADMIN_TOKEN_HEADER = "X-Admin-Token"  # noqa: S105 - the name of a header
AUTHORIZATION_HEADER = "Authorization"
ADMIN_SCOPE = "admin"


@dataclass(frozen=True, slots=True)
class SecuritySchemes:
    """What the OpenAPI document says of a kind of identity: the schemes, and what users and administrators need."""

    components: Mapping[str, Mapping[str, str]]
    user: Sequence[Mapping[str, Sequence[str]]]
    admin: Sequence[Mapping[str, Sequence[str]]]


class Identity(Protocol):
    """How callers are told apart."""

    @property
    def schemes(self) -> SecuritySchemes: ...

    @property
    def header(self) -> str:
        """The header that answers to a known caller vary on."""

    def identify(self, environ: Environ) -> str:
        """The caller's name, as it was sent; a `Problem` (401) when there is none that counts."""

    def user_id(self, name: str) -> str:
        """The user id that the name stands for; a `Problem` (400) when it is none."""

    def check_admin(self, environ: Environ) -> None:
        """A `Problem` (401 or 403) unless the caller is an administrator."""


class HeaderIdentity:
    """Trusts `X-User-Id`: whoever reaches the port can be anybody. An administrator sends `X-Admin-Token`."""

    header = USER_ID_HEADER
    schemes = SecuritySchemes(
        {
            "userId": {"type": "apiKey", "in": "header", "name": USER_ID_HEADER},
            "adminToken": {"type": "apiKey", "in": "header", "name": ADMIN_TOKEN_HEADER},
        },
        user=[{"userId": []}],
        admin=[{"adminToken": []}],
    )

    def __init__(self, admin_token: str) -> None:
        """With an empty `admin_token` there is no administrator."""
        self._admin_token = admin_token.encode()

    def identify(self, environ: Environ) -> str:
        name: str = environ.get("HTTP_X_USER_ID", "").strip(" \t")
        if not name:
            raise unauthenticated(USER_ID_HEADER, f"This needs the header {USER_ID_HEADER}.", USER_ID_HEADER)
        return name

    def user_id(self, name: str) -> str:
        try:
            return User(name).id
        except InvalidInput as error:
            where = {"header": USER_ID_HEADER, "detail": str(error)}
            raise Problem("malformed-identity", str(error), errors=[where]) from None

    def check_admin(self, environ: Environ) -> None:
        token: str = environ.get("HTTP_X_ADMIN_TOKEN", "")
        if not self._admin_token:
            raise Problem("forbidden", "This service has no administrator: ADMIN_TOKEN is not set.")
        if not token:
            detail = f"This needs the header {ADMIN_TOKEN_HEADER}."
            raise unauthenticated(ADMIN_TOKEN_HEADER, detail, ADMIN_TOKEN_HEADER)
        if not hmac.compare_digest(token.encode("latin-1"), self._admin_token):
            raise Problem("forbidden", "This is not the administrator's token.")


class KeySource(Protocol):
    """Where the key is that a token must be signed with."""

    def key_for(self, token: str) -> Any:  # noqa: ANN401 - PyJWT takes several kinds of key
        """Raises `jwt.InvalidTokenError` when no key fits, `Unavailable` when the keys cannot be had now."""


class FixedKey:
    """One secret or public key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def key_for(self, token: str) -> str:  # noqa: ARG002 - the same for every token
        return self._key


class JwtIdentity:
    """Believes a bearer token of one fixed algorithm, signed with a known key, in its time, for this audience.

    The user is the claim `sub`. An administrator has the scope `admin` (RFC 8693: scopes with spaces between).
    """

    header = AUTHORIZATION_HEADER
    schemes = SecuritySchemes(
        {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        user=[{"bearer": []}],
        admin=[{"bearer": []}],
    )

    def __init__(self, algorithm: str, keys: KeySource, audience: str, issuer: str) -> None:
        self._algorithm = algorithm
        self._keys = keys
        self._audience = audience
        self._issuer = issuer

    def identify(self, environ: Environ) -> str:
        subject: str = self._claims(environ)["sub"]
        try:
            return User(subject).id
        except InvalidInput:
            detail = "The token's subject is not a user id."
            raise unauthenticated(
                AUTHORIZATION_HEADER, detail, _challenge("invalid_token"), "unsupported-subject"
            ) from None

    def user_id(self, name: str) -> str:
        return name

    def check_admin(self, environ: Environ) -> None:
        scope = self._claims(environ).get("scope", "")
        if ADMIN_SCOPE not in str(scope).split():
            raise Problem("forbidden", "This needs the scope admin.")

    def _claims(self, environ: Environ) -> dict[str, Any]:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise unauthenticated(AUTHORIZATION_HEADER, "This needs a bearer token.", "Bearer")
        token = token.strip()
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._keys.key_for(token),
                algorithms=[self._algorithm],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "aud", "iss", "sub"]},
            )
        except jwt.InvalidTokenError as error:
            # The error may quote the token, which may hold what JSON cannot.
            reason = str(error).encode("ascii", "backslashreplace").decode()
            detail = f"The token is not accepted: {reason}."
            raise unauthenticated(AUTHORIZATION_HEADER, detail, _challenge("invalid_token")) from None
        return claims


def unauthenticated(header: str, detail: str, challenge: str, code: str = "unauthenticated") -> Problem:
    """The problem of a caller who is not known, with the challenge of RFC 9110."""
    return Problem(code, detail, errors=[{"header": header, "detail": detail}], headers={"WWW-Authenticate": challenge})


def _challenge(error: str) -> str:
    return f'Bearer error="{error}"'
