"""Reading the Postman collection."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.documents.document import operations
from tests.documents.postman import COLLECTION

ASSERTED_STATUS = re.compile(r"pm\.response\.to\.have\.status\((\d+)\)")
VARIABLE = re.compile(r"\{\{\w+\}\}")


@dataclass(frozen=True, slots=True)
class Example:
    status: int
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the collection, with the statuses that its test scripts expect and its example answers."""

    name: str
    method: str
    path: str
    statuses: frozenset[int]
    examples: tuple[Example, ...]

    def operation(self) -> tuple[str, str]:
        """The method and path of this request's operation in the OpenAPI document."""
        matching = [
            (method, template)
            for method, template in operations()
            if method == self.method and _fits(self.path.split("/"), template.split("/"))
        ]
        assert matching, f"The document has no {self.method} {self.path}"
        return min(matching, key=lambda operation: self._differences(operation[1]))

    def _differences(self, template: str) -> int:
        """How often only one of path and template has a variable: /v1/users/{{alice}} is not /v1/users/me."""
        pairs = zip(self.path.split("/"), template.split("/"), strict=True)
        return sum(expected.startswith("{") != bool(VARIABLE.fullmatch(part)) for part, expected in pairs)


def requests() -> Iterator[Request]:
    for folder in json.loads(COLLECTION.read_text())["item"]:
        yield from map(_request, folder["item"])


def _request(item: dict[str, Any]) -> Request:
    scripts = "\n".join(line for event in item["event"] for line in event["script"]["exec"])
    return Request(
        item["name"],
        item["request"]["method"],
        "/" + "/".join(item["request"]["url"]["path"]),
        frozenset(map(int, ASSERTED_STATUS.findall(scripts))),
        tuple(_example(response) for response in item["response"]),
    )


def _example(response: dict[str, Any]) -> Example:
    headers = {header["key"].lower(): header["value"] for header in response["header"]}
    return Example(response["code"], headers.get("content-type", ""), response["body"])


def _fits(path: list[str], template: list[str]) -> bool:
    """A variable, such as the caller's own id, may stand for `me`."""
    return len(path) == len(template) and all(
        expected.startswith("{") or part == expected or (expected == "me" and VARIABLE.fullmatch(part))
        for part, expected in zip(path, template, strict=True)
    )
