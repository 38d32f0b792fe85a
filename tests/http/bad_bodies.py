"""Bodies that are unreadable or invalid."""

import gzip
import json

from tests.http.cases import TEXT, Case, publication
from tests.http.client import JSON
from tests.http.wire import HeaderList

UNREADABLE = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "an open object": b'{"text":"hello"',
    "an open string": b'{"text":"hello',
    "a stray comma": b'{"text":"hello",}',
    "single quotes": b"{'text':'hello'}",
    "a comment": b'{"text":"hello"} // hello',
    "two documents": b'{"text":"hello"}{"text":"hello"}',
    "a form": b"text=hello",
    "a word": b"hello",
    "NaN": b'{"text":NaN}',
    "Infinity": b'{"text":Infinity}',
    "-Infinity": b'{"text":-Infinity}',
    "a number beyond doubles": b'{"text":1e999}',
    "a leading zero": b'{"text":01}',
    "5,000 digits": b'{"text":' + b"1" * 5000 + b"}",
    "5,000 digits alone": b"-" + b"9" * 5000,
    "15,000 open brackets": b"[" * 15_000,
    "7,500 nested lists": b"[" * 7500 + b"]" * 7500,
    "3,000 nested objects": b'{"":' * 3000 + b"1" + b"}" * 3000,
    "nested lists in the text": b'{"text":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a byte that is not UTF-8": b'{"text":"\xff"}',
    "a cut sequence": b'{"text":"\xe2\x82"}',
    "an overlong sequence": b'{"text":"\xc0\xaf"}',
    "an encoded surrogate": b'{"text":"\xed\xa0\x80"}',
    "UTF-16": '{"text":"hello"}'.encode("utf-16"),
    "Latin-1": '{"text":"é"}'.encode("latin-1"),
    "a lone high surrogate": b'{"text":"\\ud800"}',
    "a lone low surrogate": b'{"text":"\\udc00"}',
    "surrogates the wrong way round": b'{"text":"\\udc00\\ud800"}',
    "a lone surrogate in a name": b'{"text":"hello","\\ud800":1}',
    "an escape that is none": b'{"text":"\\x41"}',
    "a bare new line in a string": b'{"text":"a\nb"}',
    "a bare NUL in a string": b'{"text":"a\0b"}',
    "a NUL at the end": b'{"text":"hello"}\0',
}

REFUSED = {
    "NUL": ({"text": "a\0b"}, "/text"),
    "only NUL": ({"text": "\0"}, "/text"),
    "empty text": ({"text": ""}, "/text"),
    "spaces": ({"text": "   "}, "/text"),
    "no-break spaces": ({"text": "\u00a0\u202f"}, "/text"),
    "new lines": ({"text": "\r\n\n\u2028\u2029"}, "/text"),
    "a tab and an ideographic space": ({"text": "\t\u3000"}, "/text"),
    "characters that show nothing": ({"text": "\u200b\u00ad\ufe0f\U000e0041"}, "/text"),
    "blank letters and braille": ({"text": "\u3164 \u2800\n\uffa0"}, "/text"),
    "281 letters": ({"text": "a" * 281}, "/text"),
    "281 emoji": ({"text": "\U0001f600" * 281}, "/text"),
    "281 letters with accents apart": ({"text": "e\u0301" * 281}, "/text"),
    "a text that grows over 280 when normalised": ({"text": "\ufb2c" * 94}, "/text"),
    "text as a number": ({"text": 1}, "/text"),
    "text as a large number": ({"text": 2**70}, "/text"),
    "text as a fraction": ({"text": 1.5}, "/text"),
    "text as null": ({"text": None}, "/text"),
    "text as a list": ({"text": ["hello"]}, "/text"),
    "text as an object": ({"text": {"text": "hello"}}, "/text"),
    "text as true": ({"text": True}, "/text"),
    "text as false": ({"text": False}, "/text"),
    "no text": ({}, "/text"),
    "an unknown field": ({"text": "hello", "author_id": "bob"}, "/author_id"),
    "an unknown field that is empty": ({"text": "hello", "": 1}, "/"),
    "an unknown field to be escaped": ({"text": "hello", "a/b~c": 1}, "/a~1b~0c"),
    "an unknown field in Unicode": ({"text": "hello", "t\u00e9xt\U0001f600": 1}, "/t\u00e9xt\U0001f600"),
    "an unknown field with a library's name": ({"text": "hello", "_schema": 1}, "/_schema"),
    "an unknown field with a method's name": ({"text": "hello", "__class__": 1}, "/__class__"),
    "an id of one's own": ({"text": "hello", "id": "1"}, "/id"),
    "a list at the top": (["hello"], ""),
    "an empty list at the top": ([], ""),
    "a list of tweets": ([{"text": "hello"}], ""),
    "a string at the top": ("hello", ""),
    "a number at the top": (1, ""),
    "null at the top": (None, ""),
    "true at the top": (True, ""),
}

