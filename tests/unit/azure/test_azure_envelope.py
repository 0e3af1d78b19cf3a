"""Answers are taken apart without decoding records; odd texts do not break them."""

from __future__ import annotations

import json

import msgspec
import pytest

from fairlead.azure.http.calls import Call, target
from fairlead.azure.http.envelope import decode, merged, split, without
from fairlead.azure.http.paging import next_skip, next_token, page_query
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import Listing, Route


def test_items_keep_their_bytes() -> None:
    page = b'{"count": 2, "value": [{"b": 1.0, "a" : "\\u00e9"}, {"id":2}], "extra": true}'
    assert split(page, "x").items == (b'{"b": 1.0, "a" : "\\u00e9"}', b'{"id":2}')


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (rb'{"a":"\ud800"}', "\ufffd"),
        (rb'{"a":"x\udc00y"}', "x\ufffdy"),
        (rb'{"a":"\ud800\ud83d\ude00"}', "\ufffd\U0001f600"),
        (rb'{"a":"\ud83d\ude00"}', "\U0001f600"),
        (rb'{"a":"\\ud800"}', "\\ud800"),
        (b'{"a":"\xff"}', "\ufffd"),
        (b'{"a":"\xed\xa0\x80"}', "\ufffd\ufffd\ufffd"),
    ],
)
def test_half_surrogates_and_bytes_outside_utf8_are_mended(text: bytes, read: str) -> None:
    (item,) = split(b'{"count":1,"value":[' + text + b"]}", "x").items
    assert json.loads(item) == {"a": read}
    assert decode(text, dict[str, str], "x") == {"a": read}


@pytest.mark.parametrize(
    "page",
    [
        b"null", b"[]", b"{}", b'{"value":{}}', b'{"count":2,"value":[{}]}', b'{"value":[NaN]}', b'{"value":[{}]',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_other_shapes_are_incomplete(page: bytes) -> None:
    with pytest.raises(IncompleteReading):
        split(page, "x")


def test_members_are_merged_and_left_out_as_they_came() -> None:
    assert merged(b'{"a":1.50,"b":2}', b'{"b": [ 3 ],"c":4}', "x") == b'{"a":1.50,"b":[ 3 ],"c":4}'
    assert without(b'{"a":1.50,"b":2}', frozenset({"b"}), "x") == b'{"a":1.50}'


def test_paths_and_tokens_are_percent_encoded() -> None:
    call = Call(
        Route("{project}/_apis/a", "7.1"),
        {"project": "My Project/100% & #1"},
        (("$top", "5"), ("continuationToken", "2026-01-02T03:04:05+00:00 &=/")),
    )
    assert target(call) == (
        "My%20Project%2F100%25%20%26%20%231/_apis/a?$top=5"
        "&continuationToken=2026-01-02T03%3A04%3A05%2B00%3A00%20%26%3D%2F&api-version=7.1"
    )
    assert call.label == "GET {project}/_apis/a"


def test_token_paging() -> None:
    one = Listing(Route("a", "7.1"), per="", paging="token", size=50)
    assert page_query(one, None) == (("$top", "50"),)
    assert page_query(one, "x") == (("$top", "50"), ("continuationToken", "x"))
    assert next_token({"x-ms-continuationtoken": "a"}, "", None) == "a"
    assert next_token({}, "b", "a") == "b"
    assert next_token({}, "", "a") is None
    with pytest.raises(IncompleteReading):
        next_token({"x-ms-continuationtoken": "a"}, "", "a")


@pytest.mark.parametrize(
    ("came", "following"), [(0, None), (99, None), (100, "400"), (500, "800"), (1000, "1300")]
)
def test_a_short_page_is_the_last_only_below_the_safe_size(came: int, following: str | None) -> None:
    one = Listing(Route("a", "7.1"), per="", paging="skip", size=1000, safe_size=100)
    assert page_query(one, "300") == (("$top", "1000"), ("$skip", "300"))
    assert next_skip(one, "300", came) == following


def test_msgspec_still_refuses_half_surrogates() -> None:
    """If this fails, the mending is no longer needed."""
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(rb'["\ud800",1]', type=list[msgspec.Raw])


def test_a_bare_array_is_a_list_but_an_empty_one_is_no_answer() -> None:
    assert split(b' [{"id":1},{"id":2}]', "GET x").items == (b'{"id":1}', b'{"id":2}')
    with pytest.raises(IncompleteReading):
        split(b"[]", "GET x")
