"""Signs a request twice over: as Port signs its webhooks, and as Standard Webhooks 1.0 does. Pure.

Port (its page "Validate webhook signatures"): `x-port-timestamp` in seconds, `x-port-signature` is `v1,` and the Base64
of HMAC-SHA256 over `{timestamp}.{body}`, keyed with the secret's characters. Standard Webhooks: `webhook-id`,
`webhook-timestamp` of the attempt, `webhook-signature` is `v1,` and the Base64 of HMAC-SHA256 over
`{id}.{timestamp}.{body}`; a secret that begins with `whsec_` is the key's Base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from fairlead.model.secrets import Secret

PREFIX = "whsec_"


def signed(secret: Secret, identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove who sent `body`, and when (epoch seconds)."""
    port = _sign(secret.reveal().encode(), b"%d.%b" % (timestamp, body))
    standard = _sign(_key(secret.reveal()), b"%b.%d.%b" % (identity.encode(), timestamp, body))
    return {
        "x-port-timestamp": str(timestamp),
        "x-port-signature": port,
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": standard,
    }


def _key(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def _sign(key: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
