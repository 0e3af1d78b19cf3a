"""Takes what may be a secret out of raw records and texts before anybody else sees them. Pure.

By name: whatever stands under a key that names a credential. By form: private keys, tokens of well-known services,
connection strings, passwords in URLs. It is a net under what should not be there at all: a pipeline's plain variable
may hold anything, and no net catches all.
"""

from __future__ import annotations

import re

from fairlead.model.entities import Json

MASK = "[REDACTED]"

_NAMES = re.compile(
    r"passw(or)?d|passphrase|(^|_)pwd(_|$)|secret|token$|^token|api_?key|access_?key|private_?key|account_?key|signing_?key"
    r"|credential|connection_?string|authorization|(^|_)pat(_|$)|sas_?(url|uri|token)|client_?assertion",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"^is_?secret$|continuation_?token|^secret_?names?$|token_?type", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_FORMS = (
    re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|\Z)"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{30,}|glpat-[0-9A-Za-z_-]{20,})"),
    re.compile(r"\bxox[a-z]-[0-9A-Za-z-]{10,}"),
    re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]*"),
    re.compile(r"\b(?:AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,})"),
    re.compile(r"\b[rs]k_live_[0-9A-Za-z]{16,}"),
    re.compile(r"\bnpm_[0-9A-Za-z]{36}\b|\bdop_v1_[0-9a-f]{64}\b|\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}"),
    re.compile(r"\b[0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}\b"),
    re.compile(r"(?<![0-9A-Za-z])[a-z2-7]{52}(?![0-9A-Za-z])"),
    re.compile(r"\b[0-9A-Za-z_~.-]{3}[78]Q~[0-9A-Za-z_~.-]{31,34}"),
    re.compile(r"hooks\.slack\.com/services/[0-9A-Za-z/_-]+"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[0-9A-Za-z+/_.=-]{16,}"),
    re.compile(r"(?i)\b(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|ClientSecret)\s*=\s*[^;\s\"']+"),
    re.compile(r"(?i)[?&](?:sig|access_token|token|api[_-]?key|code|password)=[^&\s\"']+"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),
)  # fmt: skip
"""The tokens of Azure DevOps itself among them: 52 signs of base 32, or 84 with AZDO near the end; then Entra's client
secrets."""


def masked_text(text: str) -> str:
    """`text` without what has the form of a secret."""
    for form in _FORMS:
        text = form.sub(MASK, text)
    return text


def masked(value: Json) -> Json:
    """A record without what may be a secret; its keys and its shape stay."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, dict):
        hidden = value.get("isSecret") is True
        return {
            key: _hidden(item) if _names_secret(key) or (hidden and key == "value") else masked(item)
            for key, item in value.items()
        }
    return value


def _names_secret(key: str) -> bool:
    name = _HUMP.sub("_", key).replace("-", "_").replace(".", "_")
    return _NAMES.search(name) is not None and _HARMLESS.search(name) is None


def _hidden(value: Json) -> Json:
    """Everything below is hidden, but for what cannot be a secret: nothing, and switches."""
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    if isinstance(value, dict):
        return {key: _hidden(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool) or value == "" else MASK