OTHER_MEDIA_TYPES = {
    "text": "text/plain",
    "a form": "application/x-www-form-urlencoded",
    "a multipart form": "multipart/form-data; boundary=x",
    "a kind of JSON": "application/problem+json",
    "JSON's old name": "text/json",
    "JSON in a list": "application/json, text/plain",
    "JSON as a parameter": "text/plain; application/json",
    "anything": "*/*",
    "nonsense": "json",
    "blank": "",
}

CODINGS = {
    "gzip": (("Content-Encoding", "gzip"),),
    "gzip and a list": (("Content-Encoding", "identity, gzip"),),
    "a coding that nobody knows": (("Content-Encoding", "x"),),
    "no coding, but named": (("Content-Encoding", "identity"),),
    "two codings": (("Content-Encoding", ""), ("Content-Encoding", "br")),
}

TOO_LARGE = {
    "16 KiB and a byte": TEXT + b" " * (16 * 1024 + 1 - len(TEXT)),
    "17 KiB": TEXT + b" " * 17 * 1024,
    "100 KiB of brackets": b"[" * 100 * 1024,
}


def _unreadable(name: str, body: bytes) -> Case:
    return Case(name, publication(body), 400, "malformed-body", {"pointer": ""})


def _refused(name: str, document: object, pointer: str) -> Case:
    body = json.dumps(document).encode()
    return Case(name, publication(body), 422, "invalid-input", {"pointer": pointer})


def _other_media_type(name: str, value: str) -> Case:
    request = publication(TEXT, headers=[("Content-Type", value)])
    return Case(f"sent as {name}", request, 415, "unsupported-media-type", {"header": "Content-Type"})


def _coded(name: str, headers: HeaderList, body: bytes, *, chunked: bool = False) -> Case:
    request = publication(body, headers=(JSON, *headers), chunked=chunked)
    return Case(f"coded: {name}", request, 415, "unsupported-media-type", {"header": "Content-Encoding"})


def _too_large(name: str, body: bytes, *, chunked: bool = False) -> Case:
    return Case(name, publication(body, chunked=chunked), 413, "body-too-large")


CASES = [
    *(_unreadable(name, body) for name, body in UNREADABLE.items()),
    *(_refused(name, document, pointer) for name, (document, pointer) in REFUSED.items()),
    *(_other_media_type(name, value) for name, value in OTHER_MEDIA_TYPES.items()),
    *(_coded(name, headers, TEXT) for name, headers in CODINGS.items()),
    _coded("gzip indeed", CODINGS["gzip"], gzip.compress(TEXT)),
    _coded("gzip indeed, chunked", CODINGS["gzip"], gzip.compress(TEXT), chunked=True),
    *(_too_large(name, body) for name, body in TOO_LARGE.items()),
    *(_too_large(f"{name}, chunked", body, chunked=True) for name, body in TOO_LARGE.items()),
    Case(
        "sent without a media type",
        publication(TEXT, headers=()),
        415,
        "unsupported-media-type",
        {"header": "Content-Type"},
    ),
    Case(
        "sent as JSON twice",
        publication(TEXT, headers=(JSON, JSON)),
        415,
        "unsupported-media-type",
        {"header": "Content-Type"},
    ),
    Case("broken, chunked", publication(b"{", chunked=True), 400, "malformed-body", {"pointer": ""}),
    Case("blank text, chunked", publication(b'{"text":" "}', chunked=True), 422, "invalid-input", {"pointer": "/text"}),
]
