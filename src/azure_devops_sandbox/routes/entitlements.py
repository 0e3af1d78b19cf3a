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


def _has_one(call: Call, user: User) -> bool:
    """Tell whether a user has an entitlement that the identity sees: services have none."""
    return user.kind != "svc" and call.access.permissions.sees_subject(user)


def _rows(call: Call, selected: frozenset[str]) -> list[bytes]:
    organization, permissions = call.organization, call.access.permissions

    def build() -> list[bytes]:
        users = (one for one in organization.users.values() if _has_one(call, one))
        return [entitlement(organization, one, selected, permissions) for one in users]

    return organization.derived(("entitlements", selected, permissions), build)


def user_entitlements_list(call: Call) -> Answer:
    """List the entitlements of users, in the form of the version asked for."""
    rows = _rows(call, frozenset(one.lower() for one in call.words("select")))
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
    user = call.organization.users.get(call.params["userId"].lower())
    if user is None or not _has_one(call, user):
        raise no_entitlement(call.params["userId"])
    return Answer(entitlement(call.organization, user, _EVERYTHING, call.access.permissions))


_BASE = "_apis/userentitlements"
ROUTES = (
    Route("user-entitlements.list", "GET", "o", _BASE, user_entitlements_list, SCOPE),
    Route("user-entitlements.get", "GET", "o", f"{_BASE}/{{userId}}", user_entitlements_get, SCOPE),
)
