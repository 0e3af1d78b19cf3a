"""What a text is as a value, and what a zip of files is taken for."""

from __future__ import annotations

import io
import time
import zipfile

import orjson
import pytest
from aiohttp import web

from fairlead.azure.blobs import blob_id, contents
from fairlead.azure.contents import text_of, value_of
from fairlead.azure.kinds.asked_paths import Blob, Unreadable
from unit.azure.scripted import numbers, reading

_BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 10)}]\n" for at in range(9)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}), ("12", 12), ('"x"', "x"), ("", ""),
        ("# only a comment\n", "# only a comment\n"),
        ("a: 1\nb: [x, y]\n", {"a": 1, "b": ["x", "y"]}), ("---\na: 1\n", {"a": 1}),
        ("---\na: 1\n---\n---\nb: 2\n", [{"a": 1}, {"b": 2}]), ("---\n", "---\n"),
        ("a: 1\n---\nb: 2\n", "a: 1\n---\nb: 2\n"), ("when: 2026-01-02\n", {"when": "2026-01-02"}),
        ("1: one\nnull: yes\n", {"1": "one", "null": True}), ("a: [", "a: ["), ("a: .nan", {"a": None}),
        ("base: &b {x: 1}\nmine:\n  <<: *b\n  y: 2\n", {"base": {"x": 1}, "mine": {"x": 1, "y": 2}}),
        ("a: !!python/object:os.system x", "a: !!python/object:os.system x"), ("a: &a [*a]", "a: &a [*a]"),
        ("? [a, b]\n: 1\n", "? [a, b]\n: 1\n"), ("a: !!binary aGk=\n", "a: !!binary aGk=\n"),
        ("a: 123456789012345678901234567890\n", "a: 123456789012345678901234567890\n"),
        (_BOMB, _BOMB), ("[" * 5_000, "[" * 5_000), ("- " * 5_000 + "x", "- " * 5_000 + "x"), ("\ttab: x", "\ttab: x"),
    ],
)  # fmt: skip
def test_the_value_of_a_text(text: str, value: object) -> None:
    assert orjson.loads(bytes(value_of(text))) == value


def test_json_stands_as_it_was_written() -> None:
    assert (
        bytes(value_of('{"n": 12345678901234567890123, "n": 1.10}'))
        == b'{"n": 12345678901234567890123, "n": 1.10}'
    )


def test_a_hostile_text_takes_no_time() -> None:
    begun = time.monotonic()
    for text in (_BOMB, "[" * 500_000, "- " * 400_000, "{a: " * 200_000):
        value_of(text)
    assert time.monotonic() - begun < 20


def test_texts() -> None:
    assert text_of(b"\xef\xbb\xbfx") == "x"
    assert text_of(b"caf\xe9") is None


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


_FILL = {"project": "p", "repository": "r"}
_FILES = {blob_id(content): content for content in (b"one", b"two", b"")}


@pytest.mark.parametrize(
    "answer",
    [
        _zip({f"any name {at}": content for at, content in enumerate(_FILES.values())}), b"not a zip", b"",
        _zip({next(iter(_FILES)): b"forged"}), _zip(dict(_FILES))[:-30], None,
    ],
)  # fmt: skip
async def test_contents_are_what_their_ids_say_whatever_the_zip_is(answer: bytes | None) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return (
                web.Response(status=404)
                if answer is None
                else web.Response(body=answer, content_type="application/zip")
            )
        return web.Response(
            body=_FILES[request.path.rpartition("/")[2]], content_type="application/octet-stream"
        )

    async with reading(handler) as (source, server):
        found = await contents(source.hosts, _FILL, list(_FILES), numbers())
    assert found == {one: Blob(content, len(content)) for one, content in _FILES.items()}
    assert len(server.requests) in {1, 4}


async def test_another_content_than_asked_for_is_none() -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"forged", content_type="application/octet-stream")

    async with reading(handler) as (source, _):
        found = await contents(source.hosts, _FILL, [blob_id(b"one")], numbers())
    assert isinstance(found[blob_id(b"one")], Unreadable)
