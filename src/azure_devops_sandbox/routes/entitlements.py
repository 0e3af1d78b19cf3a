"""Licenses of users.

Facts: from 7.0 on a page has its rows under `items` or `members` and the token in the body; before, rows are
under `value` and pages go by `top` and `skip` (reference of the API, part 1.5).
"""

from __future__ import annotations

from typing import Any

import orjson

from azure_devops_sandbox.calls import Answer, Call, json_answer
from azure_devops_sandbox.encoding.graph import entitlement
from azure_devops_sandbox.paging import cut, opaque, opaque_place, page
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.people import User

from .missing import no_entitlement

SCOPE = "vso.memberentitlementmanagement"
_EVERYTHING = frozenset({"projects", "extensions", "grouprules"})


def _licensed(call: Call) -> list[User]:
    """Return the users that have an entitlement: services have none."""
    permissions = call.access.permissions
    return [
        one for one in call.organization.users.values() if one.kind != "svc" and permissions.sees_subject(one)
    ]


def user_entitlements_list(call: Call) -> Answer:
    """List the entitlements of users, in the form of the version asked for."""
    selected = frozenset(one.lower() for one in call.words("select"))
    rows = [entitlement(call.organization, one, selected, call.access.permissions) for one in _licensed(call)]
    if int(call.version.split(".")[0]) < 7:
        return page(call, rows, max(0, call.number("skip", 0)), call.number("top", 100), token_at=None)
    found, following = cut(call, rows, opaque_place(call), call.settings.entitlement_page)
    body: dict[str, Any] = {
        call.settings.entitlement_key: [orjson.Fragment(one) for one in found],
        "continuationToken": None if following is None else opaque(following),
        "totalCount": len(rows),
    }
    return json_answer(body)


def user_entitlements_get(call: Call) -> Answer:
    """Return the whole entitlement of a user."""
    wanted = call.params["userId"].lower()
    user = next((one for one in _licensed(call) if one.id == wanted), None)
    if user is None:
        raise no_entitlement(call.params["userId"])
    return Answer(entitlement(call.organization, user, _EVERYTHING, call.access.permissions))


_BASE = "_apis/userentitlements"
ROUTES = (
    Route("user-entitlements.list", "GET", "o", _BASE, user_entitlements_list, SCOPE),
    Route("user-entitlements.get", "GET", "o", f"{_BASE}/{{userId}}", user_entitlements_get, SCOPE),
)
