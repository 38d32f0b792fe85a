"""Reading the OpenAPI document."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
FILE = DOCS / "openapi.json"

Operations = dict[tuple[str, str], dict[str, Any]]


def read() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text())
    return document


def operations() -> Operations:
    """All operations by method and path."""
    paths = read()["paths"]
    return {(method.upper(), path): found for path, item in paths.items() for method, found in item.items()}


def schemas_of_answers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each schema that an answer refers to, directly or through others, with its name."""
    components = read()["components"]["schemas"]
    waiting = [name for operation in operations().values() for name in referred(operation["responses"])]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name, components[name]
            waiting += referred(components[name])


def referred(part: object) -> Iterator[str]:
    """The names of the schemas that this part of the document refers to."""
    if isinstance(part, list):
        for member in part:
            yield from referred(member)
    elif isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for member in part.values():
            yield from referred(member)
