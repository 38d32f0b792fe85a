"""The caller's identity, from a header that a gateway sets or from a bearer token."""

import hmac
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from domain.errors import InvalidInput
from domain.user import User
from infrastructure.http.declaration import Caller
from infrastructure.http.envelope import Environ
from infrastructure.http.problems import Problem

USER_ID_HEADER = "X-User-Id"
ADMIN_TOKEN_HEADER = "X-Admin-Token"  # noqa: S105 - the name of a header
AUTHORIZATION_HEADER = "Authorization"
ADMIN_SCOPE = "admin"


@dataclass(frozen=True, slots=True)
class Access:
    """The name of a security scheme, the header that its callers send, and the challenge for those without it."""

    scheme: str
    header: str
    challenge: str


@dataclass(frozen=True, slots=True)
class SecuritySchemes:
    """The OpenAPI security schemes of a kind of identity."""

    components: Mapping[str, Mapping[str, str]]
    user: Access
    admin: Access

    def access(self, caller: Caller) -> Access | None:
        """Returns the access that a caller of this kind needs; None if no identity is needed."""
        return {Caller.ANYBODY: None, Caller.USER: self.user, Caller.ADMIN: self.admin}[caller]


class Identity(Protocol):
    """Identifies callers."""

    @property
    def schemes(self) -> SecuritySchemes: ...

    def identify(self, environ: Environ) -> str:
        """Returns the caller's name as it was sent; raises a `Problem` (401) if there is no valid identity."""

    def user_id(self, name: str) -> str:
        """Returns the user id for the name; raises a `Problem` (400) if the name is not a user id."""

    def check_admin(self, environ: Environ) -> None:
        """Raises a `Problem` (401 or 403) unless the caller is an administrator."""


class HeaderIdentity:
    """Trusts `X-User-Id`, so a client that reaches the port can be any user. Administrators send `X-Admin-Token`."""

    schemes = SecuritySchemes(
        {
            "userId": {"type": "apiKey", "in": "header", "name": USER_ID_HEADER},
            "adminToken": {"type": "apiKey", "in": "header", "name": ADMIN_TOKEN_HEADER},
        },
        user=Access("userId", USER_ID_HEADER, USER_ID_HEADER),
        admin=Access("adminToken", ADMIN_TOKEN_HEADER, ADMIN_TOKEN_HEADER),
    )

    def __init__(self, admin_token: str) -> None:
        """With an empty `admin_token`, no caller is an administrator."""
        self._admin_token = admin_token.encode()

    def identify(self, environ: Environ) -> str:
        name: str = environ.get("HTTP_X_USER_ID", "").strip(" \t")
        if not name:
            raise unauthenticated(USER_ID_HEADER, f"The header {USER_ID_HEADER} is required.", USER_ID_HEADER)
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
            detail = f"The header {ADMIN_TOKEN_HEADER} is required."
            raise unauthenticated(ADMIN_TOKEN_HEADER, detail, ADMIN_TOKEN_HEADER)
        if not hmac.compare_digest(token.encode("latin-1"), self._admin_token):
            raise Problem("forbidden", "This is not the administrator's token.")


class KeySource(Protocol):
    """The source of the keys that tokens must be signed with."""

    def keys_for(self, token: str) -> Iterable[Any]:
        """Yields the keys that may have signed the token.

        Raises `jwt.InvalidTokenError` for a token without a readable header, `Unavailable` if keys cannot be fetched.
        """


class FixedKey:
    """One secret or public key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def keys_for(self, token: str) -> Iterable[str]:  # noqa: ARG002 - the key is the same for every token
        return (self._key,)


class JwtIdentity:
    """Accepts bearer tokens of one fixed algorithm, signed with a known key, with valid times, audience and issuer.

    The user id is the claim `sub`. An administrator has the scope `admin` (RFC 8693: scopes are separated by spaces).
    """

    schemes = SecuritySchemes(
        {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        user=Access("bearer", AUTHORIZATION_HEADER, "Bearer"),
        admin=Access("bearer", AUTHORIZATION_HEADER, "Bearer"),
    )

    def __init__(self, algorithm: str, keys: KeySource, audience: str, issuer: str, leeway_seconds: int) -> None:
        """`leeway_seconds` is how far the provider's clock may differ, for `exp`, `nbf` and `iat`."""
        self._algorithm = algorithm
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._leeway_seconds = leeway_seconds

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
            raise Problem("forbidden", "The scope admin is required.")

    def _claims(self, environ: Environ) -> dict[str, Any]:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise unauthenticated(AUTHORIZATION_HEADER, "A bearer token is required.", "Bearer")
        token = token.strip()
        try:
            return self._decoded(token)
        except jwt.InvalidTokenError as error:
            # The error may quote the token, which may contain characters that JSON cannot.
            reason = str(error).encode("ascii", "backslashreplace").decode()
            detail = f"The token is not accepted: {reason}."
            raise unauthenticated(AUTHORIZATION_HEADER, detail, _challenge("invalid_token")) from None

    def _decoded(self, token: str) -> dict[str, Any]:
        for key in self._keys.keys_for(token):
            with suppress(jwt.InvalidSignatureError, jwt.InvalidKeyError):
                claims: dict[str, Any] = jwt.decode(
                    token,
                    key,
                    algorithms=[self._algorithm],
                    audience=self._audience,
                    issuer=self._issuer,
                    leeway=self._leeway_seconds,
                    options={"require": ["exp", "aud", "iss", "sub"]},
                )
                return claims
        raise jwt.InvalidSignatureError("No known key has signed it")


def unauthenticated(header: str, detail: str, challenge: str, code: str = "unauthenticated") -> Problem:
    """Returns the problem for an unauthenticated caller, with the challenge of RFC 9110."""
    return Problem(code, detail, errors=[{"header": header, "detail": detail}], headers={"WWW-Authenticate": challenge})


def _challenge(error: str) -> str:
    return f'Bearer error="{error}"'
