"""Functions that read dataclasses of settings from environment variables."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import Field, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.settings.parsing import Parse

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Group = TypeVar("Group", bound="DataclassInstance")

NEAR = 0.87
"""The lowest `difflib` ratio at which one name counts as a misspelling of the other; HOSTNAME and HOST have 0.67."""

FILE = "_FILE"
"""The suffix of a variable that contains the path of a file with the secret."""


class BadSetting(Exception):
    """An invalid setting. The text is a sentence that names it."""


@contextmanager
def naming(name: str) -> Iterator[None]:
    """A `ValueError` inside, which says what the setting must be, becomes a `BadSetting` that names it."""
    try:
        yield
    except ValueError as error:
        raise BadSetting(f"{name} {error}.") from None


def setting(default: object, parse: Parse, *, secret: bool = False) -> Any:  # noqa: ANN401 - a dataclass field stands for any type
    """Returns a dataclass field that is read from the variable with its name in capitals.

    A secret may also be in the file whose path is in the variable with the suffix `_FILE`. Secrets are never shown.
    """
    return field(default=default, metadata={"parse": parse, "secret": secret}, repr=not secret)


def read(group: type[Group], environment: Mapping[str, str]) -> Group:
    """Returns the group with the variables that are set; raises `BadSetting` for the first invalid one."""
    values = {}
    for each in fields(group):
        text = _text(each, environment)
        if text is not None:
            values[each.name] = _parsed(each, text)
    return group(**values)


def names_of(group: type["DataclassInstance"]) -> Iterator[str]:
    """Yields the variables that the group is read from."""
    for each in fields(group):
        yield each.name.upper()
        if each.metadata["secret"]:
            yield each.name.upper() + FILE


def near_misses(known: Iterable[str], environment: Iterable[str]) -> dict[str, str]:
    """Returns the variables that look like a misspelt known name, each with that name."""
    names = set(known)
    unknown = (name for name in environment if name not in names)
    likely = {name: difflib.get_close_matches(name.upper(), names, n=1, cutoff=NEAR) for name in unknown}
    return {name: meant[0] for name, meant in likely.items() if meant}


def _text(each: Field[Any], environment: Mapping[str, str]) -> str | None:
    name = each.name.upper()
    path = environment.get(name + FILE) if each.metadata["secret"] else None
    if path is None:
        return environment.get(name)
    if name in environment:
        raise BadSetting(f"{name} and {name}{FILE} must not both be set.")
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise BadSetting(f"{name}{FILE} must name a file that can be read: {reason}, not {path!r}.") from None


def _parsed(each: Field[Any], text: str) -> Any:  # noqa: ANN401 - a setting may have any type
    try:
        return each.metadata["parse"](text)
    except ValueError as error:
        shown = "" if each.metadata["secret"] else f", not {text!r}"
        raise BadSetting(f"{each.name.upper()} {error}{shown}.") from None
