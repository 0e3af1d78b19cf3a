"""An announcement as it is sent: Port's change-log event, and in it what Port does not say (`run`, `cause`).

Port's event, from the documentation of `changelogDestination`: `action`, `resourceType`, `status`, `trigger` (`at`,
`by`, `origin`), `context` (`blueprint`, `entity`), `diff` (`before`, `after`: whole entities, or null).
"""

from __future__ import annotations

from hashlib import blake2b

import orjson

from fairlead.model.announcements import Announcement
from fairlead.model.instants import iso

ACTIONS = {"create": "CREATE", "update": "UPDATE", "rename": "UPDATE", "delete": "DELETE"}


def payload(news: Announcement) -> bytes:
    """JSON without blanks, UTF-8."""
    before = news.cause.renamed_from or news.identifier if news.op == "rename" else news.identifier
    cause = {"reason": news.cause.reason, "kind": news.cause.kind, "record": news.cause.record}
    return orjson.dumps(
        {
            "action": ACTIONS[news.op],
            "resourceType": "entity",
            "status": "SUCCESS",
            "trigger": {"at": iso(news.made), "by": {"name": "fairlead"}, "origin": "fairlead"},
            "context": {"blueprint": news.blueprint, "entity": news.identifier},
            "diff": {
                "before": _entity(news.blueprint, before, news.before),
                "after": _entity(news.blueprint, news.identifier, news.after),
            },
            "run": news.run,
            "cause": {name: value for name, value in cause.items() if value},
        }
    )


def identity(news: Announcement) -> str:
    """The same for one change however often it is sent, and to whomever; another for every other, of any catalog."""
    parts = (news.run, news.entity, news.made, news.blueprint, news.identifier, news.result)
    return f"msg_{blake2b(orjson.dumps(parts), digest_size=16).hexdigest()}"


def _entity(blueprint: str, identifier: str, body: bytes) -> orjson.Fragment | None:
    """The entity whole; its content is spliced in as it is stored, so that every number keeps its spelling."""
    if not body:
        return None
    head = orjson.dumps({"identifier": identifier, "blueprint": blueprint})
    return orjson.Fragment(head[:-1] + b"," + body[1:])
