"""The reporting feed of work item revisions.

Facts: `{values, nextLink, continuationToken, isLastBatch}`; the token stays good for ever and names the last
revision read, so that the next pass begins there; with `includeDeleted` a deleted work item has a row with
`System.IsDeleted`, a destroyed one vanishes; the project form knows only revisions made in the project
(area `wit`, Reporting Work Item Revisions; reference of the API, part 1.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from azure_devops_sandbox.calls import Answer, Call, bad_argument
from azure_devops_sandbox.encoding.work_items import feed_row
from azure_devops_sandbox.formats import segment
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.records import Revision

SCOPE = "vso.work"
_DEFAULT_PAGE = 200
_LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What a request wants to see; `fields` and `types` are case folded."""

    fields: frozenset[str] | None
    types: frozenset[str] | None
    deleted: bool
    latest_only: bool
    references: bool
    long_texts: bool


def revisions_read(call: Call) -> Answer:
    """Return the next page of the feed."""
    wishes, token = _wishes(call), call.text("continuationToken")
    organization = call.organization
    start, first_change = 0, call.date("startDateTime")
    if token is not None:
        number = token.split(";")[0]
        if not number.isdigit():
            raise bad_argument(f"VS402364: The continuation token '{token}' is not valid.")
        start = organization.revisions_after(int(number))
    size = max(1, min(_LARGEST_PAGE, call.number("$maxPageSize", _DEFAULT_PAGE)))
    found: list[Revision] = []
    position = start
    while position < len(organization.revisions) and len(found) < size:
        row = organization.revisions[position]
        position += 1
        if (first_change is None or token or row.changed >= first_change) and _wanted(call, row, wishes):
            found.append(row)
    rows = [
        feed_row(organization, row, wishes.fields, references=wishes.references, long_texts=wishes.long_texts)
        for row in found
    ]
    dropped = min(call.effects.trim, len(rows))
    if dropped:
        call.effects.done.append(f"left {dropped} of {len(rows)} rows out")
        rows = rows[dropped:]
    last = position >= len(organization.revisions)
    if call.effects.repeat_token:
        position, last = start, False
        call.effects.done.append("sent the token of this very page")
    elif call.effects.empty_page:
        position, last, rows = start, False, []
        call.effects.done.append("sent no row, and a token for the same place")
    return _answer(call, rows, position, last)


def _answer(call: Call, rows: list[bytes], position: int, last: bool) -> Answer:
    revisions = call.organization.revisions
    place = "0;0;0"
    if position:
        before = revisions[position - 1]
        place = f"{before.watermark};{before.id};{before.rev}"
    kept = {
        name: value
        for name, value in call.query.items()
        if name not in {"continuationtoken", "startdatetime"}
    }
    middle = f"/{segment(call.project.id)}" if call.project else ""
    query = urlencode({"continuationToken": place, **kept})
    link = f"{call.settings.served_url}{middle}/_apis/wit/reporting/workItemRevisions?{query}"
    tail = orjson.dumps({"nextLink": link, "isLastBatch": last, "continuationToken": place})
    return Answer(b'{"values":[%b],%b' % (b",".join(rows), tail[1:]))


def _wanted(call: Call, row: Revision, wishes: _Wishes) -> bool:
    organization, permissions = call.organization, call.access.permissions
    item = organization.work_items.get(row.id)
    if item is None or (call.project is not None and row.project != call.project.id):
        return False
    if wishes.latest_only and item.rev != row.rev:
        return False
    if (row.deleted or item.deleted is not None) and not wishes.deleted:
        return False
    if wishes.types is not None and str(row.fields["System.WorkItemType"]).casefold() not in wishes.types:
        return False
    if organization.projects[row.project].state != "wellFormed":
        return False
    return permissions.sees_inside(row.project) and permissions.sees_area(str(row.fields["System.AreaPath"]))


def _wishes(call: Call) -> _Wishes:
    source: Mapping[str, Any] = call.json() if call.body else {}

    def names(key: str) -> frozenset[str] | None:
        given = source.get(key) or call.words(key)
        return frozenset(str(one).casefold() for one in given) or None

    def flag(key: str) -> bool:
        return bool(source.get(key)) or call.flag(key)

    return _Wishes(
        names("fields"),
        names("types"),
        flag("includeDeleted"),
        flag("includeLatestOnly"),
        flag("includeIdentityRef"),
        (call.text("$expand") or "").lower() == "fields",
    )


_TEMPLATE = "_apis/wit/reporting/workitemrevisions"
ROUTES = (
    Route("work-item-revisions.read", "GET", "op", _TEMPLATE, revisions_read, SCOPE),
    Route("work-item-revisions.read", "POST", "op", _TEMPLATE, revisions_read, SCOPE),
)
