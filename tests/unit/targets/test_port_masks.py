"""What must not be shown at Port, and what is to stay. Tokens are put together, so that none stands in the file."""

from __future__ import annotations

import json

import pytest

from fairlead.model.entities import Json
from fairlead.targets.port.examples import MOST, examples_json
from fairlead.targets.port.masks import MASK, masked, masked_text

SIGNS = "a2b3c4d5e6f7g2h3i4j5k6l7m2n3o4p5q6r7s2t3u4v5w6x7y2z3"


@pytest.mark.parametrize(
    "secret",
    [
        SIGNS,
        "A" * 38 + "9" * 38 + "AZDO" + "4321",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "glpat-" + "a1" * 10,
        "xoxb-" + "123456789012-abc",
        "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0" + ".abc",
        "AIza" + "b" * 35,
        "sk_live_" + "c" * 24,
        "abc8Q~" + "d" * 34,
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
        "AccountKey=" + "Zm9v" * 10 + "==",
        "Password=hunter2",
        "Bearer " + "e" * 30,
        "hooks.slack.com/services/" + "T0/B0/abc",
    ],
)
def test_the_form_of_a_secret(secret: str) -> None:
    assert masked_text(f"before {secret} after").split() == ["before", MASK, "after"]


def test_a_key_that_was_cut_off() -> None:
    assert masked_text("before -----BEGIN OPENSSH PRIVATE KEY-----\nMIIE cut") == f"before {MASK}"


def test_a_password_in_an_address() -> None:
    assert masked_text("git clone https://me:pass@dev.azure.com/acme") == (
        f"git clone https://{MASK}@dev.azure.com/acme"
    )
    assert masked_text("https://x.blob.core.windows.net/a?sv=1&sig=abc%3D") == (
        f"https://x.blob.core.windows.net/a?sv=1{MASK}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://dev.azure.com/acme/_apis/projects/6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c",
        "https://acme@dev.azure.com/acme/_git/one",
        "refs/heads/main",
        "0f9a1b" + "c" * 34,
        "2024-01-01T00:00:00Z",
        "vssgp.Uy0xLTktMTU1MTM3NDI0NS0xMjA0NDAwOTY5",
        "a basic example",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked_text(text) == text


@pytest.mark.parametrize(
    "key",
    [
        "password", "userPassword", "adminPwd", "clientSecret", "client_secret", "apiKey", "API_KEY", "x-api-key",
        "accessToken", "token", "personal_access_token", "pat", "privateKey", "connectionString", "authorization",
        "sasUri", "accountKey", "credentials",
    ],
)  # fmt: skip
def test_a_key_that_names_a_credential(key: str) -> None:
    assert masked({key: "abc"}) == {key: MASK}
    assert masked({key: {"a": ["b", 5, None, True, ""]}}) == {key: {"a": [MASK, MASK, None, True, ""]}}


@pytest.mark.parametrize(
    "key", ["name", "isSecret", "continuationToken", "path", "patch", "compatible", "tokenType", "id"]
)
def test_a_key_that_names_none(key: str) -> None:
    assert masked({key: "abc"}) == {key: "abc"}


def test_a_secret_variable() -> None:
    given: Json = {"X": {"value": "abc", "isSecret": True}, "Y": {"value": "abc", "isSecret": False}}
    assert masked({"variables": given}) == {
        "variables": {"X": {"value": MASK, "isSecret": True}, "Y": {"value": "abc", "isSecret": False}}
    }


def test_five_examples_at_most_and_only_those_that_fit() -> None:
    small = b'{"id": 1, "secret": "abc"}'
    large = json.dumps({"content": "x y " * (1 << 18)}).encode()
    shown = json.loads(examples_json([large, *[small] * 9]))
    assert shown == {"examples": [{"id": 1, "secret": MASK}] * MOST}
    assert examples_json([large]) == b""
    assert examples_json([]) == b""
